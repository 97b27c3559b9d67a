"""One's own account: what one may change about it, and what a changed password ends."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from leadline.clock import utc_now
from leadline.domain.users import User
from leadline.web.presenting.words import aged, dated
from leadline.web.sessions import Viewer
from tests.builders import user
from tests.steps import change
from tests.web.acts import fields_of, toast
from tests.web.browsing import PASSWORD, House, log_in, text_of

NEW = "eleven ferries in the fog"


async def send(browser: httpx2.AsyncClient, form: str, **fields: Any) -> httpx2.Response:
    """Post a form of the page as it stands but for these fields; a box that is None is not ticked."""
    page = (await browser.get("/account")).text
    shown = fields_of(page, form)
    ticked = re.findall(r'name="(\w+)" value="yes" checked', page)
    boxes = {*re.findall(r'type="checkbox" name="(\w+)"', page)} - set(ticked)
    sent = {
        name: value for name, value in (shown | fields).items() if value is not None and name not in boxes - set(fields)
    }
    return await browser.post(form, data=sent)


async def stored(house: House, name: str) -> User:
    return await house.store.get_user(house.team[name].id)


async def test_everybody_finds_it_under_their_name(house: House) -> None:
    for name in ("Rep One", "Manager", "Admin"):
        browser = await house.browser(house.team[name])

        assert 'href="/account"' in (await browser.get("/")).text
        said = text_of((await browser.get("/account")).text)
        assert f"{name}, {house.team[name].email}, {house.team[name].role}" in said
    assert "0 of 20 leads" in text_of((await (await house.browser(house.team["Rep One"])).get("/account")).text)


async def test_how_one_is_reached_is_kept(house: House) -> None:
    browser = await house.browser(house.team["Rep One"])

    answer = await send(
        browser, "/account", phone=" +47 22 00 00 00 ", time_zone="Europe/Oslo", notify_slack="yes", notify_email=None
    )

    assert "Saved." in await toast(browser, answer)
    kept = await stored(house, "Rep One")
    assert (kept.phone, kept.time_zone) == ("+47 22 00 00 00", "Europe/Oslo")
    assert (kept.notify_email, kept.notify_slack, kept.notify_sms) == (False, True, False)
    page = (await browser.get("/account")).text
    assert 'name="notify_slack" value="yes" checked' in page
    assert 'name="notify_email" value="yes">' in page


async def test_when_one_is_reached_is_kept_and_can_be_taken_back(house: House) -> None:
    browser = await house.browser(house.team["Rep One"])
    hours = {"quiet_from": "22:00", "quiet_to": "06:30", "digest_at": "08:15"}

    await send(browser, "/account", **hours, hot_in_quiet_hours="yes")

    kept = await stored(house, "Rep One")
    assert (kept.quiet_from, kept.quiet_to, kept.digest_at) == ("22:00", "06:30", "08:15")
    assert kept.hot_in_quiet_hours
    shown = fields_of((await browser.get("/account")).text, "/account")
    assert {name: shown[name] for name in hours} == hours

    await send(browser, "/account", **dict.fromkeys(hours, ""), hot_in_quiet_hours=None)

    kept = await stored(house, "Rep One")
    assert (kept.quiet_from, kept.quiet_to, kept.digest_at, kept.hot_in_quiet_hours) == (None, None, None, False)


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        ({"quiet_from": "22:00"}, "is missing: the quiet hours have a beginning only"),
        ({"quiet_to": "06:00"}, "is missing: the quiet hours have an end only"),
        ({"quiet_from": "22:00", "quiet_to": "25:61"}, "must be a time of day, such as 22:00"),
        ({"digest_at": "in the morning"}, "must be a time of day, such as 22:00"),
    ],
)
async def test_hours_that_cannot_be_are_refused(house: House, hours: dict[str, str], said: str) -> None:
    browser = await house.browser(house.team["Rep One"])

    answer = await send(browser, "/account", **hours)

    assert answer.status_code == 422
    assert said in text_of(answer.text)
    assert fields_of(answer.text, "/account").items() >= hours.items()
    assert await stored(house, "Rep One") == house.team["Rep One"]


async def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_changed(house: House) -> None:
    browser = await house.browser(house.team["Rep One"])

    answer = await send(browser, "/account", time_zone="Middle Earth", phone="1" * 60, notify_email=None)

    assert answer.status_code == 422
    said = text_of(answer.text)
    assert "Nothing was changed." in said
    assert "must be an IANA name of a time zone" in said
    assert "is 60 characters long; at most 50 fit" in said
    typed = fields_of(answer.text, "/account")
    assert (typed["time_zone"], typed["phone"]) == ("Middle Earth", "1" * 60)
    assert 'name="notify_email" value="yes">' in answer.text
    assert await stored(house, "Rep One") == house.team["Rep One"]


async def test_nobody_makes_an_admin_of_themselves(house: House) -> None:
    browser = await house.browser(house.team["Rep One"])

    await send(browser, "/account", role="admin", is_active=None, max_active_leads="999", full_name="Boss")

    kept = await stored(house, "Rep One")
    assert (kept.role, kept.max_active_leads, kept.full_name) == ("rep", 20, "Rep One")


async def test_a_new_password_ends_every_other_session_and_this_one_goes_on(house: House) -> None:
    rep = house.team["Rep One"]
    mine, other = await house.browser(rep), await house.browser(rep)

    answer = await send(mine, "/account/password", old_password=PASSWORD, new_password=NEW, again=NEW)

    assert "Your password is changed." in await toast(mine, answer)
    assert (await mine.get("/")).status_code == 200
    assert (await other.get("/")).headers["location"] == "/login"
    fresh = await house.browser()
    assert (await log_in(fresh, rep.email)).status_code == 401
    assert (await log_in(fresh, rep.email, NEW)).status_code == 303


@pytest.mark.parametrize(
    ("fields", "field", "told"),
    [
        ({"old_password": "not this one"}, "old_password", "is not your password"),
        ({"new_password": "short", "again": "short"}, "new_password", "needs 12 to 256 characters"),
        ({"new_password": PASSWORD, "again": PASSWORD}, "new_password", "is the one you have"),
        ({"again": NEW + "!"}, "again", "is not the same as the new password"),
    ],
)
async def test_a_password_that_will_not_do_is_refused_beside_its_field(
    house: House, fields: dict[str, str], field: str, told: str
) -> None:
    browser = await house.browser(house.team["Rep One"])
    right = {"old_password": PASSWORD, "new_password": NEW, "again": NEW}

    answer = await send(browser, "/account/password", **(right | fields))

    assert answer.status_code == 422
    assert re.search(rf'id="{field}-wrong">.*?{re.escape(told)}', answer.text, re.DOTALL)
    assert all(value not in answer.text for value in (NEW, PASSWORD))
    assert (await stored(house, "Rep One")).password_hash == house.team["Rep One"].password_hash


async def test_guessing_the_old_password_is_stopped_as_at_the_login(house: House) -> None:
    browser = await house.browser(house.team["Rep One"])
    answers = [
        await send(browser, "/account/password", old_password=f"guess {n}", new_password=NEW, again=NEW)
        for n in range(30)
    ]

    assert answers[0].status_code == 422
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) > 0
    assert "Too many tries" in answers[-1].text
    assert (await browser.get("/")).status_code == 200


async def test_the_forms_need_their_token(house: House) -> None:
    browser = await house.browser(house.team["Rep One"])
    for path in ("/account", "/account/password"):
        assert (await browser.post(path, data={"time_zone": "UTC"})).status_code == 403
    assert (await (await house.browser()).get("/account")).headers["location"] == "/login?next=%2Faccount"


async def test_times_are_shown_in_the_readers_zone_and_in_utc_for_the_pointer(house: House) -> None:
    created = utc_now().replace(hour=12, minute=30, second=0, microsecond=0) - timedelta(days=3)
    lead = await house.lead(created_at=created)
    rep = await change(house.store, house.team["Rep One"], time_zone="Asia/Kolkata")
    browser = await house.browser(rep)

    page = (await browser.get(f"/leads/{lead.id}")).text

    assert ", 18:00</time>" in page
    assert "12:30:00 UTC" in page
    assert "Times are yours, Asia/Kolkata. Point at one for UTC." in page
    assert "Times are UTC." in (await (await house.browser(house.team["Rep Two"])).get("/")).text


def test_a_day_begins_where_the_reader_is() -> None:
    at = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    now = datetime(2026, 11, 24, 8, 0, tzinfo=Viewer(user(time_zone="Europe/Oslo"), "t").now().tzinfo)

    assert dated(at, now).text == "00:30"
    assert dated(at, now.astimezone(UTC)).text == "23 Nov 2026, 23:30"
    assert aged(at - timedelta(days=40), now).text == "15 Oct 2026"


def test_a_zone_that_this_machine_does_not_know_is_utc() -> None:
    assert Viewer(user(time_zone="Atlantis/Deep"), "t").now().tzinfo is UTC
