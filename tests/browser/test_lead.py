"""The lead's page in a browser: a rep's story from the login to the result, by hand, without script, on a phone and on paper."""

from datetime import timedelta

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from leadline.clock import utc_now
from leadline.domain.leads import Lead
from tests.browser.kit import NARROW, THEMES, Site, Theme, assert_accessible, assert_fits
from tests.builders import intake
from tests.invariants import trail
from tests.steps import capture, captured_lead, rewrite
from tests.web.browsing import PASSWORD

pytestmark = pytest.mark.long

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
STEPS = [
    "notes",
    "attempts",
    "edit",
    "status?status=Qualified",
    "status?status=Disqualified",
    "status?status=Opportunity",
]


@pytest_asyncio.fixture(name="site")
async def _site(own_site: Site) -> Site:
    """A rep and a manager, who work in a house of their own."""
    await own_site.house.hire("Dana Okafor", "manager")
    await own_site.house.hire("Rep Real")
    return own_site


async def own_lead(site: Site, **fields: str) -> Lead:
    """A lead of the rep of the house."""
    now = utc_now()
    lead = await captured_lead(site.house.store, intake(at=now, company_name="Kestrel Ledger", **fields), now=now)
    await rewrite(site.house.store, lead.id, assigned_to=site.house.team["Rep Real"].id)
    return await site.house.store.get_lead(lead.id)


async def open_lead(site: Site, lead: Lead, who: str = "Rep Real", **window: object) -> Page:
    return await site.open(f"/leads/{lead.id}", site.house.team[who], **window)


def card(page: Page) -> object:
    return page.get_by_role("region", name="Next steps")


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
async def test_a_rep_works_a_lead_from_the_login_to_the_result(site: Site, script: bool) -> None:
    lead = await own_lead(site, phone="+12125550123")
    rep = site.house.team["Rep Real"]
    page = await site.open("/", script=script)
    await page.get_by_label("E-mail").fill(rep.email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_role("link", name="Kestrel Ledger").first.click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Kestrel Ledger")
    await expect(page.get_by_text("There it is")).to_contain_text("New York")

    await page.get_by_label("Add a note").fill("Their auditor is a customer of ours.")
    await page.get_by_role("button", name="Save note").click()
    await expect(page.locator(".timeline")).to_contain_text("Their auditor is a customer of ours.")

    await page.get_by_role("link", name="Attempt").click()
    await page.get_by_label("They answered").check()
    await page.get_by_role("button", name="Log the attempt").click()
    await expect(page.locator(".timeline")).to_contain_text("Tried to reach them by call: answered")

    await page.get_by_role("button", name="Mark contacted").click()
    await expect(page.get_by_role("status").first).to_contain_text("Kestrel Ledger is Contacted now.")

    await page.get_by_role("link", name="Qualify", exact=True).click()
    await page.get_by_role("group", name="Budget").get_by_label("Yes").check()
    await page.get_by_role("button", name="Qualify", exact=True).click()
    await expect(page.locator(".timeline")).to_contain_text("Qualified: budget yes")

    await page.get_by_role("link", name="Make it an opportunity").click()
    await expect(page.get_by_text("No step leads back.")).to_be_visible()
    await page.get_by_role("button", name="Make it an opportunity").click()
    await expect(page.get_by_text("It is an opportunity and with the CRM.")).to_be_visible()

    assert (await site.house.store.get_lead(lead.id)).status == "Opportunity"


async def test_a_form_opens_in_a_dialog_and_a_refusal_stays_in_it_with_what_was_typed(site: Site) -> None:
    lead = await own_lead(site)
    page = await open_lead(site, lead)
    site.bears.append("console: .*status of 422")

    await page.get_by_role("link", name="Disqualify").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Note", exact=True).fill("They went to the moon.")
    await dialog.get_by_role("button", name="Disqualify").click()
    await expect(dialog.get_by_role("alert")).to_be_visible()
    await expect(dialog.get_by_label("Note", exact=True)).to_have_value("They went to the moon.")
    await dialog.get_by_label("Something else, said in the note").check()
    await dialog.get_by_role("button", name="Disqualify").click()

    await expect(page.get_by_role("dialog")).to_be_hidden()
    await expect(page.locator(".timeline")).to_contain_text("Changed status from New to Disqualified: other")
    assert page.url.endswith(f"/leads/{lead.id}")


async def test_the_focus_goes_into_the_dialog_and_back_to_what_opened_it(site: Site) -> None:
    page = await open_lead(site, await own_lead(site))

    await page.get_by_role("link", name="Attempt").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_be_visible()
    inside = await page.evaluate("document.activeElement.closest('dialog') !== null")
    await page.keyboard.press("Escape")

    assert inside
    await expect(page.get_by_role("dialog")).to_be_hidden()
    assert await page.evaluate("document.activeElement.id") == "do-attempts"


async def test_a_stale_edit_shows_both_versions_and_one_chooses(site: Site) -> None:
    lead = await own_lead(site, industry="Healthcare")
    page = await open_lead(site, lead)
    site.bears.append("console: .*status of 412")
    await page.get_by_role("link", name="Edit").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Industry").fill("Education")
    await dialog.get_by_label("Revenue").fill("2M")
    await rewrite(site.house.store, lead.id, industry="Manufacturing")

    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_role("heading", name="Two versions")).to_be_visible()
    await assert_accessible(page)
    await dialog.get_by_label("Manufacturing").check()
    await dialog.get_by_role("button", name="Save the choice").click()

    await expect(page.get_by_role("dialog")).to_be_hidden()
    after = await site.house.store.get_lead(lead.id)
    assert (after.industry, after.company_revenue) == ("Manufacturing", "2M")


