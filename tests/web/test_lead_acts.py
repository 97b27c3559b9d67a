"""Working a lead on the screen: each act, who may do it, what is said where it is refused, and the way back."""

import html
import re
from typing import Any

import pytest

from leadline.clock import utc_now
from leadline.domain.activities import Actor
from leadline.domain.errors import NotFound, Unavailable
from leadline.domain.lead_edits import etag
from leadline.domain.leads import Lead
from leadline.usecases.deciding import Deciding
from leadline.web.acting import act_on
from tests.invariants import broken_rules, trail
from tests.steps import change, rewrite
from tests.web.acts import act, fields_of, toast, undo
from tests.web.browsing import House, form_token, running, text_of

TYPED = "Their auditor is a customer of ours.\r\nBe quick."


async def own_lead(house: House, **fields: Any) -> Lead:
    """A lead of Rep One, as routing would have left it."""
    rep = house.team["Rep One"]
    return await house.lead(**({"company_name": "Kestrel Ledger", "assigned_to": rep.id} | fields))


async def now(house: House, lead: Lead) -> Lead:
    return await house.store.get_lead(lead.id)


# ---------- each act, done by the rep whose lead it is


async def test_a_note_is_kept_with_its_lines(house: House) -> None:
    lead, browser = await own_lead(house), await house.browser(house.team["Rep One"])

    answer = await act(browser, lead, "notes", note=TYPED)

    assert "The note is with Kestrel Ledger." in await toast(browser, answer)
    assert answer.headers["location"] == f"/leads/{lead.id}"
    (entry,) = await trail(house.store, lead.id)
    assert entry.new_value == '{"note": "Their auditor is a customer of ours.\\nBe quick."}'
    assert (entry.user_id, entry.actor_kind) == (house.team["Rep One"].id, "user")


async def test_an_attempt_is_kept(house: House) -> None:
    lead, browser = await own_lead(house), await house.browser(house.team["Rep One"])

    answer = await act(browser, lead, "attempts", kind="call", outcome="no_answer")

    assert answer.status_code == 303
    (entry,) = await trail(house.store, lead.id)
    assert entry.description == "Tried to reach them by call: no answer"


async def test_a_lead_goes_all_the_way_with_what_was_found_out(house: House) -> None:
    lead, browser = await own_lead(house), await house.browser(house.team["Rep One"])

    contacted = await act(browser, lead, "status", status="Contacted")
    qualified = await act(browser, lead, "status", status="Qualified", budget="yes", need="no", note="Three deciders")
    handed = await act(browser, lead, "status", status="Opportunity")

    assert [answer.status_code for answer in (contacted, qualified, handed)] == [303, 303, 303]
    assert (await now(house, lead)).status == "Opportunity"
    values = [entry.new_value for entry in await trail(house.store, lead.id) if entry.action_type == "qualified_bant"]
    assert values == ['{"budget": "yes", "need": "no", "note": "Three deciders"}']


async def test_a_lead_is_disqualified_with_a_reason_and_a_note(house: House) -> None:
    lead, browser = await own_lead(house), await house.browser(house.team["Rep One"])

    answer = await act(browser, lead, "status", status="Disqualified", reason="other", note="Moved to the moon")

    assert "Kestrel Ledger is Disqualified now." in await toast(browser, answer)
    assert (await now(house, lead)).status == "Disqualified"


async def test_a_lead_of_nobody_is_claimed(house: House) -> None:
    lead, browser = await house.lead(company_name="Free"), await house.browser(house.team["Rep One"])

    answer = await act(browser, lead, "claim")

    assert "Free is yours now." in await toast(browser, answer)
    assert (await now(house, lead)).assigned_to == house.team["Rep One"].id


async def test_a_rep_marks_the_own_lead_as_spam(house: House) -> None:
    lead, browser = await own_lead(house), await house.browser(house.team["Rep One"])

    answer = await act(browser, lead, "spam", flag="true")

    assert "set aside as spam" in await toast(browser, answer)
    assert (await now(house, lead)).is_spam


