"""Acting on chosen rows: a result for each, one way back for all, and nobody acts on what they may not see."""

import html
import re
from typing import Any

import httpx2
import pytest

from leadline.clock import utc_now
from leadline.domain.lead_edits import etag
from leadline.domain.leads import Lead
from leadline.usecases.advance import first_contact
from tests.steps import rewrite
from tests.web.browsing import House, form_token, text_of

HOSTILE = "<script>alert(1)</script>\"'><img src=x>{{7*7}}"
HTMX = {"HX-Request": "true"}


async def hot(house: House, name: str, **fields: Any) -> Lead:
    return await house.lead(**({"company_name": name, "category": "Hot", "raw_score": 90, "lead_score": 90} | fields))


async def choose(
    browser: httpx2.AsyncClient, leads: list[Lead], act: str, headers: dict[str, str] | None = None, **fields: str
) -> httpx2.Response:
    """Tick these rows as they were, and press a button."""
    page = await browser.get("/?list=hot")
    rows = {f"row.{lead.id}": etag(lead) for lead in leads}
    sent = {"_csrf_token": form_token(page.text), "back": "/?list=hot", "act": act} | rows | fields
    return await browser.post("/leads/bulk", data=sent, headers=headers or {})


async def undo(browser: httpx2.AsyncClient, page: str) -> httpx2.Response:
    """Press the undo of a page."""
    form = re.search(r'<form method="post" action="/leads/undo">(.*?)</form>', page, re.S)
    assert form, "there is no way back on this page"
    fields = re.findall(r'name="([^"]+)" value="([^"]*)"', form[1])
    return await browser.post("/leads/undo", data={name: html.unescape(value) for name, value in fields})


async def test_chosen_leads_are_assigned_with_a_result_for_each(house: House) -> None:
    rep = house.team["Rep Two"]
    leads = [await hot(house, name) for name in ("Kestrel", "Halcyon")]
    other = await hot(house, "Osprey")
    browser = await house.browser(house.team["Manager"])

    page = (await choose(browser, leads, f"assign:{rep.id}")).text

    said = text_of(page)
    assert "2 leads are with Rep Two now." in said
    assert "Kestrel is with Rep Two now." in said
    assert "Halcyon is with Rep Two now." in said
    assert [(await house.store.get_lead(lead.id)).assigned_to for lead in (*leads, other)] == [rep.id, rep.id, None]
    assert 'href="/?list=hot"' in page


async def test_what_cannot_be_done_to_one_does_not_stop_the_others(house: House) -> None:
    fine, contacted = await hot(house, "Kestrel"), await hot(house, "Halcyon", status="Contacted")
    stale = await hot(house, "Osprey")
    await rewrite(house.store, stale.id, priority_flag=True)
    browser = await house.browser(house.team["Manager"])

    said = text_of((await choose(browser, [fine, contacted, stale], "status:Contacted")).text)

    assert "1 lead is Contacted now. 2 leads were left alone." in said
    assert "Halcyon Left alone. The lead is Contacted already. It may become Qualified or Disqualified." in said
    assert "Osprey Left alone. somebody changed this lead since you looked" in said
    assert (await house.store.get_lead(fine.id)).status == "Contacted"
    assert (await house.store.get_lead(stale.id)).status == "New"


@pytest.mark.parametrize(
    ("act", "field", "before", "after"),
    [
        ("priority:true", "priority_flag", False, True),
        ("spam:true", "is_spam", False, True),
        ("delete", "is_deleted", False, True),
    ],
)
async def test_each_mark_has_a_way_back(house: House, act: str, field: str, before: bool, after: bool) -> None:
    leads = [await hot(house, name) for name in ("Kestrel", "Halcyon")]
    browser = await house.browser(house.team["Manager"])

    page = (await choose(browser, leads, act)).text
    changed = [getattr(await house.store.get_lead(lead.id), field) for lead in leads]
    back = await undo(browser, page)

    assert changed == [after, after]
    assert back.status_code == 303
    assert back.headers["location"] == "/?list=hot"
    assert "Taken back for 2 leads." in (await browser.get("/?list=hot")).text
    assert [getattr(await house.store.get_lead(lead.id), field) for lead in leads] == [before, before]


async def test_an_assignment_taken_back_goes_to_whoever_had_each_lead(house: House) -> None:
    one, two = house.team["Rep One"], house.team["Rep Two"]
    had = await hot(house, "Kestrel", assigned_to=one.id)
    free = await hot(house, "Halcyon")
    browser = await house.browser(house.team["Manager"])

    await undo(browser, (await choose(browser, [had, free], f"assign:{two.id}")).text)

    assert (await house.store.get_lead(had.id)).assigned_to == one.id
    assert (await house.store.get_lead(free.id)).assigned_to is None


