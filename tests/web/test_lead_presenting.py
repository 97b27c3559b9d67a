"""What the lead's page offers and says, without a page: steps by status and role, words of toasts, versions, other leads."""

from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.domain.activities import SYSTEM, Activity, edited
from leadline.domain.contact_activities import attempt_logged
from leadline.domain.lead_edits import EDITABLE, etag
from leadline.domain.leads import STATUSES
from leadline.domain.lifecycle import BANT, BANT_ANSWERS, REASONS, allowed
from leadline.domain.users import Role, User
from leadline.usecases.work import KINDS, OUTCOMES
from leadline.web.act_forms import field_marks, touched
from leadline.web.acting import Done
from leadline.web.presenting.acted import told
from leadline.web.presenting.lead_forms import (
    BANT_WORDS,
    KIND_WORDS,
    OUTCOME_WORDS,
    REASON_WORDS,
    as_sentence,
    assignees,
    comparison,
    step_options,
)
from leadline.web.presenting.lead_page import engagement, entries, mail_link, same_address, telephone_link
from leadline.web.presenting.next_steps import NextSteps, local_time, next_steps
from leadline.web.presenting.owners import People, why_this_rep
from tests.builders import NOW, an_id, lead, user

REP, OTHER = user(full_name="Rep One"), user(full_name="Rep Two")
MANAGER = user(full_name="Manager", role="manager")
PEOPLE = People([REP, OTHER, MANAGER], MANAGER)


def steps(viewer: User = REP, **fields: Any) -> NextSteps:
    return next_steps(lead(**({"assigned_to": REP.id} | fields)), viewer, NOW, [])


def labels(offered: NextSteps) -> list[str]:
    first = [offered.primary] if offered.primary else []
    return [button.label for button in (*first, *offered.beside, *offered.quiet)]


# ---------- next steps


@pytest.mark.parametrize(
    ("status", "offered"),
    [
        ("New", ["Mark contacted", "Disqualify", "Edit", "Spam"]),
        ("Contacted", ["Qualify", "Disqualify", "Edit", "Spam"]),
        ("Qualified", ["Make it an opportunity", "Disqualify", "Edit", "Spam"]),
        ("Opportunity", ["Edit", "Spam"]),
        ("Disqualified", ["Edit", "Spam"]),
    ],
)
def test_a_rep_is_offered_the_allowed_steps_of_the_own_lead(status: str, offered: list[str]) -> None:
    assert labels(steps(status=status)) == offered


@pytest.mark.parametrize("role", ["rep", "manager", "admin"])
@pytest.mark.parametrize("status", STATUSES)
def test_the_buttons_are_the_steps_that_the_lifecycle_allows(status: Any, role: Role) -> None:
    viewer = replace(REP, role=role)
    offered = steps(viewer, status=status)
    sent = [dict(b.fields)["status"] for b in (offered.primary, *offered.beside) if b and b.act == "status"]

    assert sorted(sent) == sorted(allowed(status, role))


def test_a_manager_reopens_assigns_flags_and_deletes() -> None:
    assert labels(steps(MANAGER, status="Disqualified")) == ["Reopen", "Assign", "Edit", "Priority", "Spam", "Delete"]


def test_a_rep_claims_a_lead_of_nobody_and_does_nothing_else_with_it() -> None:
    offered = steps(assigned_to=None)

    assert labels(offered) == ["Claim it"]
    assert (offered.can_note, offered.can_try, offered.can_settle) == (False, False, False)
    assert offered.words == ("Nobody has this lead yet: whoever claims it works it.",)


def test_what_is_set_aside_can_be_brought_back_and_nothing_else() -> None:
    assert labels(steps(is_spam=True)) == ["No spam"]
    assert labels(steps(MANAGER, is_deleted=True)) == ["Restore"]


def test_disqualify_opportunity_and_qualify_ask_before_they_are_done() -> None:
    asked = {
        button.label
        for status in STATUSES
        for button in (steps(status=status).primary, *steps(status=status).beside)
        if button is not None and button.is_form
    }

    assert asked == {"Qualify", "Make it an opportunity", "Disqualify"}


def tries(*outcomes: str) -> list[Activity]:
    """Attempts, newest first."""
    return [attempt_logged(an_id(n), an_id(99), "call", outcome, SYSTEM, NOW) for n, outcome in enumerate(outcomes)]


@pytest.mark.parametrize(
    ("outcomes", "is_offered", "said"),
    [
        (["no_answer", "bounced"], False, "2 attempts without an answer."),
        (["no_answer", "left_message", "bounced"], True, "3 attempts without an answer."),
        (["no_answer", "no_answer", "answered", "no_answer"], False, "2 attempts without an answer."),
        (["answered", "no_answer", "no_answer", "no_answer"], False, ""),
    ],
)
def test_no_response_is_offered_after_the_third_attempt_without_an_answer(
    outcomes: list[str], is_offered: bool, said: str
) -> None:
    offered = next_steps(lead(assigned_to=REP.id), REP, NOW, tries(*outcomes))

    assert ("No response" in labels(offered)) is is_offered
    assert said in " ".join(offered.words)
    assert "No response" not in labels(next_steps(lead(), REP, NOW, tries(*outcomes)))