# ---------- what managers do besides, and how it is taken back


async def test_a_manager_gives_a_lead_to_a_rep_and_takes_that_back(house: House) -> None:
    lead, browser = await own_lead(house), await house.browser(house.team["Manager"])
    other = house.team["Rep Two"]

    shown = await toast(browser, await act(browser, lead, "assign", user_id=str(other.id)))
    given = await now(house, lead)
    back = await undo(browser, shown)

    assert "Kestrel Ledger is with Rep Two now." in shown
    assert given.assigned_to == other.id
    assert "Taken back." in await toast(browser, back)
    assert (await now(house, lead)).assigned_to == house.team["Rep One"].id


async def test_taking_something_back_tells_nobody(house: House) -> None:
    lead, browser = await own_lead(house), await house.browser(house.team["Manager"])
    shown = await toast(browser, await act(browser, lead, "assign", user_id=str(house.team["Rep Two"].id)))
    told = len((await house.store.list_notifications(None, None, None, 50)).items)

    await undo(browser, shown)

    assert told > 0
    assert len((await house.store.list_notifications(None, None, None, 50)).items) == told


@pytest.mark.parametrize(
    ("name", "fields", "flag"),
    [
        ("priority", {"flag": "true"}, "priority_flag"),
        ("spam", {"flag": "true"}, "is_spam"),
        ("delete", {}, "is_deleted"),
    ],
)
async def test_a_mark_is_set_and_taken_back(house: House, name: str, fields: dict[str, str], flag: str) -> None:
    lead, browser = await own_lead(house), await house.browser(house.team["Manager"])

    shown = await toast(browser, await act(browser, lead, name, **fields))
    marked = getattr(await now(house, lead), flag)
    await undo(browser, shown)

    after = await now(house, lead)
    assert (marked, getattr(after, flag)) == (True, False)
    assert after.assigned_to == house.team["Rep One"].id


async def test_what_is_undone_has_no_undo_itself(house: House) -> None:
    lead, browser = await own_lead(house), await house.browser(house.team["Manager"])
    shown = await toast(browser, await act(browser, lead, "priority", flag="true"))

    again = await toast(browser, await undo(browser, shown))

    assert "Undo" in shown
    assert "Undo" not in again


async def test_an_act_that_changes_nothing_offers_no_way_back(house: House) -> None:
    lead, browser = await own_lead(house, priority_flag=True), await house.browser(house.team["Manager"])

    assert "Undo" not in await toast(browser, await act(browser, lead, "priority", flag="true"))


async def test_an_undo_comes_too_late_where_somebody_changed_the_lead_since(house: House) -> None:
    lead, browser = await own_lead(house), await house.browser(house.team["Manager"])
    shown = await toast(browser, await act(browser, lead, "spam", flag="true"))
    await rewrite(house.store, lead.id, status="Contacted")

    answer = await undo(browser, shown)

    assert answer.status_code == 412
    assert "Somebody changed this lead since you looked" in text_of(answer.text)
    assert (await now(house, lead)).is_spam


async def test_what_waited_waits_again_when_its_assignment_is_taken_back(house: House) -> None:
    for name in ("Rep One", "Rep Two"):
        await change(house.store, house.team[name], max_active_leads=0)
    lead = await house.lead(
        category="Hot", waiting_since=(await own_lead(house)).created_at, waiting_reason="no_capacity"
    )
    browser = await house.browser(house.team["Manager"])
    shown = await toast(browser, await act(browser, lead, "assign", user_id=str(house.team["Rep One"].id)))

    await undo(browser, shown)

    after = await now(house, lead)
    assert (after.assigned_to, after.waiting_reason) == (None, "no_capacity")


# ---------- review


def in_conflict(**fields: str) -> dict[str, Any]:
    return {"needs_review": True, "field_sources": {name: {"conflict": value} for name, value in fields.items()}}


