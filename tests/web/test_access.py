"""Who sees what: a rep the own leads and those of nobody, managers and admins all; for the rest there is nothing there."""

from dataclasses import replace
from datetime import timedelta

import pytest

from leadline.clock import utc_now
from leadline.domain.users import User
from tests.sessions import start_session
from tests.steps import change
from tests.web.browsing import HTML, House, running, text_of

LISTS = ("hot", "warm", "cold", "waiting", "review", "all")
SAME_ID = {"X-Request-Id": "the-same-for-both"}


async def leads_of_everybody(house: House) -> dict[str, str]:
    """One lead for each owner, in every list at once; the address of each."""
    leads = {
        name: await house.lead(
            company_name=f"Firm of {name}",
            category="Hot",
            lead_score=90,
            assigned_to=house.team[name].id if name in house.team else None,
            needs_review=True,
        )
        for name in ("Rep One", "Rep Two", "nobody")
    }
    return {name: f"/leads/{lead.id}" for name, lead in leads.items()}


async def test_a_rep_sees_the_own_leads_and_those_of_nobody(house: House) -> None:
    await leads_of_everybody(house)
    browser = await house.browser(house.team["Rep One"])

    page = (await browser.get("/")).text

    assert "Firm of Rep One" in page
    assert "Firm of nobody" in page
    assert "Firm of Rep Two" not in page


@pytest.mark.parametrize("who", ["Manager", "Admin"])
async def test_managers_and_admins_see_every_lead(house: House, who: str) -> None:
    addresses = await leads_of_everybody(house)
    browser = await house.browser(house.team[who])

    page = (await browser.get("/")).text
    statuses = [(await browser.get(address)).status_code for address in addresses.values()]

    assert all(f"Firm of {name}" in page for name in addresses)
    assert statuses == [200, 200, 200]


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("filters", ["", "&status=any", "&owner=me", "&owner=none", "&q=firm", "&source=API"])
async def test_no_list_and_no_filter_shows_a_rep_the_lead_of_another(house: House, name: str, filters: str) -> None:
    await leads_of_everybody(house)
    browser = await house.browser(house.team["Rep One"])

    page = await browser.get(f"/?list={name}{filters}")

    assert page.status_code == 200
    assert "Firm of Rep Two" not in page.text


async def test_the_counts_of_a_rep_are_those_of_what_the_rep_sees(house: House) -> None:
    await leads_of_everybody(house)
    rep, manager = await house.browser(house.team["Rep One"]), await house.browser(house.team["Manager"])

    assert "Hot 2" in text_of((await rep.get("/")).text)
    assert "Hot 3" in text_of((await manager.get("/")).text)


async def test_a_rep_may_not_ask_for_the_list_of_another(house: House) -> None:
    other = house.team["Rep Two"]
    rep, manager = await house.browser(house.team["Rep One"]), await house.browser(house.team["Manager"])

    assert (await rep.get(f"/?owner={other.id}")).status_code == 422
    assert (await manager.get(f"/?owner={other.id}")).status_code == 200
    assert "Rep Two" not in (await rep.get("/")).text


async def test_a_cursor_of_a_manager_opens_nothing_to_a_rep(house: House) -> None:
    for _ in range(60):
        await house.lead(company_name="Secret firm", category="Hot", assigned_to=house.team["Rep Two"].id)
    manager, rep = await house.browser(house.team["Manager"]), await house.browser(house.team["Rep One"])
    following = (await manager.get("/")).text.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]

    page = await rep.get(following.replace("&amp;", "&"))

    assert "cursor" in following
    assert page.status_code == 422
    assert "Secret firm" not in page.text


async def test_a_lead_one_may_not_see_and_one_that_is_not_there_are_answered_alike(house: House) -> None:
    addresses = await leads_of_everybody(house)
    browser = await house.browser(house.team["Rep One"])
    missing = "/leads/01990000-0000-7000-8000-000000000000"

    for accept in (HTML, {"Accept": "*/*"}):
        hidden = await browser.get(addresses["Rep Two"], headers=accept | SAME_ID)
        nothing = await browser.get(missing, headers=accept | SAME_ID)
        no_id = await browser.get("/leads/what-is-this", headers=accept | SAME_ID)

        assert hidden.status_code == 404
        assert (hidden.status_code, hidden.content, hidden.headers) == (
            nothing.status_code,
            nothing.content,
            nothing.headers,
        )
        assert (hidden.content, hidden.headers) == (no_id.content, no_id.headers)
        assert "Rep Two" not in hidden.text


async def test_a_deleted_lead_is_there_for_managers_only(house: House) -> None:
    lead = await house.lead(is_deleted=True, deleted_at=utc_now(), assigned_to=house.team["Rep One"].id)
    rep, manager = await house.browser(house.team["Rep One"]), await house.browser(house.team["Manager"])

    assert (await rep.get(f"/leads/{lead.id}")).status_code == 404
    assert "Deleted" in (await manager.get(f"/leads/{lead.id}")).text


