"""The stream behind the work list: who hears what, until when, and what ends it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from leadline.clock import utc_now
from leadline.domain.errors import Unavailable
from leadline.domain.lead_edits import etag
from leadline.domain.leads import Lead
from leadline.domain.users import User
from leadline.ports import Tx
from leadline.usecases.accounts import end_session
from leadline.web import live, live_stream
from leadline.web.live import LISTENERS_OF_ONE_MAX, Live
from leadline.web.live_stream import Streaming, _view
from leadline.web.sessions import Viewer
from tests.sessions import start_session
from tests.steps import change, rewrite
from tests.web.browsing import House, running

HOSTILE = "<script>alert(1)</script>\"'>\n\ndata: {}"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LOOK_SECONDS", 0.01)


class Page:
    """An open page: the events it hears, one by one."""

    def __init__(self, streaming: Streaming, token: str) -> None:
        self.token = token
        self.bytes: AsyncIterator[bytes] = streaming.events()

    async def hears(self) -> tuple[str, dict[str, Any]]:
        """The next event that says something."""
        async with asyncio.timeout(20):
            while True:
                lines = (await anext(self.bytes)).decode().splitlines()
                fields = dict(line.split(": ", 1) for line in lines if line)
                if "event" in fields:
                    return fields["event"], json.loads(fields["data"])

    async def hears_lead(self) -> dict[str, Any]:
        """The next lead."""
        name, data = await self.hears()
        assert name == "lead"
        return data

    async def ends(self) -> bool:
        """Whether nothing more comes."""
        async with asyncio.timeout(20):
            return [event async for event in self.bytes] == []


async def opened(house: House, viewer: User, *pairs: tuple[str, str], **options: Any) -> Page:
    """A page of this viewer that listens already."""
    token = await start_session(house.store, viewer, utc_now())
    view = await _view(house.services, viewer, list(pairs))
    page = Page(Streaming(house.services, Viewer(viewer, token), list(pairs), view, options.get("heard_until")), token)
    assert (await anext(page.bytes)).startswith(b"retry:")
    return page


async def hot(house: House, **fields: Any) -> Lead:
    return await house.lead(**({"category": "Hot", "lead_score": 98, "raw_score": 98} | fields))


async def test_a_new_hot_lead_arrives_as_a_row_and_is_announced(house: House) -> None:
    page = await opened(house, house.team["Manager"])

    lead = await hot(house, company_name="Fathom & Reed")

    told = await page.hears_lead()
    assert told["id"] == str(lead.id)
    assert told["is_in"] is True
    assert told["is_new"] is True
    assert told["say"] == "New hot lead: Fathom & Reed, score 98."
    assert f'id="row-{lead.id}"' in told["html"]
    assert f'value="{etag(lead)}"' in told["html"]
    assert "Just in" in told["html"]


async def test_a_change_arrives_once_in_its_newest_state_and_is_not_announced(house: House) -> None:
    lead = await hot(house, created_at=utc_now() - timedelta(hours=1), updated_at=utc_now() - timedelta(hours=1))
    page = await opened(house, house.team["Manager"])
    await rewrite(house.store, lead.id, status="Contacted", updated_at=utc_now())

    told = await page.hears_lead()
    await rewrite(house.store, lead.id, status="Qualified", updated_at=utc_now())
    then = await page.hears_lead()

    assert "Contacted" in told["html"]
    assert "Qualified" in then["html"]
    assert told["is_new"] is False
    assert told["say"] == ""
    assert "Just in" not in told["html"]


async def test_a_lead_that_leaves_the_list_is_said_to_be_out_of_it(house: House) -> None:
    lead = await hot(house)
    page = await opened(house, house.team["Manager"], ("list", "hot"), ("status", "New"))
    assert (await page.hears_lead())["is_in"] is True

    await rewrite(house.store, lead.id, status="Disqualified", updated_at=utc_now())

    assert (await page.hears_lead())["is_in"] is False


async def test_a_hot_lead_is_announced_on_every_list_but_is_in_its_own_only(house: House) -> None:
    page = await opened(house, house.team["Manager"], ("list", "cold"))

    await hot(house)

    told = await page.hears_lead()
    assert told["is_in"] is False
    assert told["say"].startswith("New hot lead")


async def test_a_rep_hears_nothing_of_the_lead_of_another(house: House) -> None:
    rep, other = house.team["Rep One"], house.team["Rep Two"]
    page = await opened(house, rep)

    await hot(house, company_name="Secret", assigned_to=other.id)
    await hot(house, company_name="Mine", assigned_to=rep.id)
    await hot(house, company_name="Free")

    heard = {(await page.hears_lead())["say"] for _ in range(2)}
    assert heard == {"New hot lead: Mine, score 98.", "New hot lead: Free, score 98."}


async def test_hostile_words_stay_words_in_a_stream(house: House) -> None:
    page = await opened(house, house.team["Manager"])

    await hot(house, company_name=HOSTILE, contact_name=HOSTILE, source=HOSTILE, inquiry_type=HOSTILE)

    name, told = await page.hears()
    assert name == "lead"
    assert "<script" not in told["html"]
    assert told["say"] == f"New hot lead: {HOSTILE}, score 98."


async def test_a_page_that_begins_to_listen_hears_what_happened_while_it_was_made(house: House) -> None:
    first = await opened(house, house.team["Manager"])
    lead = await hot(house)
    await first.hears_lead()

    late = await opened(house, house.team["Admin"])

    assert (await late.hears_lead())["id"] == str(lead.id)


async def test_a_page_that_comes_back_hears_what_it_missed(house: House) -> None:
    now = utc_now()
    lead = await hot(house, created_at=now - timedelta(minutes=2), updated_at=now - timedelta(minutes=2))

    page = await opened(house, house.team["Manager"], heard_until=now - timedelta(minutes=3))

    told = await page.hears_lead()
    assert told["id"] == str(lead.id)
    assert told["is_new"] is True


async def test_what_is_too_much_is_said_to_be_many(house: House) -> None:
    now = utc_now()
    for _ in range(live_stream.ROWS_AT_ONCE_MAX + 1):
        await hot(house, created_at=now - timedelta(minutes=2), updated_at=now - timedelta(minutes=2))

    page = await opened(house, house.team["Manager"], heard_until=now - timedelta(minutes=3))

    assert (await page.hears())[0] == "many"


# ---------- what ends a stream


async def test_a_deactivated_user_is_sent_to_the_login_at_once(house: House) -> None:
    rep = house.team["Rep One"]
    page = await opened(house, rep)
    await change(house.store, rep, is_active=False)

    house.services.live.recheck()

    assert await page.hears() == ("over", {"to": "/login"})
    assert await page.ends()


async def test_deactivating_over_the_api_reaches_the_open_page(house: House) -> None:
    rep, key = house.team["Rep One"], await house.key("users")
    page = await opened(house, rep)
    program = await house.browser(headers=key)

    answer = await program.patch(f"/api/v1/users/{rep.id}", json={"is_active": False})

    assert answer.status_code == 200
    assert (await page.hears())[0] == "over"


async def test_signing_out_ends_the_open_page(house: House) -> None:
    page = await opened(house, house.team["Rep One"])
    await end_session(house.store, page.token, utc_now())

    house.services.live.recheck()

    assert (await page.hears())[0] == "over"


async def test_the_session_is_looked_at_again_now_and_then(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_stream, "CHECK_SECONDS", 0.01)
    page = await opened(house, house.team["Rep One"])
    await end_session(house.store, page.token, utc_now())

    assert (await page.hears())[0] == "over"


async def test_a_manager_who_becomes_a_rep_hears_no_more_of_others(house: House) -> None:
    manager, other = house.team["Manager"], house.team["Rep Two"]
    page = await opened(house, manager)
    await change(house.store, manager, role="rep")
    house.services.live.recheck()

    await hot(house, company_name="Secret", assigned_to=other.id)

    assert (await page.hears())[0] == "over"


async def test_a_role_that_changes_behind_the_session_counts_from_the_next_look_on(house: House) -> None:
    manager, other = house.team["Manager"], house.team["Rep Two"]
    page, filtered = await opened(house, manager), await opened(house, manager, ("owner", str(other.id)))
    await demote(house, manager)
    house.services.live.recheck()

    await hot(house, company_name="Secret", assigned_to=other.id)
    await hot(house, company_name="Free")

    assert (await page.hears_lead())["say"] == "New hot lead: Free, score 98."
    assert (await filtered.hears())[0] == "over"


async def demote(house: House, user: User) -> None:
    """Past the use case, which would end the session as well."""

    async def work(tx: Tx) -> None:
        (found,) = [known for known in await tx.users() if known.id == user.id]
        tx.update_users([replace(found, role="rep")])

    await house.store.transact(work)


async def test_an_open_page_keeps_no_session_alive(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_stream, "CHECK_SECONDS", 0.0)
    monkeypatch.setattr(live_stream, "HEARTBEAT_SECONDS", 0.0)
    rep = house.team["Rep One"]
    page = await opened(house, rep)
    async with aclosing(page.bytes):  # type: ignore[type-var]
        before = {hash: session.seen_at for hash, session in house.store._state.sessions.items()}
        for _ in range(3):
            assert (await page.hears())[0] == "beat"

        assert {hash: session.seen_at for hash, session in house.store._state.sessions.items()} == before


async def test_a_stream_ends_when_its_time_is_up(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_stream, "STREAM_SECONDS", 0.05)
    page = await opened(house, house.team["Rep One"])

    assert await page.ends()


async def test_a_server_that_stops_ends_every_stream_and_begins_no_other(house: House) -> None:
    page = await opened(house, house.team["Rep One"])

    house.services.live.stop()

    assert await page.ends()
    answer = await (await house.browser(house.team["Rep One"])).get("/live")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "30"


# ---------- the hub


async def test_only_so_many_pages_of_one_user_listen(house: House) -> None:
    hub, rep = Live(house.store), house.team["Rep One"]
    pages = [hub.listen(rep.id, utc_now()) for _ in range(LISTENERS_OF_ONE_MAX)]
    for page in pages:
        page.__enter__()

    with pytest.raises(Unavailable):
        hub.check_room(rep.id)
    hub.check_room(house.team["Rep Two"].id)
    for page in pages:
        page.__exit__(None, None, None)
    hub.check_room(rep.id)
    await hub.close()


async def test_nobody_looks_while_nobody_listens() -> None:
    calls: list[str] = []
    async with running(on_call=calls.append) as house:
        hub = Live(house.store)
        with hub.listen((await house.hire("Rep One")).id, utc_now()):
            task = hub._looking
            assert task is not None
            while "list_leads" not in calls:
                await asyncio.sleep(0)
        await task
        looked = calls.count("list_leads")
        await asyncio.sleep(0.05)

        assert calls.count("list_leads") == looked
        await hub.close()


async def test_an_outage_is_lived_through() -> None:
    away = [True]

    def on_call(name: str) -> None:
        if name == "list_leads" and away[0]:
            away[0] = False
            raise Unavailable("gone for a moment")

    async with running(on_call=on_call) as house:
        rep = await house.hire("Rep One")
        page = await opened(house, rep)
        await hot(house)

        assert (await page.hears_lead())["is_in"]
        assert not away[0]


async def test_more_changes_than_one_look_reads_are_read_by_the_next(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "PAGE", 2)
    monkeypatch.setattr(live, "PAGES_MAX", 2)
    page = await opened(house, house.team["Manager"])
    leads = {str((await hot(house)).id) for _ in range(11)}

    assert {(await page.hears_lead())["id"] for _ in range(11)} == leads


# ---------- over http


async def test_nobody_listens_without_a_session(house: House) -> None:
    stranger = await house.browser()

    page = await stranger.get("/live", headers={"Accept": "text/event-stream"})
    by_hand = await stranger.get("/live")

    assert page.headers["content-type"].startswith("text/event-stream")
    assert 'event: over\ndata: {"to":"/login"}' in page.text
    assert by_hand.status_code == 303


async def test_a_rep_may_not_listen_to_the_list_of_another(house: House) -> None:
    browser = await house.browser(house.team["Rep One"])

    assert (await browser.get(f"/live?owner={house.team['Rep Two'].id}")).status_code == 422


async def test_the_stream_of_a_browser_is_one_that_proxies_do_not_hold_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_stream, "STREAM_SECONDS", 0.05)
    browser = await house.browser(house.team["Rep One"])

    answer = await browser.get("/live?list=warm&q=acme&cursor=x")

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["x-accel-buffering"] == "no"
    assert answer.headers["cache-control"] == "no-store"
