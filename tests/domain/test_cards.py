"""Which Slack cards are told of a change of their lead."""

from dataclasses import replace
from typing import Any

import pytest

from leadline.domain.activities import ACTION_TYPES, SYSTEM, record
from leadline.domain.cards import MAKES_UNTRUE, card_updates, is_outdated, shown_otherwise
from leadline.domain.lead_edits import etag
from leadline.domain.notifications import Notification, Writer
from leadline.ids import new_id
from tests.builders import NOW, an_id, lead

WRITER = Writer(new_id, NOW)


def told(provider_id: str | None, **fields: Any) -> Notification:
    row = Notification(
        new_id(), "slack", "hot_lead_alert", "#leads", NOW, an_id(1), status="sent", provider_id=provider_id
    )
    return replace(row, **fields)


def test_each_card_is_told_once_and_by_its_own_address() -> None:
    rows = card_updates([told("C1/1.0"), told("C2/2.0"), told("C1/1.0")], WRITER)

    assert [(row.template_name, row.recipient) for row in rows] == [
        ("card_update", "C1/1.0"),
        ("card_update", "C2/2.0"),
    ]
    assert {(row.notification_type, row.lead_id, row.user_id, row.status) for row in rows} == {
        ("slack", an_id(1), None, "pending")
    }


@pytest.mark.parametrize(
    "row",
    [
        told("1405895017.000506"),
        told(None),
        told("C1/1.0", status="failed"),
        told("<a/b@mail>", notification_type="email"),
    ],
    ids=["no card", "a webhook's", "not sent", "a mail"],
)
def test_what_is_no_card_is_left(row: Notification) -> None:
    assert card_updates([row], WRITER) == []
    assert not is_outdated(row, lead(), lead())


def test_the_trail_says_which_leads_are_shown_otherwise() -> None:
    found = {
        kind
        for kind in ACTION_TYPES
        if shown_otherwise([record(kind, new_id(), an_id(7), "A sentence", SYSTEM, NOW)]) == {an_id(7)}
    }

    assert found == MAKES_UNTRUE
    assert shown_otherwise([]) == set()
    # A message that was sent must not be the cause of another one.
    assert not {"slack_sent", "email_sent", "notification_failed", "score_updated"} & found


@pytest.mark.parametrize(
    "change",
    [
        {"assigned_to": an_id(1)}, {"status": "Contacted"}, {"priority_flag": True}, {"is_spam": True}, {"is_deleted": True},
        {"needs_review": True}, {"phone": "1"}, {"message": "x"},
    ],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_a_card_is_old_when_its_buttons_would_be_refused(change: dict[str, Any]) -> None:
    before = lead()
    after = replace(before, **change)

    assert etag(before) != etag(after)
    assert is_outdated(told("C1/1.0"), before, after)


def test_a_card_is_as_good_as_its_lead_was_when_only_the_system_did_something() -> None:
    before = lead()

    assert not is_outdated(told("C1/1.0"), before, replace(before, lead_score=99, version=7))
    assert not is_outdated(told("C1/1.0", template_name="card_update"), before, replace(before, status="Contacted"))