async def test_whoever_is_not_signed_in_is_sent_to_the_login_and_learns_nothing(house: House) -> None:
    addresses = await leads_of_everybody(house)
    anonymous = await house.browser()

    there = await anonymous.get(addresses["nobody"])
    missing = await anonymous.get("/leads/01990000-0000-7000-8000-000000000000")

    assert (await anonymous.get("/")).headers["location"] == "/login"
    assert there.status_code == missing.status_code == 303
    assert there.content == missing.content == b""
    assert there.headers["location"] == f"/login?next=%2Fleads%2F{addresses['nobody'][7:]}"


async def test_nobody_leaves_a_session_behind_by_looking(house: House) -> None:
    anonymous = await house.browser()

    for path in ("/", "/login", "/leads/x", "/docs", "/healthz"):
        await anonymous.get(path)

    assert house.store._state.sessions == {}


async def test_a_deactivated_user_is_out_at_once(house: House) -> None:
    for name in ("Rep One", "Manager"):
        browser = await house.browser(house.team[name])
        assert (await browser.get("/")).status_code == 200

        await change(house.store, house.team[name], is_active=False)

        assert (await browser.get("/")).status_code == 303


async def test_a_user_who_left_has_no_way_in_with_an_old_token(house: House) -> None:
    browser = await house.browser(house.team["Gone"])

    assert (await browser.get("/")).status_code == 303


async def test_a_changed_role_ends_the_session_and_counts_from_the_next_one_on(house: House) -> None:
    addresses = await leads_of_everybody(house)
    for name, role, status in (("Rep One", "manager", 200), ("Manager", "rep", 404)):
        before = await house.browser(house.team[name])
        await change(house.store, house.team[name], role=role)
        after = await house.browser(house.team[name])

        assert (await before.get("/")).status_code == 303
        assert (await after.get(addresses["Rep Two"])).status_code == status


@pytest.mark.parametrize("token", ["", "x", "ä", "%00", "a" * 5_000])
async def test_a_made_up_session_is_none(house: House, token: str) -> None:
    browser = await house.browser()

    answer = await browser.get("/", headers={"Accept": "text/html", "Cookie": f"session={token}".encode()})

    assert answer.status_code == 303


async def test_the_api_does_not_look_at_cookies_and_pages_not_at_keys(house: House) -> None:
    browser = await house.browser(house.team["Admin"])
    stranger = await house.browser(headers=HTML | await house.key("admin"))

    assert (await browser.get("/api/v1/leads")).status_code == 401
    assert (await browser.post("/api/v1/users", json={"full_name": "A", "email": "a@b.example.com"})).status_code == 401
    assert (await stranger.get("/")).status_code == 303
    assert (await stranger.get("/api/v1/leads")).status_code == 200


async def test_a_session_that_was_ended_elsewhere_is_over_here(house: House) -> None:
    user: User = house.team["Rep One"]
    token = await start_session(house.store, user, utc_now())
    first, second = await house.browser(), await house.browser()
    for browser in (first, second):
        browser.cookies.set("session", token)
    page = (await first.get("/")).text

    await first.post("/logout", data={"_csrf_token": page.partition('_csrf_token" value="')[2][:64]})

    assert (await second.get("/")).status_code == 303


@pytest.mark.parametrize(
    ("age", "idle", "status"),
    [
        (timedelta(hours=13), timedelta(hours=11), 200),
        (timedelta(hours=13), timedelta(hours=12), 303),
        (timedelta(days=6), timedelta(minutes=5), 200),
        (timedelta(days=7), timedelta(minutes=5), 303),
    ],
)
async def test_a_session_ends_when_it_is_not_used_and_when_it_is_old(
    house: House, age: timedelta, idle: timedelta, status: int
) -> None:
    browser = await house.browser(house.team["Rep One"])
    ((token_hash, session),) = house.store._state.sessions.items()
    now = utc_now()
    aged = replace(session, created_at=now - age, seen_at=now - idle)
    house.store._state.sessions[token_hash] = aged

    assert (await browser.get("/")).status_code == status
    assert (house.store._state.sessions[token_hash].seen_at >= now) is (status == 200)


async def test_with_https_only_the_guarded_cookie_counts() -> None:
    async with running(public_url="https://leads.example.com") as house:
        user = await house.hire("Rep One")
        token = await start_session(house.store, user, utc_now())
        browser = await house.browser(base_url="https://leads.example.com")
        browser.cookies.set("session", token)

        assert (await browser.get("/")).status_code == 303

        browser.cookies.set("__Host-session", token)

        assert (await browser.get("/")).status_code == 200


async def test_other_leads_of_an_address_are_named_to_those_who_may_see_them(house: House) -> None:
    address = {"email": "ann@firm.example.com", "email_key": "ann@firm.example.com"}
    own = await house.lead(company_name="Own firm", assigned_to=house.team["Rep One"].id, **address)
    days = timedelta(days=3)
    await house.lead(
        inquiry_type="Secret request", assigned_to=house.team["Rep Two"].id, created_at=own.created_at - days, **address
    )
    await house.lead(inquiry_type="Open request", created_at=own.created_at - 2 * days, **address)
    rep, manager = await house.browser(house.team["Rep One"]), await house.browser(house.team["Manager"])

    seen_by_rep = (await rep.get(f"/leads/{own.id}")).text
    seen_by_manager = (await manager.get(f"/leads/{own.id}")).text

    assert "Open request" in seen_by_rep
    assert "Secret request" not in seen_by_rep
    assert "Secret request" in seen_by_manager
