import json
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.domain import activities, contact_activities
from leadline.domain.activities import (
    ACTION_TYPES,
    MOVES_LAST_ACTIVITY,
    SYSTEM,
    Activity,
    Actor,
    canonical_json,
    moves_last_activity,
)
from leadline.domain.leads import Lead
from leadline.domain.users import User

ID = UUID(int=1)
LEAD_ID = UUID(int=2)
REP_ID = UUID(int=3)
AT = datetime(2026, 11, 5, 9, 30, tzinfo=UTC)

SARAH = Actor("user", "Sarah Chen", UUID(int=4), "203.0.113.7", "Firefox/128")
KEY = Actor("api_key", "Website")

LEAD = Lead(
    id=LEAD_ID,
    company_name="Acme Corp",
    contact_name="John Doe",
    email="john@acme.com",
    email_key="john@acme.com",
    email_class="business",
    created_at=AT,
    updated_at=AT,
    lead_score=85,
    category="Hot",
    source="API",
)
MARCUS = User(
    id=REP_ID,
    full_name="Marcus Johnson",
    email="marcus@company.com",
    email_key="marcus@company.com",
    created_at=AT,
    updated_at=AT,
)

Maker = Callable[[Actor], Activity]

# The table "Activity Types" of the seed, row by row: type, old value, new value, and our constructor with such values.
SEED_TABLE: list[tuple[str, str | None, str, Maker]] = [
    ("lead_created", None, '{"score": 85}', lambda who: activities.lead_created(ID, LEAD, who, AT)),
    (
        "score_updated",
        '{"score": 70}',
        '{"score": 85}',
        lambda who: activities.score_updated(ID, LEAD_ID, 70, 85, "pricing page visit", who, AT),
    ),
    (
        "status_changed",
        '{"status": "New"}',
        '{"status": "Contacted"}',
        lambda who: activities.status_changed(ID, LEAD_ID, "New", "Contacted", who, AT),
    ),
    (
        "assigned",
        None,
        f'{{"user_id": "{REP_ID}"}}',
        lambda who: activities.assigned(ID, LEAD_ID, MARCUS, "turn", who, AT),
    ),
    ("note_added", None, '{"note": "Left VM"}', lambda who: activities.note_added(ID, LEAD_ID, "Left VM", who, AT)),
    ("email_sent", None, '{"template": "hot"}', lambda who: activities.email_sent(ID, LEAD_ID, "hot", who, AT)),
    (
        "enrichment_completed",
        None,
        '{"linkedin": "..."}',
        lambda who: activities.enrichment_completed(ID, LEAD_ID, {"linkedin": "..."}, "Apollo", who, AT),
    ),
    (
        "priority_flagged",
        '{"flag": false}',
        '{"flag": true}',
        lambda who: activities.priority_flagged(ID, LEAD_ID, True, who, AT),
    ),
]

