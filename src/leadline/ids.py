"""Ids: UUIDv7, made by the application, so that indexes grow at their right edge (PostgreSQL 15 has no uuidv7())."""

import os
import time
from uuid import UUID, SafeUUID

_POOL_BYTES = 8 * 512
_VERSION_7 = 0x7 << 76
_VARIANT = 0b10 << 62
_UNKNOWN = SafeUUID.unknown  # an enum's member is slow to look up
_set = object.__setattr__


class _Pool:
    """Random bits drawn from the system many at a time, and a clock that never steps back within the process."""

    def __init__(self) -> None:
        self._bits = b""
        self._at = 0
        self._last = 0

    def draw(self) -> int:
        if self._at >= len(self._bits):
            self._bits, self._at = os.urandom(_POOL_BYTES), 0
        value = int.from_bytes(self._bits[self._at : self._at + 8], "big")
        self._at += 8
        return value

    def tick(self) -> int:
        """The time in 1/4096 ms, each value given out once: ids made one after another stand in that order."""
        self._last = max(time.time_ns() * 4096 // 1_000_000, self._last + 1)
        return self._last


_pool = _Pool()
# A forked child must not hand out its parent's bits again.
os.register_at_fork(after_in_child=_pool.__init__)  # type: ignore[misc]


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562): 48 bits of milliseconds, 12 of their fraction, 62 of chance."""
    tick = _pool.tick()
    value = ((tick >> 12) << 80) | _VERSION_7 | ((tick & 0xFFF) << 64) | _VARIANT | (_pool.draw() >> 2)
    # Past the checks of UUID(int=...), which take three times as long as all the rest; every lead takes five ids or more.
    made = object.__new__(UUID)
    _set(made, "int", value)
    _set(made, "is_safe", _UNKNOWN)
    return made