async def test_what_somebody_changed_meanwhile_is_not_taken_back(house: House) -> None:
    leads = [await hot(house, name) for name in ("Kestrel", "Halcyon")]
    browser = await house.browser(house.team["Manager"])
    page = (await choose(browser, leads, "priority:true")).text
    await rewrite(house.store, leads[0].id, contact_name="Somebody Else")

    await undo(browser, page)

    said = text_of((await browser.get("/?list=hot")).text)
    assert "Taken back for 1 lead. Kestrel: somebody changed this lead since you looked" in said
    assert (await house.store.get_lead(leads[0].id)).priority_flag


async def test_a_step_has_no_way_back(house: House) -> None:
    browser = await house.browser(house.team["Manager"])

    page = (await choose(browser, [await hot(house, "Kestrel")], "status:Contacted")).text

    assert "/leads/undo" not in page


async def test_a_disqualification_needs_its_reason_and_keeps_the_note(house: House) -> None:
    lead = await hot(house, "Kestrel")
    browser = await house.browser(house.team["Manager"])

    without = text_of((await choose(browser, [lead], "status:Disqualified")).text)
    other = text_of((await choose(browser, [lead], "status:Disqualified", reason="other")).text)
    done = await choose(browser, [lead], "status:Disqualified", reason="other", why="They moved away.")

    assert "must be one of" in without or "is required for Disqualified" in without
    assert "is required with the reason" in other
    assert "Kestrel is Disqualified now." in text_of(done.text)
    trail = (await house.store.list_activities(lead.id, None, 10)).items
    assert any("They moved away." in (entry.new_value or "") for entry in trail)


async def test_a_note_goes_to_every_chosen_lead(house: House) -> None:
    leads = [await hot(house, name) for name in ("Kestrel", "Halcyon")]
    browser = await house.browser(house.team["Manager"])

    said = text_of((await choose(browser, leads, "notes", note="Met at the fair.")).text)

    assert "The note is with 2 leads." in said
    for lead in leads:
        trail = (await house.store.list_activities(lead.id, None, 10)).items
        assert [entry.action_type for entry in trail] == ["note_added"]


# ---------- who may


async def test_a_rep_claims_from_the_list(house: House) -> None:
    rep, lead = house.team["Rep One"], await hot(house, "Kestrel")
    browser = await house.browser(rep)

    said = text_of((await choose(browser, [lead], "", claim=f"{lead.id}.{etag(lead)}")).text)

    assert "Kestrel is yours now." in said
    assert (await house.store.get_lead(lead.id)).assigned_to == rep.id


async def test_of_two_reps_who_claim_one_gets_it_and_the_other_reads_nothing(house: House) -> None:
    lead = await hot(house, "Kestrel")
    for name, words in (("Rep One", "Kestrel is yours now."), ("Rep Two", "There is nothing here.")):
        browser = await house.browser(house.team[name])

        assert words in text_of((await choose(browser, [lead], "claim")).text)


@pytest.mark.parametrize(
    "act", ["claim", "status:Contacted", "notes", "priority:true", "assign:nobody", "delete", "spam:true"]
)
async def test_a_rep_cannot_touch_the_lead_of_another(house: House, act: str) -> None:
    lead = await hot(house, "Secret Firm", assigned_to=house.team["Rep Two"].id)
    browser = await house.browser(house.team["Rep One"])

    page = (await choose(browser, [lead], act, note="x")).text
    partial = (await choose(browser, [lead], act, headers=HTMX, note="x")).text

    assert "There is nothing here." in page
    assert "There is nothing here." in partial
    assert "Secret" not in page + partial
    assert await house.store.get_lead(lead.id) == lead


async def test_a_rep_is_offered_only_what_a_rep_may_do(house: House) -> None:
    lead = await hot(house, "Kestrel")
    rep, manager = await house.browser(house.team["Rep One"]), await house.browser(house.team["Manager"])

    offered = (await rep.get("/")).text
    refused = text_of((await choose(rep, [lead], "priority:true")).text)

    assert "to-assign" not in offered
    assert "/leads/export" not in offered
    assert 'value="assign:' in (await manager.get("/")).text
    assert "Only a manager sets the priority flag." in refused


async def test_an_undo_is_looked_at_like_any_other_act(house: House) -> None:
    lead = await hot(house, "Kestrel", assigned_to=house.team["Rep Two"].id)
    rep = await house.browser(house.team["Rep One"])
    token = form_token((await rep.get("/")).text)

    fields = {"_csrf_token": token, f"undo.{lead.id}": f"act=priority&flag=true&seen={etag(lead)}"}
    answer = await rep.post("/leads/undo", data=fields)

    assert answer.status_code == 303
    assert "Nothing was taken back" in (await rep.get("/")).text
    assert not (await house.store.get_lead(lead.id)).priority_flag


