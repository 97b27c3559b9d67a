"""Time zones by their IANA names."""

import zoneinfo
from functools import cache


def is_time_zone(name: object) -> bool:
    """Whether this names a time zone that can be calculated with here, exactly as the database of zones writes it."""
    return isinstance(name, str) and name in _names()


@cache
def time_zones() -> tuple[str, ...]:
    """All of them, in order."""
    return tuple(sorted(_names()))


@cache
def _names() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())
