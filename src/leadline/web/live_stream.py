"""The stream behind an open work list (server-sent events): rows as they are now, for whoever may see them, while they may."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.response import Stream

from leadline.clock import utc_now
from leadline.domain.errors import Invalid, NotFound, Unavailable
from leadline.domain.lead_lists import LeadQuery, matches
from leadline.domain.leads import Lead
from leadline.domain.rights import can
from leadline.domain.users import User
from leadline.usecases.accounts import watch_session
from leadline.web.actions import doing
from leadline.web.list_params import Wanted, read_wanted
from leadline.web.live import OVERLAP, Listener
from leadline.web.params import read_time
from leadline.web.presenting.lead_list import row
from leadline.web.presenting.owners import People
from leadline.web.reading import AnyRequest
from leadline.web.rendering import render
from leadline.web.services import Services, now_for
from leadline.web.sessions import Viewer, get_viewer, login_address

STREAM_SECONDS = 300.0
CHECK_SECONDS = 30.0
HEARTBEAT_SECONDS = 15.0
# More than this at once is an import or a flood: the page says so, and is not rebuilt row by row under its reader.
ROWS_AT_ONCE_MAX = 20
EVENT_STREAM = "text/event-stream"
_HEADERS = {"X-Accel-Buffering": "no"}
_BEGIN = b"retry: 2000\n\n"
_NOT_OF_THE_LIST = ("cursor", "since")
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@get("/live", opt=doing("list_leads"))
async def live(request: AnyRequest, services: NamedDependency[Services]) -> Response[Any]:
    """What changes in the list that the query string asks for. Raises Unavailable where too many pages listen."""
    viewer = await get_viewer(request, services)
    pairs = [(name, value) for name, value in request.query_params.multi_items() if name not in _NOT_OF_THE_LIST]
    view = await _view(services, viewer.user, pairs)
    services.live.check_room(viewer.user.id)
    return _stream(Streaming(services, viewer, pairs, view, _heard_until(request)).events())


def told_it_is_over(request: AnyRequest) -> Stream | None:
    """Where to go, for a page whose session is over and that cannot see a redirect; None for any other request."""
    return _stream(_over()) if EVENT_STREAM in request.headers.get("accept", "") else None


def _heard_until(request: AnyRequest) -> datetime | None:
    """Until when a page that comes back has heard everything: what its browser, or its own script, kept from the last event."""
    text = request.headers.get("last-event-id") or request.query_params.get("since")
    try:
        # The overlap is taken off it, and before the first year there is no time.
        return max(read_time(text), _LONG_AGO) if text else None
    except (ValueError, OverflowError):
        return None


def _stream(events: AsyncIterator[bytes]) -> Stream:
    return Stream(events, media_type=EVENT_STREAM, headers=_HEADERS)


@dataclass(frozen=True, slots=True)
class _View:
    """A list as somebody sees it now."""

    user: User
    wanted: Wanted
    people: People


class Streaming:
    """One stream, from its first byte to the reason why it ends: the page goes away, the session is over, the server stops, or
    its time is up, after which the page comes back by itself."""

    def __init__(
        self,
        services: Services,
        viewer: Viewer,
        pairs: list[tuple[str, str]],
        view: _View,
        heard_until: datetime | None,
    ) -> None:
        self._services = services
        self._viewer = viewer
        self._pairs = pairs
        self._view = view
        self._heard_until = heard_until
        self._now = utc_now()
        # The page was made before it could listen.
        self._new_since = (heard_until or self._now) - OVERLAP

    async def events(self) -> AsyncIterator[bytes]:
        """The bytes of the stream."""
        services, clock = self._services, asyncio.get_running_loop().time
        with services.live.listen(self._viewer.user.id, self._now) as listener:
            yield _BEGIN
            await self._catch_up(listener)
            ends_at = clock() + STREAM_SECONDS
            check_at, beat_at = clock() + CHECK_SECONDS, clock() + HEARTBEAT_SECONDS
            while not services.live.is_stopping and clock() < ends_at:
                if listener.must_check or clock() >= check_at:
                    listener.must_check, check_at = False, clock() + CHECK_SECONDS
                    if not await self._may_stay():
                        async for event in _over():
                            yield event
                        return
                for event in await self._news(listener):
                    yield event
                if clock() >= beat_at:
                    beat_at = clock() + HEARTBEAT_SECONDS
                    yield _event("beat", {})
                await _wait(listener, min(check_at, beat_at, ends_at) - clock())

    async def _catch_up(self, listener: Listener) -> None:
        """Tell a page that comes back what it has missed, or that it missed too much."""
        if self._heard_until is None:
            return
        try:
            query = LeadQuery(updated_since=self._heard_until - OVERLAP)
            missed = await self._services.store.list_leads(query, None, ROWS_AT_ONCE_MAX)
        except Unavailable:
            listener.has_missed = True
            return
        listener.has_missed = missed.next is not None
        for lead in missed.items:
            listener.tell(lead)

    async def _may_stay(self) -> bool:
        """Look at the session and the role again. While the store is away nobody is thrown out, and there is nothing to tell."""
        try:
            user = await watch_session(self._services.store, self._viewer.token, utc_now())
            if user is None:
                return False
            self._view = await _view(self._services, user, self._pairs)
        except Unavailable:
            return True
        except Invalid:
            # The filter names somebody whom this role may not ask for any more.
            return False
        return True

    async def _news(self, listener: Listener) -> list[bytes]:
        """What to say of the leads that changed. A lead that is not this viewer's to see is not spoken of at all."""
        now, view = now_for(self._view.user), self._view
        changed = [lead for lead in listener.take() if can(view.user, "see_lead", lead)]
        if listener.has_missed or len(changed) > ROWS_AT_ONCE_MAX:
            listener.has_missed = False
            return [_event("many", {"count": len(changed)})]
        try:
            return [_event("lead", await self._told(lead, now)) for lead in changed]
        except (Unavailable, NotFound):
            return [_event("many", {"count": len(changed)})]

    async def _told(self, lead: Lead, now: datetime) -> dict[str, Any]:
        ruleset = await self._services.find_ruleset(lead.ruleset_version)
        shown = row(lead, ruleset.thresholds, self._view.people, now)
        is_new = lead.created_at >= self._new_since and lead.status == "New"
        is_hot = is_new and lead.category == "Hot"
        return {
            "id": lead.id,
            "html": render("lead_row.html", row=shown, viewer=self._view.user, is_live=is_new).decode(),
            "is_in": matches(self._view.wanted.query, lead),
            "is_new": is_new,
            "say": f"New hot lead: {lead.company_name}, score {lead.lead_score}." if is_hot else "",
        }


async def _view(services: Services, user: User, pairs: list[tuple[str, str]]) -> _View:
    users = await services.store.list_users()
    return _View(user, read_wanted(pairs, user, users, now_for(user)), People(users, user))


async def _wait(listener: Listener, seconds: float) -> None:
    try:
        await asyncio.wait_for(listener.woken.wait(), max(0.0, seconds))
    except TimeoutError:
        return


async def _over() -> AsyncIterator[bytes]:
    """The session is over: the page shows leads that its reader may not see any more, so it goes to the login."""
    yield _event("over", {"to": login_address("/")})


def _event(name: str, data: dict[str, Any]) -> bytes:
    """The id is what a browser sends when it comes back: until when this page has heard everything."""
    heard_until = utc_now().strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"id: {heard_until}\nevent: {name}\ndata: ".encode() + msgspec.json.encode(data) + b"\n\n"
