"""What the handlers work with. `bootstrap` fills it; the web layer never names a concrete adapter."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from leadline.config import Settings
from leadline.domain.access import ApiKey
from leadline.domain.rulesets import RuleSet
from leadline.ports import Store
from leadline.usecases.accounts import find_key
from leadline.usecases.capture_queue import CaptureQueue
from leadline.usecases.deciding import House

KEY_REMEMBERED_SECONDS = 5.0
KEYS_REMEMBERED_MAX = 1_000


@dataclass(slots=True)
class Keys:
    """API keys as they were a moment ago: a revoked key works for five seconds more at most, and intake costs no look-up."""

    store: Store
    _seen: dict[str, tuple[float, ApiKey]] = field(default_factory=dict)

    def remembered(self, key: str) -> ApiKey | None:
        """A key that was good a moment ago."""
        seen = self._seen.get(key)
        return seen[1] if seen is not None and seen[0] > time.monotonic() else None

    async def find(self, key: str) -> ApiKey | None:
        """The live key behind what a client sent, or None. Only good keys are remembered."""
        remembered = self.remembered(key)
        if remembered is not None:
            return remembered
        now = time.monotonic()
        found = await find_key(self.store, key, utc_now())
        if found is None:
            self._seen.pop(key, None)
            return None
        if len(self._seen) >= KEYS_REMEMBERED_MAX:
            self._seen.clear()
        self._seen[key] = (now + KEY_REMEMBERED_SECONDS, found)
        return found


@dataclass(slots=True)
class Services:
    """One running application."""

    settings: Settings
    secret_key: str
    store: Store
    house: House
    queue: CaptureQueue
    keys: Keys
    find_ruleset: Callable[[int], Awaitable[RuleSet]]


def utc_now() -> datetime:
    """The time, aware, in UTC."""
    return datetime.now(UTC)
