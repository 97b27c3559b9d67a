"""When two submissions of one address are the same lead (RULES 3)."""

from datetime import datetime, timedelta

WINDOW = timedelta(hours=24)


def is_within_window(one: datetime, other: datetime) -> bool:
    """Less than 24 hours apart, in either direction, to the microsecond."""
    return abs(one - other) < WINDOW
