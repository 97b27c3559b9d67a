"""The work list under the hands: by keys alone, in two windows at once, without script, on a small phone."""

import gzip
import re
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, Route, expect

from leadline.clock import utc_now
from leadline.domain.leads import Lead
from leadline.domain.users import User
from leadline.ids import new_id
from leadline.web import live
from tests.browser.kit import NARROW, PATIENCE_MS, THEMES, Site, Theme, assert_accessible, assert_fits
from tests.builders import intake
from tests.steps import change
from tests.web.browsing import House

pytestmark = pytest.mark.long

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LOOK_SECONDS", 0.1)
    expect.set_options(timeout=PATIENCE_MS)


@pytest_asyncio.fixture
async def office(own_site: Site) -> Site:
    """A team and no lead yet. At the end no page has caused trouble."""
    await own_site.house.hire("Rep One")
    await own_site.house.hire("Rep Two")
    await own_site.house.hire("Manager", "manager")
    return own_site


async def hot(house: House, number: int, **fields: Any) -> Lead:
    values = {"company_name": f"Firm {number:02}", "category": "Hot", "raw_score": 100 - number, "lead_score": 90}
    return await house.lead(**(values | fields))


async def captured(house: House, **fields: Any) -> None:
    """A Hot lead that somebody posts now, the way it really comes."""
    await house.services.queue.submit([intake(at=utc_now(), id=new_id(), **fields)])


def row_of(page: Page, lead: Lead) -> Locator:
    return page.locator(f"#row-{lead.id}")


async def cursor(page: Page) -> str:
    return await page.locator("tr.is-cursor .who a").inner_text()


async def owner_of(house: House, lead: Lead) -> User | None:
    found = await house.store.get_lead(lead.id)
    return next((user for user in house.team.values() if user.id == found.assigned_to), None)


# ---------- keys


async def test_twenty_leads_are_worked_off_by_keys_alone(office: Site) -> None:
    house, rep = office.house, office.house.team["Rep One"]
    leads = [await hot(house, number, assigned_to=rep.id) for number in range(20)]
    page = await office.open("/", rep)

    await page.keyboard.press("j")
    for lead in leads:
        assert await cursor(page) == lead.company_name
        await page.keyboard.press("e")
    for lead in leads:
        await expect(row_of(page, lead).locator(".c-status")).to_contain_text("Contacted")

    statuses = {(await house.store.get_lead(lead.id)).status for lead in leads}
    assert statuses == {"Contacted"}
    assert (await house.store.get_user(rep.id)).total_leads_contacted == 20


async def test_each_key_does_what_its_sheet_says(office: Site) -> None:
    house, manager = office.house, office.house.team["Manager"]
    first, second, third = [await hot(house, number) for number in range(3)]
    page = await office.open("/", manager)
    press = page.keyboard.press

    await press("j")
    await press("j")
    await press("k")
    assert await cursor(page) == "Firm 00"
    await press("x")
    await press("j")
    await press("x")
    await expect(page.locator(".bulk")).to_be_visible()
    await expect(page.locator(".sheet__foot")).to_be_hidden()
    await press("a")
    await page.locator("#to-assign button", has_text="Rep Two").press("Enter")
    await expect(page.locator(".toast")).to_contain_text("2 leads are with Rep Two now.")
    await expect(row_of(page, first).locator(".c-owner")).to_contain_text("Rep Two")
    assert [await owner_of(house, lead) for lead in (first, second)] == [house.team["Rep Two"]] * 2
    await expect(page.locator(".bulk")).to_be_hidden()
    assert await cursor(page) == "Firm 01"

    await press("z")
    await expect(page.locator(".toast")).to_contain_text("Taken back for 2 leads.")
    assert await owner_of(house, first) is None
    assert await cursor(page) == "Firm 01"

    await press("j")
    await press("c")
    await expect(row_of(page, third).locator(".c-owner")).to_contain_text("You")
    await press("n")
    await page.keyboard.type("Met them at the fair.")
    await page.keyboard.press("Tab")
    await press("Enter")
    await expect(page.locator(".toast")).to_contain_text("The note is with Firm 02.")
    await press("m")
    await page.locator("#to-more button", has_text="Delete").press("Enter")
    await expect(row_of(page, third)).to_have_count(0)
    assert await cursor(page) == "Firm 01"
    await press("/")
    await expect(page.locator("#q")).to_be_focused()
    await page.keyboard.type("jxe?")
    await expect(page.locator("#q")).to_have_value("jxe?")