def test_the_words_under_the_buttons_say_what_opens_when() -> None:
    assert steps(status="New").words == ("Qualify opens once they have been contacted.",)
    assert steps(status="Disqualified").words == ("Only a manager can reopen it.",)
    assert steps(status="Opportunity").words == ("It is an opportunity and with the CRM. No step follows.",)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"phone_e164": "+12125550123"}, "There it is 07:00, New York."),
        ({"extra": {"country": "India"}}, "There it is 17:30, Calcutta."),
        ({"extra": {"country": "United Kingdom"}}, "There it is 12:00."),
        ({"phone_e164": "+18005550199"}, None),
        ({}, None),
    ],
)
def test_the_clock_of_the_lead_is_told_where_it_can_be_only_one(fields: dict[str, Any], said: str | None) -> None:
    assert local_time(lead(**fields), NOW) == said


# ---------- words of what was done


@pytest.mark.parametrize(
    ("name", "changes", "said"),
    [
        ("assign", {"assigned_to": OTHER.id}, "Firm is with Rep Two now."),
        ("assign", {"assigned_to": MANAGER.id}, "Firm is yours now."),
        ("assign", {"assigned_to": None}, "Nobody has Firm now."),
        ("assign", {"waiting_since": NOW, "waiting_reason": "no_capacity"}, "Firm waits: every rep is full."),
        ("status", {"status": "Contacted"}, "Firm is Contacted now."),
        ("priority", {"priority_flag": True}, "Firm stands first in every list."),
        ("spam", {"is_spam": True}, "Firm is set aside as spam."),
        ("edit", {}, "Nothing of Firm was changed."),
        ("edit", {"industry": "Education"}, "Firm is changed. The score stays 0."),
        ("edit", {"industry": "SaaS", "lead_score": 20}, "Firm is changed. The score went from 0 to 20, Cold."),
        ("delete", {"is_deleted": True}, "Firm is deleted. Its history is kept."),
        ("restore", {"assigned_to": None}, "Nobody has Firm now."),
    ],
)
def test_a_toast_says_what_is_true_now(name: str, changes: dict[str, Any], said: str) -> None:
    before = lead()

    assert told(name, Done(before, replace(before, **changes)), {}, PEOPLE).text == said


@pytest.mark.parametrize(
    ("name", "before", "after", "action", "field"),
    [
        ("assign", {"assigned_to": REP.id}, {"assigned_to": OTHER.id}, "assign", ("user_id", str(REP.id))),
        ("assign", {}, {"assigned_to": OTHER.id}, "assign", ("user_id", "nobody")),
        ("assign", {"waiting_since": NOW}, {"assigned_to": OTHER.id}, "assign", ("user_id", "auto")),
        ("priority", {}, {"priority_flag": True}, "priority", ("flag", "false")),
        ("spam", {"is_spam": True}, {"is_spam": False}, "spam", ("flag", "true")),
        ("review", {"needs_review": True}, {"needs_review": False}, "unreview", ("undo", "1")),
        ("delete", {}, {"is_deleted": True}, "restore", ("undo", "1")),
    ],
)
def test_the_way_back_is_the_opposite_act_on_the_lead_as_it_stands(
    name: str, before: dict[str, Any], after: dict[str, Any], action: str, field: tuple[str, str]
) -> None:
    was = lead(**before)
    now = replace(was, **after)

    toast = told(name, Done(was, now), {}, PEOPLE)

    assert toast.action == f"/leads/{was.id}/{action}"
    assert (toast.fields[field[0]], toast.fields["seen"]) == (field[1], etag(now))


def test_a_long_name_fits_the_cookie_it_travels_in() -> None:
    before = lead(company_name="株" * 255)

    assert len(told("notes", Done(before, before), {}, PEOPLE).text) < 100


# ---------- forms


def test_every_choice_of_the_trade_has_its_word() -> None:
    assert set(REASON_WORDS) == set(REASONS)
    assert set(KIND_WORDS) == set(KINDS)
    assert set(OUTCOME_WORDS) == set(OUTCOMES)
    assert set(BANT_WORDS) == set(BANT)
    assert set(step_options()["answer"]) == set(BANT_ANSWERS)


def test_a_lead_goes_to_anybody_active_but_the_one_who_has_it() -> None:
    gone, full = user(full_name="Gone", is_active=False), user(full_name="Full", current_lead_count=20)

    offered = assignees(lead(assigned_to=REP.id), [REP, OTHER, MANAGER, gone, full])

    assert list(offered.values()) == [
        "Rep Two, 0 of 20",
        "Full, 20 of 20",
        "Manager, manager",
        "Whose turn it is",
        "Nobody, to be claimed",
    ]
    assert "nobody" not in assignees(lead(), [REP])


