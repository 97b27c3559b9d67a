"""What the handlers work with. `bootstrap` fills it; the web layer never names a concrete adapter."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from leadline.clock import utc_now
from leadline.config import Settings
from leadline.domain.access import ApiKey, is_key_live
from leadline.domain.errors import LeadlineError, Unavailable
from leadline.domain.notifications import ChannelName
from leadline.domain.rulesets import RuleSet
from leadline.domain.users import User
from leadline.ports import Store
from leadline.ports.challenge import Challenge
from leadline.ports.channels import Channel
from leadline.usecases.accounts import hash_of
from leadline.usecases.api_keys import find_key, note_key_use
from leadline.usecases.bell import Bell
from leadline.usecases.capture_queue import CaptureQueue
from leadline.usecases.deciding import House
from leadline.usecases.outage import DatabaseWatch, check_here
from leadline.usecases.standby import Standby
from leadline.web.attendance import Attendance
from leadline.web.connected import Endpoints
from leadline.web.importing import Importing
from leadline.web.live import Live
from leadline.web.uploads import Uploads

KEY_REMEMBERED_SECONDS = 5.0
KEYS_REMEMBERED_MAX = 1_000

log = logging.getLogger("leadline.web")


@dataclass(slots=True)
class Keys:
    """API keys as they were a moment ago: a revoked key works for five seconds more at most, and intake costs no look-up. While the
    database is away, every key that was good when it was last asked for all of them (`learn`) works on."""

    store: Store
    watch: DatabaseWatch | None = None
    _seen: dict[str, tuple[float, ApiKey]] = field(default_factory=dict)
    _standing: dict[bytes, ApiKey] = field(default_factory=dict)
    _noting: dict[bytes, asyncio.Task[None]] = field(default_factory=dict)

    async def learn(self) -> None:
        """Know every key there is, for an outage: one that has not been used for days must work in it too."""
        self.know(await self.store.list_api_keys())

    def know(self, keys: Iterable[ApiKey]) -> None:
        """These are all."""
        self._standing = {key.key_hash: key for key in keys}

    @property
    def known(self) -> list[ApiKey]:
        """All that are known for an outage."""
        return list(self._standing.values())

    def remembered(self, key: str) -> ApiKey | None:
        """A key that was good a moment ago."""
        seen = self._seen.get(key)
        if seen is None or seen[0] <= time.monotonic() or not is_key_live(seen[1], utc_now()):
            return None
        return seen[1]

    async def find(self, key: str) -> ApiKey | None:
        """The live key behind what a client sent, or None. Only good keys are remembered. Raises Unavailable for one that is not
        known while nobody can be asked: whether it is good is not known either."""
        remembered = self.remembered(key)
        if remembered is not None:
            return remembered
        now = time.monotonic()
        try:
            check_here(self.watch)
            found = await find_key(self.store, key, utc_now())
        except Unavailable:
            found = self._standing.get(hash_of(key))
            if found is None or not is_key_live(found, utc_now()):
                raise
        if found is None:
            self._seen.pop(key, None)
            self._standing.pop(hash_of(key), None)
            return None
        if len(self._seen) >= KEYS_REMEMBERED_MAX:
            self._seen.clear()
        self._seen[key] = (now + KEY_REMEMBERED_SECONDS, found)
        self._standing[found.key_hash] = found
        self._note_use(found)
        return found

    def forget(self, revoked: ApiKey) -> None:
        """Let a revoked key work no longer here."""
        self._standing.pop(revoked.key_hash, None)
        for key in [key for key, (_, known) in self._seen.items() if known.id == revoked.id]:
            del self._seen[key]

    def _note_use(self, found: ApiKey) -> None:
        """Beside the request, which need not wait for it."""
        if self.watch is not None and self.watch.is_away:
            return
        if found.key_hash not in self._noting:
            task = self._noting[found.key_hash] = asyncio.create_task(self._write_use(found))
            task.add_done_callback(lambda _: self._noting.pop(found.key_hash, None))

    async def _write_use(self, found: ApiKey) -> None:
        try:
            await note_key_use(self.store, found, utc_now())
        except LeadlineError as error:
            log.warning("the last use of key %s was not kept: %s", found.prefix, error)

    async def close(self) -> None:
        """Finish what is being written."""
        await asyncio.gather(*self._noting.values())


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
    live: Live
    endpoints: Endpoints
    challenge: Challenge
    bell: Bell
    channels: Mapping[ChannelName, Channel]
    attendance: Attendance
    # Answers a click in Slack: where to, and in which words.
    slack_reply: Callable[[str, str], Awaitable[None]]
    uploads: Uploads
    importing: Importing
    standby: Standby | None = None

    @property
    def watch(self) -> DatabaseWatch | None:
        """What says whether the database is away, where there is a journal for that."""
        return self.standby.watch if self.standby else None


def now_for(user: User) -> datetime:
    """The time in a user's time zone; in UTC where this machine does not know that one."""
    try:
        return utc_now().astimezone(ZoneInfo(user.time_zone))
    except (ZoneInfoNotFoundError, ValueError):
        return utc_now()