async def test_the_lead_under_the_cursor_stands_beside_the_list_and_can_be_worked_there(office: Site) -> None:
    manager = office.house.team["Manager"]
    first = await hot(office.house, 1, message="We need routing by region")
    await hot(office.house, 2, message="<script>alert(1)</script> for <b>two</b>")
    page = await office.open("/?list=hot", manager)
    panel = page.locator("#panel")

    await expect(panel).to_contain_text("We need routing by region")
    await page.keyboard.press("j")
    await page.keyboard.press("j")
    await expect(panel).to_contain_text("<script>alert(1)</script> for <b>two</b>")
    await page.keyboard.press("k")
    await expect(panel).to_contain_text("We need routing by region")
    await panel.get_by_role("button", name="Contacted, next").click()

    await expect(row_of(page, first).locator(".c-status")).to_have_text("Contacted")
    await expect(panel).to_contain_text("<script>alert(1)</script> for <b>two</b>")


async def test_a_step_that_has_no_way_back_asks_first(office: Site) -> None:
    house, manager = office.house, office.house.team["Manager"]
    lead = await hot(house, 0)
    page = await office.open("/", manager)

    await page.keyboard.press("j")
    await page.keyboard.press("s")
    await page.locator("#to-status button", has_text="Disqualified").click()
    assert (await house.store.get_lead(lead.id)).status == "New"
    await page.get_by_label("Reason").select_option("no_budget")
    await page.locator("#to-disqualify button", has_text="Disqualify").click()

    await expect(row_of(page, lead)).to_have_count(0)
    await expect(page.locator(".toast")).to_contain_text("Firm 00 is Disqualified now.")
    await expect(page.locator(".toast button")).to_have_count(0)


@pytest.mark.parametrize("theme", THEMES)
async def test_the_key_sheet_and_the_menus_are_accessible(office: Site, theme: Theme) -> None:
    house, manager = office.house, office.house.team["Manager"]
    await hot(house, 0)
    page = await office.open("/", manager, theme=theme)

    await page.keyboard.press("?")
    for words in ("Next lead", "Contacted, and on to the next", "Undo, while it is offered"):
        await expect(page.locator("#key-sheet")).to_contain_text(words)
    await assert_accessible(page)
    await page.keyboard.press("Escape")
    await page.keyboard.press("j")
    for key, menu in (("a", "to-assign"), ("s", "to-status"), ("n", "to-note"), ("m", "to-more")):
        await page.keyboard.press(key)
        await expect(page.locator(f"#{menu}")).to_be_visible()
        await assert_accessible(page)
        await page.keyboard.press("Escape")


async def test_single_keys_can_be_turned_off(office: Site) -> None:
    await hot(office.house, 0)
    page = await office.open("/", office.house.team["Manager"])
    await page.keyboard.press("?")

    await page.get_by_label("Use these keys").uncheck()
    await page.keyboard.press("Escape")
    await page.keyboard.press("j")

    await expect(page.locator("tr.is-cursor")).to_have_count(0)
    await expect(page.locator("#key-hints kbd")).to_have_count(0)


async def test_what_was_refused_is_said_and_the_row_shows_how_it_is(office: Site) -> None:
    house = office.house
    lead = await hot(house, 0)
    page = await office.open("/", house.team["Rep One"])
    await page.evaluate("document.getElementById('work').dataset.live = ''")
    other = await office.open("/", house.team["Rep Two"])
    await other.keyboard.press("j")
    await other.keyboard.press("c")
    await expect(row_of(other, lead).locator(".c-owner")).to_contain_text("You")

    await page.keyboard.press("j")
    await page.keyboard.press("c")

    await expect(page.locator(".toast")).to_contain_text("There is nothing here.")
    await expect(row_of(page, lead)).to_have_count(0)


@pytest.mark.parametrize("status", [None, 503])
async def test_an_outage_is_said_and_the_next_try_works(office: Site, status: int | None) -> None:
    house = office.house
    lead = await hot(house, 0)
    page = await office.open("/", house.team["Rep One"])
    office.bears.append("console: Failed to load resource|console: Response Status Error Code 503|console: htmx:")

    async def away(route: Route) -> None:
        await (route.abort() if status is None else route.fulfill(status=status))

    await page.route("**/leads/bulk", away, times=1)
    await page.keyboard.press("j")
    await page.keyboard.press("c")
    await expect(page.locator(".toast--caution")).to_be_visible()
    assert await cursor(page) == "Firm 00"
    await page.keyboard.press("c")

    await expect(row_of(page, lead).locator(".c-owner")).to_contain_text("You")
    await expect(page.locator(".toast--caution")).to_have_count(0)


# ---------- live