async def test_a_review_takes_for_each_field_what_was_chosen(house: House) -> None:
    lead = await own_lead(
        house, phone="1 555 0100", industry="Healthcare", **in_conflict(phone="2 555 0200", industry="SaaS")
    )
    browser = await house.browser(house.team["Manager"])

    answer = await act(browser, lead, "review", take__phone="later", take__industry="first")

    after = await now(house, lead)
    assert answer.status_code == 303
    assert (after.phone, after.industry, after.needs_review, after.field_sources) == (
        "2 555 0200",
        "Healthcare",
        False,
        {},
    )


async def test_a_review_is_taken_back_whole(house: House) -> None:
    lead = await own_lead(
        house, phone="1 555 0100", industry="Healthcare", **in_conflict(phone="2 555 0200", industry="SaaS")
    )
    browser = await house.browser(house.team["Manager"])
    shown = await toast(browser, await act(browser, lead, "review", take__phone="later", take__industry="first"))

    await undo(browser, shown)

    after = await now(house, lead)
    assert (after.phone, after.needs_review, after.field_sources) == ("1 555 0100", True, lead.field_sources)


async def test_a_conflict_that_came_since_is_not_settled_unseen(house: House) -> None:
    lead = await own_lead(house, **in_conflict(phone="2 555 0200", industry="SaaS"))
    browser = await house.browser(house.team["Manager"])

    answer = await act(browser, lead, "review", take__phone="later")

    assert answer.status_code == 409
    assert "Another posting came in since you looked" in text_of(answer.text)
    assert (await now(house, lead)).needs_review


async def test_there_is_no_review_to_take_back_where_there_was_none(house: House) -> None:
    lead, browser = await own_lead(house), await house.browser(house.team["Manager"])

    assert (await act(browser, lead, "unreview", seen=etag(lead))).status_code == 409


# ---------- edit


async def edit_form(house: House, lead: Lead, who: str = "Rep One") -> tuple[Any, dict[str, str]]:
    browser = await house.browser(house.team[who])
    page = await browser.get(f"/leads/{lead.id}/edit")
    assert page.status_code == 200
    return browser, fields_of(page.text, "/edit")


async def test_an_edit_changes_what_was_touched_and_leaves_the_marks_of_the_rest(house: House) -> None:
    sources = {"company_name": {"source": "derived"}, "industry": {"source": "derived"}}
    lead = await own_lead(house, industry="Healthcare", message="One\nTwo", field_sources=sources)
    browser, fields = await edit_form(house, lead)

    answer = await browser.post(
        f"/leads/{lead.id}/edit", data=fields | {"industry": "Software/SaaS", "message": "One\r\nTwo"}
    )

    after = await now(house, lead)
    assert answer.status_code == 303
    assert (after.industry, after.message, after.field_sources) == (
        "Software/SaaS",
        "One\nTwo",
        {"company_name": {"source": "derived"}},
    )
    entry = (await trail(house.store, lead.id))[0]
    assert entry.new_value == '{"industry": "Software/SaaS"}'


async def test_an_edit_without_a_version_is_refused_and_both_versions_are_shown(house: House) -> None:
    lead = await own_lead(house, industry="Healthcare")
    browser, fields = await edit_form(house, lead)
    del fields["seen"]

    answer = await browser.post(f"/leads/{lead.id}/edit", data=fields | {"industry": "Education"})

    assert answer.status_code == 428
    assert "Healthcare" in answer.text
    assert "Education" in answer.text
    assert (await now(house, lead)).industry == "Healthcare"