async def test_what_was_done_can_be_taken_back_from_the_toast(site: Site) -> None:
    lead = await own_lead(site)
    page = await open_lead(site, lead, "Dana Okafor")

    await page.get_by_role("button", name="Priority").click()
    await expect(page.locator(".byline .chip--priority")).to_be_visible()
    await page.get_by_role("button", name="Undo").click()

    await expect(page.locator(".toast")).to_contain_text("Taken back.")
    assert not (await site.house.store.get_lead(lead.id)).priority_flag


async def test_a_lead_taken_away_meanwhile_is_not_there_any_more(site: Site) -> None:
    lead = await own_lead(site)
    page = await open_lead(site, lead)
    site.bears.append("console: .*status of 404")
    await rewrite(site.house.store, lead.id, assigned_to=site.house.team["Dana Okafor"].id)

    await page.get_by_role("button", name="Mark contacted").click()

    await expect(page.get_by_role("heading", level=1)).to_have_text("There is nothing here")
    assert "Kestrel" not in await page.inner_text("main")


async def test_a_field_in_doubt_is_chosen_in_place(site: Site) -> None:
    now = utc_now()
    lead = await captured_lead(site.house.store, intake(at=now, email="ann@firm.example.com"), now=now)
    later = now + timedelta(minutes=1)
    await capture(site.house.store, intake(at=later, email="ann@firm.example.com", industry="Healthcare"), now=later)
    page = await open_lead(site, lead, "Dana Okafor")

    await page.get_by_role("group", name="Industry").get_by_label("A later posting says").check()
    await page.get_by_role("button", name="Settle it").click()

    await expect(page.locator(".timeline")).to_contain_text("Reviewed: took the later industry")
    assert (await site.house.store.get_lead(lead.id)).industry == "Healthcare"


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("step", STEPS)
async def test_every_form_is_accessible_by_itself_and_in_a_dialog(site: Site, step: str, theme: Theme) -> None:
    status = {"Qualified": "Contacted", "Opportunity": "Qualified"}.get(step.rpartition("=")[2], "New")
    lead = await own_lead(site)
    await rewrite(site.house.store, lead.id, status=status)
    alone = await site.open(f"/leads/{lead.id}/{step}", site.house.team["Rep Real"], theme=theme)

    await assert_accessible(alone)
    await assert_fits(alone, NARROW)
    page = await open_lead(site, lead, theme=theme)
    await page.locator(f'a[href="/leads/{lead.id}/{step}"]').click() if step != "notes" else None
    await assert_accessible(page)


async def test_hostile_words_in_every_field_are_shown_and_nothing_runs(site: Site) -> None:
    lead = await own_lead(site)
    await rewrite(
        site.house.store,
        lead.id,
        company_name=HOSTILE,
        contact_name=HOSTILE,
        email=f'"{HOSTILE}?bcc=all@x"@firm.example.com',
        phone="javascript:alert(1)<script>x</script>",
        company_website="javascript:alert(1)//.example.com",
        linkedin_url="data:text/html,<script>alert(1)</script>",
        message=HOSTILE,
        extra={HOSTILE: HOSTILE, "country": HOSTILE},
        field_sources={"industry": {"conflict": HOSTILE}, "contact_name": {"source": "derived"}},
        needs_review=True,
        inquiry_type=HOSTILE,
    )
    page = await open_lead(site, lead, "Dana Okafor")

    await expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE)
    hrefs = await page.eval_on_selector_all("main a[href]", "all => all.map(a => a.getAttribute('href'))")
    assert all(href.startswith(("/", "mailto:", "tel:", "https://", "http://")) for href in hrefs)
    assert [href for href in hrefs if href.startswith("mailto:") and "?" in href] == []
    assert await page.locator("main img, main script").count() == 0
    await page.get_by_role("link", name="Edit").click()
    await expect(page.get_by_role("dialog").get_by_label("Company")).to_have_value(HOSTILE)


async def test_on_a_phone_the_next_steps_stand_before_the_history(site: Site) -> None:
    page = await open_lead(site, await own_lead(site), width=390)

    steps, history = await page.locator("#h-next").bounding_box(), await page.locator("#h-time").bounding_box()

    assert steps
    assert history
    assert steps["y"] < history["y"]
    await assert_fits(page, NARROW)


async def test_on_paper_there_is_the_story_and_nothing_to_press(site: Site) -> None:
    lead = await own_lead(site, message="We close the books for 140 funds.")
    page = await open_lead(site, lead, "Dana Okafor")
    await page.emulate_media(media="print")

    for words in ("We close the books for 140 funds.", "Why this score?", "Why this rep?", "Came in by API"):
        await expect(page.get_by_text(words).first).to_be_visible()
    assert await page.locator("button:visible, input:visible, textarea:visible, .masthead:visible").count() == 0
    assert [entry.action_type for entry in await trail(site.house.store, lead.id)]