# Ours, with their sentences: what a person reads in the trail.
SENTENCES: list[tuple[Maker, str, str | None, str]] = [
    (SEED_TABLE[0][3], "Came in by API with a score of 85, Hot", None, '{"score": 85}'),
    (
        lambda who: activities.lead_created(ID, replace(LEAD, source=None), who, AT),
        "Came in with a score of 85, Hot",
        None,
        '{"score": 85}',
    ),
    (SEED_TABLE[1][3], "Score went from 70 to 85: pricing page visit", '{"score": 70}', '{"score": 85}'),
    (SEED_TABLE[2][3], "Changed status from New to Contacted", '{"status": "New"}', '{"status": "Contacted"}'),
    (
        lambda who: activities.status_changed(ID, LEAD_ID, "Contacted", "Disqualified", who, AT, reason="no_response"),
        "Changed status from Contacted to Disqualified: no response",
        '{"status": "Contacted"}',
        '{"reason": "no_response", "status": "Disqualified"}',
    ),
    (
        lambda who: activities.category_changed(ID, LEAD_ID, "Warm", "Hot", who, AT),
        "Went from Warm to Hot",
        '{"category": "Warm"}',
        '{"category": "Hot"}',
    ),
    (
        lambda who: activities.unassigned(ID, LEAD_ID, MARCUS, who, AT),
        "Taken from Marcus Johnson, nobody owns it now",
        None,
        '{"user_id": null}',
    ),
    (SEED_TABLE[4][3], "Added a note", None, '{"note": "Left VM"}'),
    (SEED_TABLE[5][3], "Sent the e-mail hot", None, '{"template": "hot"}'),
    (SEED_TABLE[6][3], "Apollo filled in linkedin", None, '{"linkedin": "..."}'),
    (
        lambda who: activities.enrichment_completed(ID, LEAD_ID, {}, "Apollo", who, AT),
        "Apollo found nothing new",
        None,
        "{}",
    ),
    (SEED_TABLE[7][3], "Flagged as priority", '{"flag": false}', '{"flag": true}'),
    (
        lambda who: activities.priority_flagged(ID, LEAD_ID, False, who, AT),
        "Took the priority flag off",
        '{"flag": true}',
        '{"flag": false}',
    ),
    (
        lambda who: activities.duplicate_submission(ID, LEAD_ID, {"email": "john@acme.com"}, who, AT),
        "The same address wrote again",
        None,
        '{"payload": {"email": "john@acme.com"}}',
    ),
    (
        lambda who: activities.duplicate_submission(
            ID, LEAD_ID, {}, who, AT, filled=["phone", "industry", "company_size"], differing=["contact_name"]
        ),
        "The same address wrote again, filled in phone, industry and company size, has another contact name",
        None,
        '{"payload": {}}',
    ),
    (
        lambda who: activities.edited(
            ID, LEAD_ID, {"phone": None, "industry": "Software"}, {"phone": "+1-555-0100", "industry": "SaaS"}, who, AT
        ),
        "Changed phone and industry",
        '{"industry": "Software", "phone": null}',
        '{"industry": "SaaS", "phone": "+1-555-0100"}',
    ),
    (
        lambda who: activities.reviewed(ID, LEAD_ID, "kept the first phone", who, AT),
        "Reviewed: kept the first phone",
        '{"needs_review": true}',
        '{"needs_review": false, "resolve": "kept the first phone"}',
    ),
    (
        lambda who: activities.reviewed(ID, LEAD_ID, "took the later phone", who, AT, was={"fields": {"phone": "1"}}),
        "Reviewed: took the later phone",
        '{"fields": {"phone": "1"}, "needs_review": true}',
        '{"needs_review": false, "resolve": "took the later phone"}',
    ),
    (
        lambda who: activities.review_undone(ID, LEAD_ID, who, AT),
        "Took the review back",
        '{"needs_review": false}',
        '{"needs_review": true}',
    ),
    (
        lambda who: activities.marked_spam(ID, LEAD_ID, who, AT),
        "Marked as spam",
        '{"is_spam": false}',
        '{"is_spam": true}',
    ),
    (
        lambda who: activities.unmarked_spam(ID, LEAD_ID, who, AT),
        "Released: no spam",
        '{"is_spam": true}',
        '{"is_spam": false}',
    ),
    (
        lambda who: activities.deleted(ID, LEAD_ID, who, AT),
        "Deleted",
        '{"is_deleted": false}',
        '{"is_deleted": true}',
    ),
    (
        lambda who: activities.restored(ID, LEAD_ID, who, AT),
        "Restored",
        '{"is_deleted": true}',
        '{"is_deleted": false}',
    ),
]


@pytest.mark.parametrize(("action", "old", "new", "make"), SEED_TABLE, ids=[row[0] for row in SEED_TABLE])
def test_the_seeds_types_keep_their_names_and_value_shapes(action: str, old: str | None, new: str, make: Maker) -> None:
    made = make(SARAH)

    assert (action, old, new) == (made.action_type, made.old_value, made.new_value)


@pytest.mark.parametrize(("make", "sentence", "old", "new"), SENTENCES, ids=[row[1] for row in SENTENCES])
def test_every_entry_has_its_sentence_and_both_values(make: Maker, sentence: str, old: str | None, new: str) -> None:
    made = make(SARAH)

    assert sentence == made.description
    assert (old, new) == (made.old_value, made.new_value)


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ("turn", "Assigned to Marcus Johnson by turn"),
        ("returning_owner", "Assigned to Marcus Johnson, who had an earlier lead from this address"),
        ("hand", "Assigned to Marcus Johnson by hand"),
        ("claim", "Claimed by Marcus Johnson"),
    ],
)
def test_an_assignment_says_how_it_came_about(how: str, sentence: str) -> None:
    made = activities.assigned(ID, LEAD_ID, MARCUS, how, SYSTEM, AT)

    assert (sentence, f'{{"user_id": "{REP_ID}"}}') == (made.description, made.new_value)


@pytest.mark.parametrize("make", [row[3] for row in SEED_TABLE] + [row[0] for row in SENTENCES])
@pytest.mark.parametrize("who", [SARAH, KEY, SYSTEM], ids=lambda actor: actor.kind)
def test_every_entry_says_which_lead_who_and_when(make: Maker, who: Actor) -> None:
    made = make(who)

    assert (made.id, made.lead_id, made.created_at) == (ID, LEAD_ID, AT)
    assert (made.actor_kind, made.actor_name, made.user_id) == (who.kind, who.name, who.user_id)
    assert (made.ip_address, made.user_agent) == (who.ip_address, who.user_agent)
    assert made.action_type in ACTION_TYPES


