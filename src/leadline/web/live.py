"""What changed a moment ago: one look at the store for everybody who listens, while anybody does. Who may hear it is not decided here."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from leadline.domain.errors import LeadlineError, Unavailable
from leadline.domain.lead_lists import LeadQuery, Position
from leadline.domain.leads import Lead
from leadline.ports import Store

LOOK_SECONDS = 1.0
# A change carries the time it was decided at, and may be committed later than one decided after it.
OVERLAP = timedelta(seconds=5)
PAGE = 200
PAGES_MAX = 5
LISTENERS_MAX = 200
LISTENERS_OF_ONE_MAX = 12
UNHEARD_MAX = 200
COME_BACK_SECONDS = 30

log = logging.getLogger("leadline.web.live")


@dataclass(eq=False, slots=True)
class Listener:
    """One open page. `woken` is set when there is something to take, to check, or no more to wait for."""

    user_id: UUID
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    must_check: bool = False
    has_missed: bool = False
    _unheard: dict[UUID, Lead] = field(default_factory=dict)

    def tell(self, lead: Lead) -> None:
        """Keep the newest state of a lead for whoever listens. One who does not keep up hears that something was missed."""
        if len(self._unheard) >= UNHEARD_MAX and lead.id not in self._unheard:
            self.has_missed = True
        else:
            self._unheard[lead.id] = lead
        self.woken.set()

    def take(self) -> list[Lead]:
        """What was not heard yet, oldest change first."""
        taken, self._unheard = sorted(self._unheard.values(), key=lambda lead: lead.updated_at), {}
        self.woken.clear()
        return taken


class Live:
    """The listeners of one process. Processes need not know each other: each looks at the store itself."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._listeners: set[Listener] = set()
        self._looking: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()
        self._recent: dict[UUID, Lead] = {}
        self._since: datetime | None = None
        self._rest: Position | None = None

    @property
    def is_stopping(self) -> bool:
        """Whether the server wants to end: a stream that stays open would hold it up."""
        return self._stopping.is_set()

    @contextmanager
    def listen(self, user_id: UUID, now: datetime) -> Iterator[Listener]:
        """Hear of every change from now on, and of those of the last seconds: the page was made before it could listen.
        Raises Unavailable where too many listen already."""
        self.check_room(user_id)
        listener = Listener(user_id)
        for lead in self._recent.values():
            listener.tell(lead)
        self._listeners.add(listener)
        if self._looking is None or self._looking.done():
            self._recent, self._since, self._rest = {}, now - OVERLAP, None
            self._looking = asyncio.create_task(self._keep_looking())
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    def check_room(self, user_id: UUID) -> None:
        """Raises Unavailable where too many pages listen, or too many of this user's."""
        theirs = sum(listener.user_id == user_id for listener in self._listeners)
        if self.is_stopping or len(self._listeners) >= LISTENERS_MAX or theirs >= LISTENERS_OF_ONE_MAX:
            raise Unavailable("too many pages listen already; this one is up to date when reloaded", COME_BACK_SECONDS)

    def recheck(self) -> None:
        """Somebody's rights may have changed: every stream looks at its session again, at once."""
        for listener in self._listeners:
            listener.must_check = True
            listener.woken.set()

    def stop(self) -> None:
        """End every stream; no new one begins."""
        self._stopping.set()
        for listener in self._listeners:
            listener.woken.set()

    async def close(self) -> None:
        """Stop, and wait for the look that is under way."""
        self.stop()
        if self._looking is not None:
            await self._looking

    async def _keep_looking(self) -> None:
        while self._listeners and not self.is_stopping:
            try:
                await self._look()
            except LeadlineError as error:
                # An outage is told by every page that is opened; here the next look catches up.
                log.info("could not look for changes: %s", error)
            try:
                await asyncio.wait_for(self._stopping.wait(), LOOK_SECONDS)
            except TimeoutError:
                continue

    async def _look(self) -> None:
        """Read what changed since the last look, with the overlap. What does not fit into one look is left to the next."""
        assert self._since is not None
        query, position, self._rest = LeadQuery(updated_since=self._since), self._rest, None
        for _ in range(PAGES_MAX):
            page = await self._store.list_leads(query, position, PAGE)
            for lead in page.items:
                self._tell_new(lead)
            position = page.next
            if position is None:
                break
        if position is not None:
            self._rest = position
            return
        newest = max((lead.updated_at for lead in self._recent.values()), default=self._since)
        self._since = max(self._since, newest - OVERLAP)
        self._recent = {id: lead for id, lead in self._recent.items() if lead.updated_at >= self._since}

    def _tell_new(self, lead: Lead) -> None:
        known = self._recent.get(lead.id)
        if known is not None and known.version == lead.version:
            return
        self._recent[lead.id] = lead
        for listener in self._listeners:
            listener.tell(lead)
