"""How fast one sender may go on: so many requests in a window, counted in this process."""

import time
from collections.abc import Hashable
from dataclasses import dataclass, field

from leadline.domain.errors import LeadlineError

SENDERS_MAX = 10_000


class TooFast(LeadlineError):
    """More requests than this sender may make for now."""

    def __init__(self, detail: str, retry_after_seconds: int) -> None:
        super().__init__(detail)
        self.retry_after_seconds = retry_after_seconds


@dataclass(slots=True)
class Pace:
    """`number` requests in `seconds` for each sender. It forgets everybody rather than remember too many."""

    number: int
    seconds: float
    _seen: dict[Hashable, tuple[float, int]] = field(default_factory=dict)

    def check(self, sender: Hashable) -> None:
        """Count a request. Raises TooFast where it is one too many."""
        now = time.monotonic()
        ends_at, count = self._seen.get(sender, (0.0, 0))
        if now >= ends_at:
            if len(self._seen) >= SENDERS_MAX:
                self._seen.clear()
            ends_at, count = now + self.seconds, 0
        if count >= self.number:
            raise TooFast(f"at most {self.number} requests in {self.seconds:g} seconds", max(1, round(ends_at - now)))
        self._seen[sender] = (ends_at, count + 1)
