"""What keeps guessing at passwords slow: a limit of wrong tries, and a bound on how many passwords are hashed at once."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from leadline.domain.errors import LeadlineError, Unavailable
from leadline.usecases.accounts import verify_password

# Each hash takes 64 MB and a processor for a moment.
AT_ONCE = 2
WAITING_MAX = 50

TRIES_FROM_ONE_ADDRESS = 10
TRIES_AT_ONE_ACCOUNT = 100
WINDOW_SECONDS = 900
REMEMBERED_MAX = 10_000


class TooManyTries(LeadlineError):
    """Wrong passwords without end. The same answer whether the account exists or not, and before anything is hashed."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__("Too many tries. Wait a quarter of an hour, then try again.")
        self.retry_after_seconds = retry_after_seconds


@dataclass(slots=True)
class LoginLimits:
    """Wrong tries of the last quarter of an hour, in this process. The limit at one account from everywhere is wider than that from
    one address, so that whoever guesses does not lock the owner out at once."""

    clock: Callable[[], float] = time.monotonic
    _tries: dict[tuple[str, str], tuple[float, int]] = field(default_factory=dict)

    def check(self, account: str, address: str) -> None:
        """Raises TooManyTries."""
        for key, limit in _keys(account, address):
            until, number = self._tries.get(key, (0.0, 0))
            left = until - self.clock()
            if number >= limit and left > 0:
                raise TooManyTries(int(left) + 1)

    def note_wrong(self, account: str, address: str) -> None:
        """Count a wrong try; the window begins with the first."""
        now = self.clock()
        for key, _ in _keys(account, address):
            until, number = self._tries.pop(key, (0.0, 0))
            self._tries[key] = (until, number + 1) if until > now else (now + WINDOW_SECONDS, 1)
        while len(self._tries) > REMEMBERED_MAX:
            del self._tries[next(iter(self._tries))]

    def note_right(self, account: str, address: str) -> None:
        """Whoever knows the password starts anew, and their try, counted beforehand, was none of the wrong ones."""
        self._tries.pop((account, address), None)
        until, number = self._tries.get((account, ""), (0.0, 0))
        self._tries[account, ""] = (until, max(0, number - 1))


def _keys(account: str, address: str) -> tuple[tuple[tuple[str, str], int], ...]:
    return ((account, address), TRIES_FROM_ONE_ADDRESS), ((account, ""), TRIES_AT_ONE_ACCOUNT)


class PasswordCheck:
    """Hashes passwords beside the event loop, never more than two at a time."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="password")
        self._waiting = 0

    async def is_right(self, password_hash: str | None, password: str) -> bool:
        """See `verify_password`. Raises Unavailable where too many wait already."""
        if self._waiting >= WAITING_MAX:
            raise Unavailable("too many people sign in at this moment", retry_after_seconds=2)
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, verify_password, password_hash, password)
        finally:
            self._waiting -= 1