@given(st.dictionaries(st.sampled_from(EDITABLE), st.text(st.characters(codec="utf-8"), max_size=20)))
def test_a_form_sent_back_as_it_was_shown_touches_nothing(fields: dict[str, str]) -> None:
    shown = lead(**{name: value or None for name, value in fields.items()})
    form = {name: (getattr(shown, name) or "").replace("\n", "\r\n") for name in EDITABLE}

    assert touched(form | {"marks": field_marks(shown)}) == {}


@given(st.sampled_from(EDITABLE), st.text(st.characters(codec="ascii", categories=("L",)), min_size=1, max_size=20))
def test_what_was_typed_is_touched_and_nothing_else(name: str, typed: str) -> None:
    shown = lead(message="as it was")
    form = {field: getattr(shown, field) or "" for field in EDITABLE} | {
        name: f"new {typed}",
        "marks": field_marks(shown),
    }

    assert touched(form) == {name: f"new {typed}"}


def test_two_versions_show_only_what_differs() -> None:
    shown = lead(industry="Healthcare", phone="1 555 0100")
    form = {"industry": "Education", "phone": "1 555 0100", "company_revenue": "", "marks": field_marks(shown)}
    now = replace(shown, industry="Retail", phone="2 555 0200", company_revenue="2M")

    found = comparison(now, form)

    assert [(v.label, v.theirs, v.mine) for v in found.versions] == [("Industry", "Retail", "Education")]
    assert found.seen == etag(now)


@pytest.mark.parametrize("text", ["somebody came first", "Somebody came first."])
def test_an_error_stands_as_a_sentence(text: str) -> None:
    assert as_sentence(text) == "Somebody came first."


# ---------- facts, history, other leads


def test_engagement_is_counted_in_words() -> None:
    assert engagement(lead()) == ""
    assert engagement(lead(email_reply_count=1, pricing_page_visits=3, demo_video_watched=True)) == (
        "1 e-mail reply, 3 pricing page visits, demo video watched"
    )


@pytest.mark.parametrize(
    ("email", "link"),
    [
        ("ann@firm.example.com", "mailto:ann@firm.example.com"),
        ('"a?bcc=b@x"@firm.example.com', "mailto:%22a%3Fbcc%3Db@x%22@firm.example.com"),
        ("a&subject=x@firm.example.com", "mailto:a%26subject%3Dx@firm.example.com"),
    ],
)
def test_an_address_adds_no_header_to_the_letter(email: str, link: str) -> None:
    assert mail_link(lead(email=email)) == link


def test_a_telephone_link_dials_digits_only() -> None:
    assert telephone_link(lead(phone="javascript:alert(1)")) == "tel:1"
    assert telephone_link(lead(phone="call me")) is None


def test_an_edit_says_what_was_and_what_became() -> None:
    row = edited(an_id(1), an_id(2), {"phone": None, "message": "x" * 500}, {"phone": "1", "message": "y"}, SYSTEM, NOW)

    (entry,) = entries([row], REP, NOW)

    assert entry.changes[1] == ("Phone", "nothing", "1")
    assert entry.changes[0][1].endswith("…")
    assert len(entry.changes[0][1]) == 120


def test_other_leads_of_the_address_are_those_that_the_viewer_may_see() -> None:
    this = lead(assigned_to=REP.id)
    own, free, foreign = lead(assigned_to=REP.id, inquiry_type="Demo Request"), lead(), lead(assigned_to=OTHER.id)
    found = [this, own, free, foreign]

    assert [other.id for other in same_address(this, found, REP, NOW)] == [own.id, free.id]
    assert [other.id for other in same_address(this, found, MANAGER, NOW)] == [own.id, free.id, foreign.id]
    assert same_address(this, found, REP, NOW)[0].title == "Demo Request"


def test_times_are_told_in_the_readers_zone_with_utc_to_point_at() -> None:
    tokyo = NOW.astimezone(ZoneInfo("Asia/Tokyo"))
    row = edited(an_id(1), an_id(2), {}, {"phone": "1"}, SYSTEM, NOW - timedelta(hours=1))

    (entry,) = entries([row], REP, tokyo)

    assert (entry.when.text, entry.when.title) == ("20:00", "24 Nov 2026 11:00:00 UTC")
    assert NOW.tzinfo is UTC


def test_of_a_large_team_the_others_are_counted() -> None:
    decision = {
        "how": "turn",
        "chosen": str(REP.id),
        "name": "Rep One",
        "reps": [],
        "others": {"full": 5, "later_turn": 3},
    }

    why = why_this_rep(lead(assigned_to=REP.id, route_decision=decision), PEOPLE, NOW)

    assert why.others == "And 8 more: 5 full, 3 had a turn more recently."


def test_a_cold_lead_with_a_rep_says_that_its_endpoint_routes_all() -> None:
    decision = {"how": "turn", "chosen": str(REP.id), "name": "Rep One", "reps": [], "routing": "all"}

    told = [
        why_this_rep(lead(assigned_to=REP.id, category=category, route_decision=decision), PEOPLE, NOW).sentence
        for category in ("Cold", "Hot")
    ]

    assert told[0] == f"{told[1]} Where it came in, Cold leads are given to a rep too."