async def test_a_stale_edit_shows_both_versions_and_the_choice_is_saved(house: House) -> None:
    lead = await own_lead(house, industry="Healthcare", phone="1 555 0100")
    browser, fields = await edit_form(house, lead)
    await rewrite(house.store, lead.id, industry="Retail", contact_name="Somebody Else")

    stale = await browser.post(f"/leads/{lead.id}/edit", data=fields | {"industry": "Education", "phone": "3 555 0300"})
    offered = fields_of(stale.text, "/edit")
    saved = await browser.post(f"/leads/{lead.id}/edit", data=offered | {"take.industry": "theirs"})

    said = text_of(stale.text)
    assert stale.status_code == 412
    assert "Industry As it stands now Retail As you typed it Education" in said
    assert "Phone As it stands now 1 555 0100 As you typed it 3 555 0300" in said
    assert "Contact As it stands" not in said
    after = await now(house, lead)
    assert saved.status_code == 303
    assert (after.industry, after.phone, after.contact_name) == ("Retail", "3 555 0300", "Somebody Else")


async def test_a_stale_edit_says_who_was_faster(house: House) -> None:
    lead = await own_lead(house, industry="Healthcare")
    browser, fields = await edit_form(house, lead)
    other, theirs = await edit_form(house, lead, "Manager")
    await other.post(f"/leads/{lead.id}/edit", data=theirs | {"industry": "Retail"})

    stale = await browser.post(f"/leads/{lead.id}/edit", data=fields | {"industry": "Education"})

    assert stale.status_code == 412
    assert "Last: Changed industry, Manager, 127.0.0.1, " in text_of(stale.text)


async def test_a_faulty_edit_keeps_what_was_typed_and_says_what_is_wrong(house: House) -> None:
    lead = await own_lead(house)
    browser, fields = await edit_form(house, lead)

    answer = await browser.post(
        f"/leads/{lead.id}/edit", data=fields | {"email": "no address", "company_name": " ", "phone": "kept"}
    )

    again = fields_of(answer.text, "/edit")
    assert answer.status_code == 422
    assert (again["email"], again["phone"], again["seen"]) == ("no address", "kept", fields["seen"])
    assert 'aria-describedby="act-wrong-email"' in answer.text
    assert "is required" in text_of(answer.text)
    assert await now(house, lead) == lead


async def test_an_address_that_another_lead_of_today_has_is_a_conflict(house: House) -> None:
    other, lead = await house.lead(), await own_lead(house)
    browser, fields = await edit_form(house, lead)

    answer = await browser.post(f"/leads/{lead.id}/edit", data=fields | {"email": other.email})

    assert answer.status_code == 409
    assert fields_of(answer.text, "/edit")["email"] == other.email


# ---------- refusals


async def test_a_forbidden_step_names_the_allowed_ones(house: House) -> None:
    lead, browser = await own_lead(house), await house.browser(house.team["Rep One"])

    answer = await act(browser, lead, "status", status="Opportunity")

    assert answer.status_code == 409
    assert "A lead that is New cannot become Opportunity. It may become Contacted or Disqualified." in text_of(
        answer.text
    )
    assert await now(house, lead) == lead


@pytest.mark.parametrize(
    ("name", "sent", "kept", "said"),
    [
        ("notes", {"note": "x" * 20_001}, "x" * 20_001, "at most 20000 fit"),
        ("notes", {"note": "  "}, "", "is required"),
        ("status", {"status": "Disqualified", "note": "typed"}, "typed", "is required for Disqualified"),
        ("status", {"status": "Disqualified", "reason": "other"}, "Something else", "is required with the reason"),
        (
            "status",
            {"status": "Qualified", "budget": "maybe", "note": "typed"},
            "typed",
            "must be one of yes, no, unknown",
        ),
        ("status", {"status": "Sold"}, "", "must be one of New"),
        ("attempts", {"kind": "smoke"}, "", "must be one of call"),
        ("priority", {"flag": "perhaps"}, "", "is required: true or false"),
        ("assign", {"user_id": "x"}, "", "must be a user's id"),
        ("assign", {}, "", "choose whom"),
    ],
)
async def test_faults_are_said_beside_what_was_typed(
    house: House, name: str, sent: dict[str, str], kept: str, said: str
) -> None:
    lead, browser = await own_lead(house), await house.browser(house.team["Manager"])

    answer = await act(browser, lead, name, **sent)

    assert answer.status_code == 422
    assert kept in answer.text
    assert said in text_of(answer.text)
    assert await now(house, lead) == lead


