"""What happened, page by page, on every store: activities, submissions, notifications."""

from dataclasses import replace
from datetime import timedelta

import pytest

from leadline.domain import activities
from leadline.domain.activities import SYSTEM, Activity
from leadline.domain.errors import Fault, NotFound
from leadline.domain.intake import SubmissionRecord
from leadline.domain.notifications import Notification
from leadline.ids import new_id
from leadline.ports import Store, Tx
from tests.builders import COLD, NOW, ROBOT, an_id, faulty_intake, intake, lead
from tests.invariants import pages
from tests.steps import add_reps, advance, capture, captured_lead, put

HOUR = timedelta(hours=1)


@pytest.mark.parametrize("limit", [1, 3, 7, 200])
async def test_a_trail_is_walked_newest_first_and_every_entry_stands_on_one_page(store: Store, limit: int) -> None:
    known, other = lead(), lead()
    # Three entries of each moment, so that the id decides between them.
    rows = [activities.note_added(new_id(), known.id, str(n), ROBOT, NOW + n // 3 * HOUR) for n in range(12)]
    await put(store, [known, other])
    await write(store, activities_=[*rows, activities.note_added(new_id(), other.id, "elsewhere", SYSTEM, NOW)])

    walked = await pages(lambda position, size: store.list_activities(known.id, position, size), limit)

    assert walked == sorted(rows, key=lambda row: (row.created_at, row.id), reverse=True)


async def test_an_entry_comes_back_as_it_was_written(store: Store) -> None:
    full = replace(
        activities.note_added(new_id(), an_id(1), "Größe \\ 日本\n", replace(ROBOT, ip_address="2001:db8::1"), NOW),
        user_id=an_id(3),
    )
    bare = Activity(new_id(), an_id(1), None, "lead_created", None, None, "", NOW - HOUR)
    await write(store, activities_=[full, bare])

    assert (await store.list_activities(an_id(1), None, 10)).items == [full, bare]


async def test_the_trail_of_a_lead_that_never_was_is_empty(store: Store) -> None:
    assert (await store.list_activities(an_id(5), None, 10)).items == []
    with pytest.raises(NotFound):
        await store.get_lead(an_id(5))


@pytest.mark.parametrize("limit", [1, 4, 200])
async def test_submissions_are_walked_newest_first_by_outcome_and_lead(store: Store, limit: int) -> None:
    items = [intake(email="ann@firm.example.com"), faulty_intake(), intake(**COLD), intake(email="ann@firm.example.com"), faulty_intake(failed_as="quarantined")]  # fmt: skip
    captured = await capture(store, *items)
    ann = captured[0].lead.id if captured[0].lead else None

    async def walk(outcome: str | None, lead_id: object = None) -> list[object]:
        rows = await pages(lambda position, size: store.list_submissions(outcome, lead_id, position, size), limit)
        return [row.id for row in rows]

    ids = [item.id for item in items]
    assert await walk(None) == ids[::-1]
    assert await walk("created") == [ids[2], ids[0]]
    assert await walk("rejected") == [ids[1]]
    assert await walk("quarantined") == [ids[4]]
    assert await walk(None, ann) == [ids[3], ids[0]]
    assert await walk("duplicate", ann) == [ids[3]]
    assert await walk("spam") == await walk("rejected", ann) == []


async def test_a_submission_comes_back_as_it_was_sent(store: Store) -> None:
    faults = [Fault("/a", "one"), Fault("", "Größe")]
    full = SubmissionRecord(
        new_id(), "webflow", b"\0\xff not text", "quarantined", NOW, None, "main", "evt", "req-1", faults, None
    )
    replay = replace(full, id=new_id(), replay_of=full.id, faults=[], outcome="rejected")
    await write(store, submissions=[full, replay])

    found = await store.find_submissions([replay.id, an_id(4), full.id])

    assert sorted(found, key=lambda row: row.id) == [full, replay]
    assert (await store.list_submissions(None, None, None, 10)).items == [replay, full]


@pytest.mark.parametrize("limit", [1, 3, 200])
async def test_notifications_are_walked_newest_first_by_status_and_lead(store: Store, limit: int) -> None:
    rows = [
        Notification(new_id(), "email", "lead_assigned", "a@x.example.com", NOW, an_id(n % 2), None, "S", "B", status)
        for n, status in enumerate(["pending", "sent", "failed", "held", "suppressed", "pending", "sent"])
    ]
    await write(store, notifications=rows)

    async def walk(status: str | None, lead_id: object = None) -> list[Notification]:
        return await pages(lambda position, size: store.list_notifications(status, lead_id, position, size), limit)

    assert await walk(None) == rows[::-1]
    assert await walk("pending") == [rows[5], rows[0]]
    assert await walk("sent", an_id(1)) == [rows[1]]
    assert await walk(None, an_id(0)) == [rows[6], rows[4], rows[2], rows[0]]


async def test_what_capture_told_is_kept_for_each_channel_a_person_takes(store: Store) -> None:
    (rep,) = await add_reps(store, 1, notify_sms=True, phone="+1-555-0100")
    found = await captured_lead(store, intake())

    sent = await pages(lambda position, size: store.list_notifications(None, found.id, position, size))

    assert [(n.notification_type, n.recipient, n.user_id, n.status) for n in sent[::-1]] == [
        ("slack", "#leads", rep.id, "pending"),
        ("email", rep.email, rep.id, "pending"),
        ("sms", "+1-555-0100", rep.id, "pending"),
    ]


async def test_the_story_of_a_lead_reads_in_order(store: Store) -> None:
    (rep,) = await add_reps(store, 1)
    found = await captured_lead(store, intake())
    await advance(store, found.id, "Contacted", at=NOW + HOUR)

    told = [row.description for row in (await store.list_activities(found.id, None, 10)).items]

    assert told == [
        "Changed status from New to Contacted",
        f"Assigned to {rep.full_name} by turn",
        "Came in by API with a score of 95, Hot",
    ]


async def write(
    store: Store,
    activities_: list[Activity] | None = None,
    submissions: list[SubmissionRecord] | None = None,
    notifications: list[Notification] | None = None,
) -> None:
    async def work(tx: Tx) -> None:
        tx.add_activities(activities_ or [])
        tx.add_submissions(submissions or [])
        tx.add_notifications(notifications or [])

    await store.transact(work)