async def test_a_new_hot_lead_slides_in_and_the_row_under_the_cursor_stays(office: Site) -> None:
    house, manager = office.house, office.house.team["Manager"]
    for number in range(40):
        await hot(house, number)
    page = await office.open("/", manager)
    for _ in range(3):
        await page.keyboard.press("j")
    under = page.locator("tr.is-cursor")
    await expect(under).to_be_visible()
    before = await under.bounding_box()

    await captured(house, company_name="Fathom & Reed")

    await expect(page.locator("tr.is-live .who a")).to_have_text("Fathom & Reed")
    await expect(page.locator("#said")).to_have_text("New hot lead: Fathom & Reed, score 95.")
    after = await under.bounding_box()
    assert before
    assert after
    assert abs(after["y"] - before["y"]) < 1
    assert await cursor(page) == "Firm 02"
    await expect(page.locator(".tabs a[aria-current] .count")).to_have_text("41")


async def test_a_short_list_that_cannot_scroll_keeps_its_cursor_still_as_well(office: Site) -> None:
    house, manager = office.house, office.house.team["Manager"]
    await hot(house, 0)
    page = await office.open("/", manager)
    await page.keyboard.press("j")
    await expect(page.locator("tr.is-cursor")).to_be_visible()
    before = await page.locator("tr.is-cursor").bounding_box()

    await captured(house, company_name="Fathom & Reed")

    await expect(page.locator("tr.is-live")).to_have_count(1)
    assert await page.locator("tr.is-cursor").bounding_box() == before


async def test_what_is_done_in_one_window_shows_in_the_other(office: Site) -> None:
    house, manager = office.house, office.house.team["Manager"]
    lead = await hot(house, 0)
    watched, used = await office.open("/", manager), await office.open("/", house.team["Rep One"])
    await watched.keyboard.press("j")
    await watched.keyboard.press("x")

    await used.keyboard.press("j")
    await used.keyboard.press("c")

    await expect(row_of(watched, lead).locator(".c-owner")).to_contain_text("Rep One")
    assert await row_of(watched, lead).locator("input").is_checked()
    assert await cursor(watched) == "Firm 00"


async def test_an_empty_list_fills_by_itself(office: Site) -> None:
    page = await office.open("/", office.house.team["Manager"])
    await expect(page.locator("main")).to_contain_text("No open lead here")

    await captured(office.house, company_name="Fathom & Reed")

    await expect(page.locator(".who a")).to_have_text("Fathom & Reed")


async def test_the_open_page_of_somebody_deactivated_stops_at_once(office: Site) -> None:
    house, rep = office.house, office.house.team["Rep One"]
    await hot(house, 0)
    page = await office.open("/", rep)
    await expect(page.locator("#work")).to_be_visible()
    await change(house.store, rep, is_active=False)

    house.services.live.recheck()

    await page.wait_for_url(re.compile("/login"))
    assert "Firm 00" not in await page.content()


async def test_hostile_words_slide_in_as_words(office: Site) -> None:
    page = await office.open("/", office.house.team["Manager"])
    await hot(office.house, 1)
    await page.reload()

    await captured(office.house, company_name=HOSTILE, contact_name=HOSTILE, source=HOSTILE)

    await expect(page.locator("tr.is-live .who a")).to_have_text(HOSTILE)
    await page.locator("tr.is-live input").check()
    await page.locator(".bulk button", has_text="More").click()
    await page.locator("#to-more button", has_text=re.compile("^Priority")).click()
    await expect(page.locator(".toast")).to_contain_text("<script>alert(1)</script>")
    assert await page.locator("main img").count() == 0


# ---------- tabs, filters, pages


async def test_tabs_filters_and_pages_change_the_list_and_its_address_in_place(office: Site) -> None:
    house, manager = office.house, office.house.team["Manager"]
    for number in range(60):
        await hot(house, number, source="Tally" if number % 2 else "API")
    await house.lead(company_name="Warm one", category="Warm")
    page = await office.open("/", manager)
    await page.evaluate("window.isTheSame = true")

    await page.locator(".tabs a", has_text="Warm").click()
    await expect(page.locator("h1")).to_have_text("Warm leads")
    await expect(page).to_have_url(re.compile(r"list=warm"))
    await expect(page).to_have_title(re.compile("Warm leads"))
    await page.locator(".tabs a", has_text="Hot").click()
    await page.get_by_label("Source").select_option("Tally")
    await expect(page.locator("#work tbody tr")).to_have_count(30)
    await expect(page).to_have_url(re.compile("source=Tally"))
    await page.go_back()
    await expect(page.locator("#work tbody tr")).to_have_count(50)
    await page.get_by_role("link", name="Next 50").click()
    await expect(page.locator("#work tbody tr")).to_have_count(10)

    await page.keyboard.press("j")
    assert await cursor(page) == "Firm 50"
    await captured(house, company_name="Fathom & Reed")
    await expect(page.locator("#said")).to_contain_text("Fathom & Reed")