@pytest.mark.parametrize("name", ["assign", "priority", "review", "delete", "restore"])
async def test_a_rep_is_told_what_only_managers_do(house: House, name: str) -> None:
    lead, browser = await own_lead(house, needs_review=True), await house.browser(house.team["Rep One"])

    answer = await act(browser, lead, name, flag="true", user_id="auto")

    assert answer.status_code == 403
    assert "Only a manager" in text_of(answer.text)
    assert await now(house, lead) == lead


async def test_a_rep_claims_a_lead_before_working_it(house: House) -> None:
    lead, browser = await house.lead(), await house.browser(house.team["Rep One"])

    answer = await act(browser, lead, "status", status="Contacted")

    assert answer.status_code == 403
    assert "Claim it first" in text_of(answer.text)


@pytest.mark.parametrize(
    "name",
    [
        "status",
        "notes",
        "attempts",
        "claim",
        "assign",
        "priority",
        "spam",
        "review",
        "edit",
        "delete",
        "restore",
        "unreview",
        "x",
    ],
)
async def test_the_lead_of_a_teammate_is_not_there(house: House, name: str) -> None:
    lead, browser = await house.lead(assigned_to=house.team["Rep Two"].id), await house.browser(house.team["Rep One"])
    sent = {"status": "Contacted", "note": "n", "kind": "call", "outcome": "answered", "flag": "true", "seen": "stale"}

    posted = await act(browser, lead, name, **sent)
    opened = await browser.get(f"/leads/{lead.id}/{name}")

    assert (posted.status_code, opened.status_code) == (404, 404)
    assert await now(house, lead) == lead
    assert await trail(house.store, lead.id) == []


async def test_a_form_without_the_token_does_nothing(house: House) -> None:
    lead, browser = await own_lead(house), await house.browser(house.team["Rep One"])

    answer = await browser.post(f"/leads/{lead.id}/notes", data={"note": "x"})

    assert answer.status_code == 403
    assert await trail(house.store, lead.id) == []


async def test_a_deleted_lead_can_be_restored_and_nothing_else(house: House) -> None:
    lead = await own_lead(house, is_deleted=True)
    browser = await house.browser(house.team["Manager"])

    noted = await act(browser, lead, "notes", note="kept as typed")
    restored = await act(browser, lead, "restore")
    twice = await act(browser, lead, "restore")

    assert (noted.status_code, restored.status_code, twice.status_code) == (409, 303, 409)
    assert "This lead is deleted. Restore it first." in text_of(noted.text)
    assert "kept as typed" in noted.text
    assert "This lead is not deleted." in text_of(twice.text)


async def test_an_act_that_there_is_not_is_nothing(house: House) -> None:
    lead, browser = await own_lead(house), await house.browser(house.team["Manager"])

    assert (await act(browser, lead, "sell")).status_code == 404
    assert (await browser.get(f"/leads/{lead.id}/sell")).status_code == 404


async def test_a_lead_that_is_handed_over_meanwhile_is_not_there(house: House) -> None:
    lead, rep = await house.lead(assigned_to=house.team["Rep Two"].id), house.team["Rep One"]
    deciding = Deciding(house.services.house, utc_now(), Actor("user", rep.full_name, rep.id))

    # The page looked before; the transaction looks again.
    with pytest.raises(NotFound, match="There is nothing here"):
        await act_on(house.store, deciding, rep, lead.id, "notes", {"note": "x"})
    with pytest.raises(NotFound, match="There is nothing here"):
        await act_on(house.store, deciding, rep, lead.id, "edit", {"seen": "stale", "industry": "x"})

    assert await trail(house.store, lead.id) == []


