"""First steps: for admins, with ticks that come by themselves, a link that is shown once, and a demo that goes."""

import re
from pathlib import Path

import httpx2
import pytest

from leadline.clock import utc_now
from leadline.domain.default_ruleset import DEFAULT_RULESET
from leadline.domain.rulesets import RuleSet
from leadline.usecases.demo import add_demo
from leadline.web.presenting.rules import rule_groups
from tests.builders import intake
from tests.invariants import every_lead
from tests.steps import captured_lead
from tests.web.acts import toast
from tests.web.browsing import House, form_token, running, text_of

HX = {"HX-Request": "true"}


async def admin(house: House) -> httpx2.AsyncClient:
    return await house.browser(house.team["Admin"])


async def send(browser: httpx2.AsyncClient, act: str, **fields: str) -> httpx2.Response:
    token = form_token((await browser.get("/start")).text)
    return await browser.post(f"/start/{act}", data={"_csrf_token": token} | fields)


def done(page: str) -> list[bool]:
    """Which of the four steps are ticked."""
    steps = page[page.index('<ol class="checks">') : page.index("</ol>")]
    return ["is-done" in step.partition(">")[0] for step in steps.split("<li")[1:]]


async def test_it_is_there_for_admins_only(house: House) -> None:
    for name, status in (("Rep One", 404), ("Manager", 404), ("Admin", 200)):
        browser = await house.browser(house.team[name])
        for path in ("/start", "/start/rules"):
            assert (await browser.get(path)).status_code == status
        assert ('href="/start"' in (await browser.get("/")).text) is (status == 200)
    manager = await house.browser(house.team["Manager"])
    data = {"_csrf_token": form_token((await manager.get("/")).text), "full_name": "X", "email": "x@y.example.com"}
    assert (await manager.get("/start/lead")).status_code == 404
    for act in ("test-lead", "invite", "remove-demo"):
        assert (await manager.post(f"/start/{act}", data=data)).status_code == 404
    assert await every_lead(house.store) == []


async def test_the_command_is_one_that_works_here() -> None:
    async with running(public_url="https://leads.example.com", home=Path("/srv/leadline")) as house:
        boss = await house.hire("Admin", "admin")
        page = (await (await house.browser(boss, base_url="https://leads.example.com")).get("/start")).text

    said = text_of(page)
    assert ". /srv/leadline/first-run.env curl -s https://leads.example.com/api/v1/leads \\" in said
    assert '"inquiry_type": "Demo Request"' in said
    assert "scores it 95, which is Hot" in said


async def test_until_a_lead_is_there_the_page_is_left_alone(house: House) -> None:
    browser = await admin(house)
    page = (await browser.get("/start")).text

    assert done(page) == [True, False, True, False]
    assert 'hx-get="/start/lead" hx-trigger="lead, every 10s"' in page
    answer = await browser.get("/start/lead", headers=HX)
    assert (answer.status_code, answer.content) == (204, b"")


async def test_the_first_lead_turns_up_and_ticks_its_step_without_a_reload(house: House) -> None:
    browser = await admin(house)
    lead = await captured_lead(house.store, intake(company_name="First & Co"), now=utc_now())

    piece = (await browser.get("/start/lead", headers=HX)).text

    assert "First &amp; Co" in piece
    assert "Scored 95 and assigned to Rep One." in text_of(piece)
    assert f'href="/leads/{lead.id}"' in piece
    assert 'id="step-lead" hx-swap-oob="true"' in piece
    assert "hx-get" not in piece
    assert "<html" not in piece
    page = (await browser.get("/start")).text
    assert done(page) == [True, True, True, False]
    assert "hx-get" not in page
    assert page.count('id="step-lead"') == 1


async def test_the_first_lead_of_a_house_without_reps_waits_and_says_so() -> None:
    async with running() as house:
        await house.hire("Admin", "admin")
        browser = await admin(house)
        assert done((await browser.get("/start")).text) == [True, False, False, False]

        answer = await send(browser, "test-lead")

        assert "It is there: Acme Tidewater, Hot, 95." in await toast(browser, answer)
        assert "It waits for a rep: there is none yet." in text_of((await browser.get("/start")).text)
        assert "It was there already" in await toast(browser, await send(browser, "test-lead"))
        assert [lead.is_test for lead in await every_lead(house.store)] == [True]