def test_an_activity_has_the_seeds_columns_and_the_two_of_ours() -> None:
    seed = [
        "id",
        "lead_id",
        "user_id",
        "action_type",
        "old_value",
        "new_value",
        "description",
        "created_at",
        "ip_address",
        "user_agent",
    ]

    assert [*seed, "actor_kind", "actor_name"] == [field.name for field in fields(Activity)]


def test_the_list_of_types_is_closed_and_the_seeds_eight_come_first() -> None:
    ours = (
        "duplicate_submission edited attempt_logged engagement category_changed qualified_bant reviewed marked_spam "
        "unmarked_spam deleted restored archived unarchived notification_failed slack_sent sms_sent webhook_sent erased"
    )

    assert [row[0] for row in SEED_TABLE] + ours.split() == list(ACTION_TYPES)


# --- last_activity_date


def test_what_a_person_or_the_lead_does_moves_the_last_activity() -> None:
    moved = {"note_added", "attempt_logged", "status_changed", "qualified_bant", "engagement", "duplicate_submission"}

    assert moved | {"edited"} == MOVES_LAST_ACTIVITY
    assert set(ACTION_TYPES) >= MOVES_LAST_ACTIVITY


@pytest.mark.parametrize(
    ("make", "who", "moves"),
    [
        (lambda who: activities.note_added(ID, LEAD_ID, "Left VM", who, AT), SARAH, True),
        (lambda who: activities.duplicate_submission(ID, LEAD_ID, {}, who, AT), KEY, True),
        (lambda who: activities.status_changed(ID, LEAD_ID, "New", "Contacted", who, AT), SARAH, True),
        (lambda who: activities.status_changed(ID, LEAD_ID, "New", "Disqualified", who, AT), SYSTEM, False),
        (lambda who: activities.score_updated(ID, LEAD_ID, 1, 2, "rule set 2", who, AT), SYSTEM, False),
        (lambda who: activities.assigned(ID, LEAD_ID, MARCUS, "turn", who, AT), SYSTEM, False),
        (lambda who: activities.lead_created(ID, LEAD, who, AT), KEY, False),
    ],
)
def test_the_system_never_moves_the_last_activity(make: Maker, who: Actor, moves: bool) -> None:
    assert moves == moves_last_activity(make(who))


# --- canonical JSON

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(json_values)
def test_canonical_json_reads_back_as_the_value(value: Any) -> None:
    assert value == json.loads(canonical_json(value))


@given(st.dictionaries(st.text(), st.integers(), max_size=6), st.randoms())
def test_the_order_in_which_keys_were_set_does_not_show(value: dict[str, int], random: Any) -> None:
    pairs = list(value.items())
    random.shuffle(pairs)

    assert canonical_json(value) == canonical_json(dict(pairs))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"score": 85}, '{"score": 85}'),
        ({"b": [1, 2], "a": {"d": None, "c": True}}, '{"a": {"c": true, "d": null}, "b": [1, 2]}'),
        ("Zoë 你好", '"Zoë 你好"'),
        ({"nul": "\0"}, '{"nul": "\\u0000"}'),
        (REP_ID, f'"{REP_ID}"'),
        (AT, '"2026-11-05T09:30:00+00:00"'),
        ((1, 2), "[1, 2]"),
    ],
)
def test_canonical_json_is_written_as_the_seed_writes_it(value: Any, text: str) -> None:
    assert text == canonical_json(value)


@pytest.mark.parametrize(("value", "error"), [(b"bytes", TypeError), (float("nan"), ValueError), ({1, 2}, TypeError)])
def test_what_has_no_json_form_is_refused(value: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        canonical_json(value)


# --- attempts in a row


def attempts(*outcomes: str) -> list[activities.Activity]:
    return [
        contact_activities.attempt_logged(ID, LEAD_ID, "call", outcome, activities.SYSTEM, AT) for outcome in outcomes
    ]


def test_attempts_count_until_somebody_answered_wrote_back_or_reopened_the_lead() -> None:
    reply = contact_activities.engagement(ID, LEAD_ID, "email_reply", 1, activities.SYSTEM, AT)
    visit = contact_activities.engagement(ID, LEAD_ID, "pricing_page_visit", 1, activities.SYSTEM, AT)
    reopened = activities.status_changed(ID, LEAD_ID, "Disqualified", "New", activities.SYSTEM, AT)
    count = contact_activities.unanswered_attempts

    assert count([]) == 0
    assert count(attempts("no_answer", "left_message", "bounced", "other")) == 3
    assert count(attempts("no_answer", "answered", "no_answer")) == 1
    assert count([*attempts("no_answer"), visit, *attempts("no_answer"), reply, *attempts("no_answer")]) == 2
    assert count([*attempts("no_answer"), reopened, *attempts("no_answer")]) == 1