# ---------- without script


async def test_without_script_rows_are_chosen_acted_on_and_taken_back(office: Site) -> None:
    house, manager = office.house, office.house.team["Manager"]
    first, second = [await hot(house, number) for number in range(2)]
    page = await office.open("/", manager, script=False)

    await expect(page.locator(".bulk")).to_be_hidden()
    for lead in (first, second):
        await row_of(page, lead).locator("input").check()
    await expect(page.locator(".sheet__foot")).to_be_hidden()
    await page.locator(".bulk button", has_text="Assign").click()
    await page.locator("#to-assign button", has_text="Rep One").click()

    await expect(page.locator("h1")).to_have_text("2 leads are with Rep One now.")
    assert await owner_of(house, first) == house.team["Rep One"]
    await page.locator(".toast button").click()
    await expect(page.locator(".toast")).to_contain_text("Taken back for 2 leads.")
    assert await owner_of(house, first) is None


async def test_without_script_a_lead_is_disqualified_with_its_reason_and_another_claimed(office: Site) -> None:
    house, rep = office.house, office.house.team["Rep One"]
    mine, free = await hot(house, 0, assigned_to=rep.id), await hot(house, 1)
    page = await office.open("/", rep, script=False)

    await row_of(page, free).get_by_role("button", name="Claim").click()
    assert await owner_of(house, free) == rep
    await page.get_by_role("link", name="Back to the list").click()
    await row_of(page, mine).locator("input").check()
    await page.locator(".bulk button", has_text="Status").click()
    await page.locator("#to-status button", has_text="Disqualified").click()
    await page.get_by_label("Reason").select_option("not_a_fit")
    await page.locator("#to-disqualify button", has_text="Disqualify").click()

    await expect(page.locator("h1")).to_have_text("Firm 00 is Disqualified now.")


# ---------- a lead by hand, small phones


@pytest.mark.parametrize("script", [True, False])
async def test_a_lead_typed_in_by_hand_is_checked_while_typing(office: Site, script: bool) -> None:
    house, manager = office.house, office.house.team["Manager"]
    await house.lead(company_name="Old firm", email_key="mateo@kestrel.example.com", created_at=utc_now())
    page = await office.open("/", manager, script=script)
    office.bears.append("console: .*status of 422")
    await page.get_by_role("link", name="New lead").click()

    await page.get_by_label("E-mail").press_sequentially("mateo@kestrel.example.com")
    if script:
        await expect(page.locator("#known")).to_contain_text("it makes no second lead")
    await page.get_by_role("button", name="Keep this lead").click()
    await expect(page.locator("#new-wrong-company_name")).to_be_visible()
    await expect(page.locator("#known")).to_contain_text("it makes no second lead")
    if script:
        await assert_accessible(page)
    await page.get_by_label("E-mail").fill("mateo@elsewhere.example.com")
    await page.get_by_label("Company").fill("Kestrel")
    await page.get_by_label("Contact").fill("Mateo Brandvold")
    await page.get_by_role("button", name="Keep this lead").click()

    await expect(page.locator("h1")).to_contain_text("Kestrel")


async def test_on_a_small_phone_the_chosen_rows_their_bar_and_a_menu_fit(office: Site) -> None:
    house, manager = office.house, office.house.team["Manager"]
    lead = await hot(house, 0, company_name="A company whose name is longer than any phone is wide, Incorporated")
    page = await office.open("/", manager, width=NARROW)

    await row_of(page, lead).locator("input").check()
    await assert_fits(page)
    await page.locator(".bulk button", has_text="Status").click()
    await assert_fits(page)
    await page.locator("#to-status button", has_text="Disqualified").click()
    await assert_fits(page)
    await assert_accessible(page)


async def test_a_page_of_the_list_weighs_little(office: Site) -> None:
    """Compressed as a proxy would, with everything that it needs the first time."""
    house = office.house
    for number in range(60):
        await hot(house, number, contact_name=f"Contact {number}", inquiry_type="Demo Request", source="Webflow Form")
    page = await office.page(house.team["Manager"])
    answers: list[Any] = []
    page.on("response", lambda answer: answers.append(answer) if "/live" not in answer.url else None)
    await page.goto("/", wait_until="load")

    bodies = [await answer.body() for answer in answers]
    weight = sum(len(gzip.compress(body)) for body in bodies)
    assert len(bodies) >= 6
    assert weight < 150_000, weight
