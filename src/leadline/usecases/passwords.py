"""Checking and hashing passwords: slow on purpose, beside the event loop, and counted before anything is hashed."""

import asyncio
import secrets
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from leadline.domain.access import MAX_PASSWORD_LENGTH
from leadline.domain.errors import LeadlineError, Unavailable
from leadline.domain.login_tries import Counter, LoginTries, counted, counters_of, forgiven, seconds_to_wait
from leadline.domain.passwords import normalized
from leadline.ports import Store, Tx

T = TypeVar("T")

# Each hash takes 64 MB and a processor for a moment.
AT_ONCE = 2
WAITING_MAX = 50
FORGOTTEN_AT_ONCE = 300

_hasher = PasswordHasher()
# Checked where there is no such account, so that the time taken does not tell which addresses have one.
_NOBODY = _hasher.hash(secrets.token_urlsafe(16))


class TooManyTries(LeadlineError):
    """Wrong passwords without end. The same answer whether the account exists or not, and before anything is hashed."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__("Too many tries. Wait a quarter of an hour, then try again.")
        self.retry_after_seconds = retry_after_seconds


def hash_password(password: str) -> str:
    """The argon2id hash of a password; slow on purpose, so call it in a thread."""
    return _hasher.hash(_bytes(password))


def verify_password(password_hash: str | None, password: str) -> bool:
    """Whether this is the password; takes the same time where there is none. Slow on purpose, so call it in a thread."""
    try:
        return _hasher.verify(password_hash or _NOBODY, _bytes(password)) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def _bytes(password: str) -> bytes:
    return normalized(password).encode("utf-8", "surrogatepass")


class PasswordGuard:
    """What stands between an account and those who guess: one for each process. Tries are counted in the store, so that neither
    a restart nor a second process begins anew; the key keeps it hidden which counter is whose."""

    def __init__(self, store: Store, secret_key: str) -> None:
        self._store = store
        self._secret_key = secret_key
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="password")
        # One at a time: a flood of tries must not take the connections that intake needs, nor run into itself on Firestore.
        self._counting = asyncio.Lock()
        self._waiting = 0

    async def count(self, account: str, address: str, now: datetime) -> None:
        """Count a try, before it is known whether it is a wrong one: so of many at the same time no more are let through.
        Raises TooManyTries, and counts nothing then."""
        counters = counters_of(self._secret_key, account, address)
        wait = await self._change(counters, now, counted, lambda found: seconds_to_wait(counters, found, now))
        if wait:
            raise TooManyTries(wait)

    async def forgive(self, account: str, address: str, now: datetime) -> None:
        """Whoever knows the password starts anew, and their try was none of the wrong ones."""
        await self._change(counters_of(self._secret_key, account, address), now, forgiven, lambda found: 0)

    async def fits(self, password_hash: str | None, password: str) -> bool:
        """See `verify_password`; no hash for what is too long to be one. Raises Unavailable where too many wait already."""
        if len(password) > MAX_PASSWORD_LENGTH:
            return False
        return await self._beside_the_loop(verify_password, password_hash, password)

    async def hash(self, password: str) -> str:
        """See `hash_password`. Raises Unavailable where too many wait already."""
        return await self._beside_the_loop(hash_password, password)

    async def _change(
        self,
        counters: Sequence[Counter],
        now: datetime,
        change: Callable[[Sequence[Counter], list[LoginTries], datetime], list[LoginTries]],
        wait_of: Callable[[list[LoginTries]], int],
    ) -> int:
        async def work(tx: Tx) -> int:
            found = await tx.login_tries([counter.slot for counter in counters])
            wait = wait_of(found)
            if not wait:
                tx.set_login_tries(change(counters, found, now))
            return wait

        with self._in_line():
            async with self._counting:
                return await self._store.transact(work)

    async def _beside_the_loop(self, slow: Callable[..., T], *args: str | None) -> T:
        with self._in_line():
            return await asyncio.get_running_loop().run_in_executor(self._threads, slow, *args)

    @contextmanager
    def _in_line(self) -> Iterator[None]:
        if self._waiting >= WAITING_MAX:
            raise Unavailable("too many people sign in at this moment", retry_after_seconds=2)
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1


async def forget_tries(store: Store, now: datetime) -> int:
    """Take out counters whose window has ended, some hundreds at a time; answers how many went."""

    async def work(tx: Tx) -> int:
        ended = await tx.ended_login_tries(now, FORGOTTEN_AT_ONCE)
        tx.set_login_tries([LoginTries(tries.slot, 0, tries.ends_at) for tries in ended])
        return len(ended)

    return await store.transact(work)