async def test_a_rep_is_invited_by_a_link_that_is_shown_once_and_works() -> None:
    async with running() as house:
        await house.hire("Admin", "admin")
        browser = await admin(house)

        answer = await send(browser, "invite", full_name="Nora Lind", email="nora@company.example.com")

        found = re.search(r"http://127\.0\.0\.1:8000(/welcome\?link=[\w-]+)</pre>", answer.text)
        assert found
        assert done(answer.text) == [True, False, True, False]
        assert "/welcome" not in (await browser.get("/start")).text
        assert "Welcome, Nora Lind" in (await (await house.browser()).get(found[1])).text


@pytest.mark.parametrize(
    ("fields", "status", "told"),
    [
        ({"full_name": "", "email": "no address"}, 422, "must not be blank"),
        ({"full_name": "Nora", "email": "no address"}, 422, "Nobody was invited."),
        ({"full_name": "Rep", "email": "rep.one@company.example.com"}, 409, "has an account already"),
    ],
)
async def test_an_invitation_that_will_not_do_is_refused_and_what_was_typed_is_kept(
    house: House, fields: dict[str, str], status: int, told: str
) -> None:
    answer = await send(await admin(house), "invite", **fields)

    assert answer.status_code == status
    assert told in text_of(answer.text)
    assert f'value="{fields["email"]}"' in answer.text
    assert len(await house.store.list_users()) == 5


async def test_the_demo_goes_when_it_is_asked_to(house: House) -> None:
    for user in house.team.values():
        assert not user.is_demo
    async with running() as empty:
        await empty.hire("Admin", "admin")
        await add_demo(empty.store, empty.services.house, utc_now())
        browser = await admin(empty)
        page = (await browser.get("/start")).text
        assert "invented leads" in page
        assert done(page) == [True, False, False, False]

        answer = await send(browser, "remove-demo")

        assert re.search(r"\d+ invented leads removed", await toast(browser, answer))
        assert await every_lead(empty.store) == []
        assert [user.full_name for user in await empty.store.list_users()] == ["Admin"]
        assert "invented leads" not in text_of((await browser.get("/start")).text).replace("invented leads removed", "")


async def test_looking_at_the_rules_ticks_the_step(house: House) -> None:
    browser = await admin(house)

    said = text_of((await browser.get("/start/rules")).text)

    assert "Rule set 1: Default" in said
    assert "begins at 80 points" in said
    assert "Demo Request +30" in said
    assert "Disposable address −10" in said
    assert "E-mail reply each, +15 at most +5" in said
    assert done((await browser.get("/start")).text)[-1]


def test_every_rule_of_a_set_is_a_row() -> None:
    asked = [
        {"when": {"industry": ["Software/SaaS", "Healthcare"]}, "points": 20},
        {"when": {"industry": {"other": True}}, "points": 5},
        {"when": {"pricing_page_visits": {"at_least": 2}}, "points": 8},
        {"when": {"pricing_page_visits": {"at_least": 1, "at_most": 3}}, "points": 1},
        {"when": {"email_reply_count": 0}, "points": -2},
        {"when": {"demo_video_watched": False}, "points": 0},
        {"per": "email_reply_count", "points": -5, "max": -15},
    ]
    made = {"version": 2, "name": "N", "thresholds": {"hot": 80, "warm": 50}}
    groups = [{"name": "mixed", "label": "Mixed", "cap": 20, "rules": asked}]

    (group,) = rule_groups(RuleSet.from_json(made | {"groups": groups}))

    assert (group.label, group.cap) == ("Mixed", 20)
    assert group.rows == (
        ("Software/SaaS, Healthcare", "+20", ""),
        ("Any other answer", "+5", ""),
        ("Visit to the pricing page: 2 or more", "+8", ""),
        ("Visit to the pricing page: 1 to 3", "+1", ""),
        ("E-mail reply: 0", "−2", ""),
        ("Not: watched the demo video", "0", ""),
        ("E-mail reply", "−5", "each, −15 at most"),
    )
    assert sum(len(group.rows) for group in rule_groups(DEFAULT_RULESET)) == sum(
        len(group.rules) for group in DEFAULT_RULESET.groups
    )