# ---------- what is sent


async def test_a_row_without_the_state_that_was_seen_is_428(house: House) -> None:
    lead = await hot(house, "Kestrel")
    browser = await house.browser(house.team["Manager"])
    token = form_token((await browser.get("/")).text)

    answer = await browser.post(
        "/leads/bulk", data={"_csrf_token": token, "act": "priority:true", f"row.{lead.id}": ""}
    )

    assert answer.status_code == 428
    assert not (await house.store.get_lead(lead.id)).priority_flag


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"act": "priority:true"}, 422),
        ({"act": "nope", "row.01990000-0000-7000-8000-000000000000": "x"}, 404),
        ({"act": "restore", "row.01990000-0000-7000-8000-000000000000": "x"}, 404),
        ({"act": "priority:true", "row.nope": "x"}, 404),
        ({"act": "priority:true"} | {f"row.{number}": "x" for number in range(51)}, 422),
    ],
)
async def test_what_is_no_act_on_rows_is_refused(house: House, fields: dict[str, str], status: int) -> None:
    browser = await house.browser(house.team["Manager"])
    token = form_token((await browser.get("/")).text)

    assert (await browser.post("/leads/bulk", data={"_csrf_token": token} | fields)).status_code == status


async def test_a_form_from_elsewhere_does_nothing(house: House) -> None:
    lead = await hot(house, "Kestrel")
    browser = await house.browser(house.team["Manager"])

    answer = await browser.post("/leads/bulk", data={"act": "delete", f"row.{lead.id}": etag(lead)})

    assert answer.status_code == 403
    assert not (await house.store.get_lead(lead.id)).is_deleted


async def test_the_way_back_stays_on_this_site(house: House) -> None:
    browser = await house.browser(house.team["Manager"])
    lead = await hot(house, "Kestrel")

    page = (await choose(browser, [lead], "priority:true", back="https://elsewhere.example.com/")).text
    answer = await undo(browser, page)

    assert "elsewhere" not in re.sub(r'value="[^"]*"', "", page)
    assert answer.headers["location"] == "/"


# ---------- the partial


async def test_a_partial_has_the_rows_as_they_are_now_the_counts_and_the_toast(house: House) -> None:
    stays, leaves = await hot(house, "Kestrel"), await hot(house, "Halcyon")
    browser = await house.browser(house.team["Manager"])

    kept = (await choose(browser, [stays], "priority:true", headers=HTMX)).text
    gone = (await choose(browser, [leaves], "delete", headers=HTMX)).text

    now = await house.store.get_lead(stays.id)
    assert f'id="row-{stays.id}" hx-swap-oob="true"' in kept
    assert f'value="{etag(now)}"' in kept
    assert "Priority" in text_of(kept)
    assert f'<tr id="row-{leaves.id}" hx-swap-oob="delete">' in gone
    assert 'id="list-head" hx-swap-oob="true"' in gone
    assert 'id="toasts" hx-swap-oob="innerHTML"' in gone
    assert "Halcyon is deleted" in gone
    assert "<html" not in gone


async def test_a_partial_names_each_row_that_was_left_alone(house: House) -> None:
    leads = [await hot(house, f"Firm {number}", status="Contacted") for number in range(7)]
    browser = await house.browser(house.team["Manager"])

    said = text_of((await choose(browser, leads, "status:Contacted", headers=HTMX)).text)

    assert "Nothing was done. 7 leads were left alone." in said
    assert "Firm 4: The lead is Contacted already." in said
    assert "And 2 more." in said


async def test_hostile_names_stay_words(house: House) -> None:
    lead = await hot(house, HOSTILE, contact_name=HOSTILE, source=HOSTILE)
    browser = await house.browser(house.team["Manager"])
    for headers in ({}, HTMX):
        lead = await house.store.get_lead(lead.id)
        page = (await choose(browser, [lead], f"priority:{str(not lead.priority_flag).lower()}", headers)).text

        assert "<img" not in page
        assert "<script>alert" not in page
        assert HOSTILE in html.unescape(page)


async def test_the_first_contact_from_the_list_counts_for_its_owner(house: House) -> None:
    rep = house.team["Rep One"]
    lead = await hot(house, "Kestrel", assigned_to=rep.id)
    browser = await house.browser(rep)

    await choose(browser, [lead], "status:Contacted")

    now = await house.store.get_lead(lead.id)
    assert first_contact(now, rep.id).total_leads_contacted == 1
    assert now.first_contacted_at is not None
    assert now.first_contacted_at <= utc_now()
    assert (await house.store.get_user(rep.id)).total_leads_contacted == 1
