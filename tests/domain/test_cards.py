"""Which Slack cards are told of a change of their lead."""

from dataclasses import replace
from typing import Any

import pytest

from leadline.domain.cards import card_updates
from leadline.domain.notifications import Notification, Writer
from leadline.ids import new_id
from tests.builders import NOW, an_id, lead, user

WRITER = Writer(new_id, NOW)


def told(provider_id: str | None, **fields: Any) -> Notification:
    row = Notification(new_id(), "slack", "hot_lead_alert", "#leads", NOW, status="sent", provider_id=provider_id)
    return replace(row, **fields)


@pytest.mark.parametrize("change", [{"assigned_to": an_id(1)}, {"status": "Contacted"}])
def test_each_card_is_told_once_of_another_owner_or_status(change: dict[str, Any]) -> None:
    before = lead()
    after = replace(before, **change)
    rows = card_updates(before, after, user(full_name="Rita"), [told("C1/1.0"), told("C2/2.0"), told("C1/1.0")], WRITER)

    assert [(row.template_name, row.recipient) for row in rows] == [
        ("card_update", "C1/1.0"),
        ("card_update", "C2/2.0"),
    ]
    assert {(row.notification_type, row.lead_id, row.user_id, row.subject, row.status) for row in rows} == {
        ("slack", after.id, None, "Rita", "pending")
    }


def test_another_change_tells_nobody() -> None:
    before = lead()

    assert (
        card_updates(before, replace(before, lead_score=99, priority_flag=True), None, [told("C1/1.0")], WRITER) == []
    )


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
    before = lead()

    assert card_updates(before, replace(before, status="Contacted"), None, [row], WRITER) == []