async def test_what_was_typed_is_kept_where_the_store_does_not_answer() -> None:
    down: list[bool] = []

    def call(name: str) -> None:
        if name == "commit" and down:
            raise Unavailable("the database does not answer")

    async with running(call) as house:
        rep = await house.hire("Rep One")
        lead, browser = await house.lead(assigned_to=rep.id), await house.browser(rep)
        token = form_token((await browser.get("/")).text)
        down.append(True)
        answer = await browser.post(f"/leads/{lead.id}/notes", data={"_csrf_token": token, "note": "a long story"})

        assert answer.status_code == 503
        assert fields_of(answer.text, "/notes")["note"] == "a long story"
        assert "The database does not answer." in text_of(answer.text)
        assert await trail(house.store, lead.id) == []


async def test_no_response_leads_to_the_form_with_its_reason_chosen(house: House) -> None:
    lead, browser = await own_lead(house), await house.browser(house.team["Rep One"])
    for _ in range(3):
        await act(browser, lead, "attempts", kind="call", outcome="no_answer")

    page = (await browser.get(f"/leads/{lead.id}")).text
    (offered,) = re.findall(r'href="([^"]+reason=no_response)"', page)
    form = fields_of((await browser.get(html.unescape(offered))).text, "/status")
    await browser.post(f"/leads/{lead.id}/status", data=form)

    assert form["reason"] == "no_response"
    assert (await now(house, lead)).status == "Disqualified"


async def test_a_link_fills_no_form_in(house: House) -> None:
    lead, browser = await own_lead(house), await house.browser(house.team["Rep One"])

    page = await browser.get(f"/leads/{lead.id}/notes?note=sent+by+somebody+else&back=/?list=warm")

    assert fields_of(page.text, "/notes")["note"] == ""
    assert fields_of(page.text, "/notes")["back"] == "/?list=warm"


async def test_one_goes_back_to_where_the_form_stood_and_nowhere_else(house: House) -> None:
    lead, browser = await own_lead(house), await house.browser(house.team["Rep One"])

    here = await act(browser, lead, "notes", note="x", back="/?list=warm&q=kestrel")
    away = await act(browser, lead, "notes", note="x", back="//evil.example.com/")

    assert here.headers["location"] == "/?list=warm&q=kestrel"
    assert away.headers["location"] == "/"


@pytest.mark.parametrize(
    "name",
    [
        "notes",
        "attempts",
        "edit",
        "delete",
        "assign",
        "status?status=Qualified",
        "status?status=Disqualified",
        "status?status=Opportunity",
    ],
)
async def test_every_form_has_a_page_of_its_own(house: House, name: str) -> None:
    lead, browser = await own_lead(house), await house.browser(house.team["Manager"])

    page = await browser.get(f"/leads/{lead.id}/{name}")

    assert page.status_code == 200
    assert fields_of(page.text, "/" + name.partition("?")[0])["_csrf_token"]


@pytest.mark.parametrize("name", ["priority", "claim", "spam", "status"])
async def test_an_act_of_one_button_leads_back_to_the_lead(house: House, name: str) -> None:
    lead, browser = await own_lead(house), await house.browser(house.team["Manager"])

    answer = await browser.get(f"/leads/{lead.id}/{name}")

    assert (answer.status_code, answer.headers["location"]) == (303, f"/leads/{lead.id}")


async def test_the_books_stay_right_whatever_is_done_and_undone(house: House) -> None:
    lead, browser = await own_lead(house), await house.browser(house.team["Manager"])
    await rewrite(house.store, lead.id, assigned_to=None)
    steps: list[tuple[str, dict[str, str]]] = [
        ("assign", {"user_id": str(house.team["Rep One"].id)}),
        ("spam", {"flag": "true"}),
        ("delete", {}),
        ("assign", {"user_id": str(house.team["Rep Two"].id)}),
        ("status", {"status": "Contacted"}),
    ]
    for name, fields in steps:
        shown = await toast(browser, await act(browser, lead, name, **fields))
        if "Undo" in shown:
            await undo(browser, shown)
        broken = await broken_rules(house.store, with_trail=False)

        assert broken == []
