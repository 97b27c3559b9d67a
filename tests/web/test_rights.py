"""Every route, whoever comes, and every kind of lead: what is answered is what the table of rights says, for none is left out."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import httpx2
import pytest
from litestar import get

from leadline.clock import utc_now
from leadline.domain.access import SCOPES, Scope
from leadline.domain.leads import Lead
from leadline.domain.users import ROLES
from leadline.web import app, csrf
from leadline.web.actions import actions_of, doing, handlers_of
from leadline.web.static import ASSETS
from tests.sessions import start_session
from tests.web.browsing import HTML, ORIGIN, House, running
from tests.web.quarantined import keep, posting
from tests.web.rights_table import ELSEWHERE, KINDS, MAY, ROUTES, Route

PEOPLE = {"rep": "Rep One", "manager": "Manager", "admin": "Admin", "left": "Gone"}
WHO = ("anonymous", *PEOPLE, "wrong scope", "right scope")
MISSING = UUID("01990000-0000-7000-8000-000000000000")
# What differs between any two answers.
SAME_ID = {"X-Request-Id": "the-same-for-both"}
PROGRAM = {"Accept": "application/json"}
# What stands in a path beside the id of a lead.
_OTHERS = {
    "provider": "webflow",
    "endpoint": "none",
    "form": "none",
    "endpoint_id": MISSING,
    "notification_id": MISSING,
    "ref": "1",
    "upload_id": MISSING,
    "digest": "0",
    "name": next(iter(ASSETS)),
}


@dataclass
class Visitor:
    """Somebody who asks: their headers, and the token that their forms carry."""

    client: httpx2.AsyncClient
    form_token: str


async def visitor(house: House, who: str, route: Route) -> Visitor:
    """Somebody of this kind. A right key has the one scope of the route, a wrong one all the others that do not imply it."""
    headers: Mapping[str, str] = HTML if route.door == "page" else PROGRAM
    if who in ("wrong scope", "right scope"):
        scope: Any = MAY[route.action].scope
        right: tuple[Scope, ...] = (scope,) if scope in SCOPES else SCOPES
        wrong = tuple(s for s in SCOPES if s not in (scope, "admin"))
        headers = {**headers, **await house.key(*(right if who == "right scope" else wrong))}
    client = await house.browser(headers=headers)
    token = "none"
    if who in PEOPLE:
        token = await start_session(house.store, house.team[PEOPLE[who]], utc_now())
        client.cookies.set("session", token)
    return Visitor(client, csrf.form_token(house.services.secret_key, "session", token))


async def lead_of(house: House, kind: str) -> Lead:
    """A lead as Rep One stands to it; for one that is not there, a lead that was never stored."""
    owners = {"teammate's": house.team["Rep Two"].id, "unassigned": None}
    is_deleted = kind == "deleted"
    lead = await house.lead(
        assigned_to=owners.get(kind, house.team["Rep One"].id),
        is_deleted=is_deleted,
        deleted_at=utc_now() if is_deleted else None,
        needs_review=True,
    )
    return replace(lead, id=MISSING) if kind == "not there" else lead


async def ask(visitor: Visitor, name: str, route: Route, lead: Lead, house: House) -> httpx2.Response:
    """Send the request of a route about a lead."""
    method, _, path = name.partition(" ")
    ids = {
        "lead_id": lead.id,
        "user_id": house.team["Rep Two"].id,
        "key_id": MISSING,
        "receipt": MISSING,
        "import_id": MISSING,
        "token": MISSING,
    }
    if "{submission_id}" in path:
        ids["submission_id"] = (await keep(house.store, posting()))[0].id
    address = path.format_map(_OTHERS | ids) + route.query
    sent = route.sent(lead) if callable(route.sent) else route.sent
    if route.door == "page":
        data = None if method == "GET" else {csrf.FIELD: visitor.form_token, **(sent or {})}
        return await visitor.client.request(method, address, data=data, headers=SAME_ID | {"Origin": ORIGIN})
    return await visitor.client.request(method, address, json=sent, headers=SAME_ID)


def expected(route: Route, who: str, kind: str) -> int | str:
    """The status that the tables say, or where to: "login"."""
    may = MAY[route.action]
    is_key = who in ("wrong scope", "right scope")
    if route.door == "open":
        return route.good
    if route.door == "either":
        is_in = is_key or who in ("rep", "manager", "admin")
        return route.good if is_in else 401
    if route.door == "key":
        if not is_key:
            return 401
        return _done(route, kind, 404) if who == "right scope" and may.scope in SCOPES else 403
    if is_key or who in ("anonymous", "left"):
        return "login"
    if route.needs is None:
        return route.good if may.people[who] else 404
    if kind not in MAY["see_lead"].people[who]:
        return 404
    if kind not in may.people[who]:
        return 403
    is_taken = kind == "teammate's" or (kind == "own" and who != "rep")
    return route.if_taken if route.if_taken and is_taken else _done(route, kind, 404)


def _done(route: Route, kind: str, missing: int) -> int:
    if kind == "not there" and route.needs:
        return missing
    fits = route.needs in (None, "any") or (route.needs == "deleted") == (kind == "deleted")
    return route.good if fits else route.otherwise


def outcome(answer: httpx2.Response) -> int | str:
    is_sent_away = answer.status_code == 303 and answer.headers["location"].startswith("/login")
    return "login" if is_sent_away else answer.status_code


def kinds(route: Route) -> tuple[str, ...]:
    return (*KINDS, "not there") if route.needs else ("own",)


@pytest.mark.parametrize("name", ROUTES)
async def test_a_route_lets_in_whom_the_table_names_and_nobody_else(house: House, name: str) -> None:
    route = ROUTES[name]
    wanted: dict[tuple[str, str], int | str] = {}
    got: dict[tuple[str, str], int | str] = {}
    for who in WHO:
        for kind in kinds(route):
            lead = await lead_of(house, kind)
            # A new visitor each time: signing out, for one, ends the session of the one before.
            answer = await ask(await visitor(house, who, route), name, route, lead, house)
            wanted[who, kind], got[who, kind] = expected(route, who, kind), outcome(answer)
    # Where signing out leads is where whoever is not signed in is sent.
    if name == "POST /logout":
        wanted = dict.fromkeys(wanted, "login")

    assert got == wanted


async def test_every_route_has_a_line_in_the_table_and_every_line_a_route() -> None:
    async with running() as house:
        there = set()
        for path, handler in handlers_of(app.create_inner_app(house.services)):
            for value in actions_of(handler):
                named = path.replace("{act}", value) if value else path
                there |= {f"{method} {named}" for method in handler.http_methods}
    known = {*ROUTES, *ELSEWHERE}

    assert there - known == set(), (
        "state in tests/web/rights_table.py, ROUTES, who may come in here and what is answered"
    )
    assert known - there == set(), "these routes of tests/web/rights_table.py are gone"


@pytest.mark.parametrize("opt", [{}, {"action": "be_nice"}, {"action": ("act", {})}])
async def test_a_route_that_does_not_say_what_it_is_for_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, opt: dict[str, Any]
) -> None:
    @get("/oversight", opt=opt)
    async def oversight() -> str:
        return "for all to see"

    monkeypatch.setattr(app, "PAGES", [*app.PAGES, oversight])

    with pytest.raises(RuntimeError, match=r"GET /oversight gives no action\. Say in its decorator what it is for"):
        async with running():
            pass


async def test_a_page_that_is_not_ones_own_is_as_if_it_were_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    @get("/for-admins", opt=doing("manage_keys"))
    async def for_admins() -> str:
        return "secret"

    monkeypatch.setattr(app, "PAGES", [*app.PAGES, for_admins])

    async with running() as house:
        statuses = []
        for role in ROLES:
            browser = await house.browser(await house.hire(role.capitalize(), role))
            answer, missing = [await browser.get(path, headers=SAME_ID) for path in ("/for-admins", "/nothing-of-it")]
            statuses.append(answer.status_code)
            if answer.status_code == 404:
                assert (answer.content, answer.headers) == (missing.content, missing.headers)

    assert statuses == [404, 404, 200]


LEAD_PAGES = [name for name, route in ROUTES.items() if route.door == "page" and route.needs]


@pytest.mark.parametrize("name", LEAD_PAGES)
@pytest.mark.parametrize("accept", [HTML, {"Accept": "*/*"}, HTML | {"HX-Request": "true"}])
async def test_what_one_may_not_see_is_answered_like_what_is_not_there(name: str, accept: dict[str, str]) -> None:
    """In status, headers and body; and by the same questions to the store, so that the time taken tells nothing either."""
    calls: list[str] = []
    async with running(on_call=calls.append) as house:
        await house.hire("Rep One")
        await house.hire("Rep Two")
        route, answers = ROUTES[name], []
        rep = await visitor(house, "rep", route)
        rep.client.headers.update(accept)
        for kind in ("not there", "teammate's", "deleted"):
            lead = await lead_of(house, kind)
            calls.clear()
            answer = await ask(rep, name, route, lead, house)
            answers.append((answer.status_code, answer.content, answer.headers, [*calls]))

    assert answers[0][0] == 404
    assert answers[0] == answers[1] == answers[2]


async def test_options_tell_the_methods_of_an_address_and_no_more(house: House) -> None:
    browser = await house.browser(headers=PROGRAM)

    answers = [await browser.request("OPTIONS", path) for path in ("/", "/api/v1/users", f"/leads/{MISSING}")]

    assert [(answer.status_code, answer.content) for answer in answers] == [(204, b"")] * 3
