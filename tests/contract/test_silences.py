"""Endpoints that fell silent, on every store: told of once per spell, to managers and admins, by every channel they want."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

from leadline.clock import utc_now
from leadline.domain.intake import SubmissionRecord, stable_id
from leadline.ports import Store, Tx
from leadline.sealing import Sealer
from leadline.usecases.endpoints import add_endpoint, update_endpoint
from leadline.usecases.silences import find_silences, silence_notes, tell_of_silences
from tests.builders import HOUSE, deciding, user
from tests.steps import notifications, put

HOUR = timedelta(hours=1)
NOW = utc_now()
SEALER = Sealer("the key of the tests")


async def post(store: Store, endpoint: str, times: list[datetime]) -> None:
    rows = [
        SubmissionRecord(stable_id(at, endpoint), "form", b"", "quarantined", at, endpoint=endpoint) for at in times
    ]

    async def work(tx: Tx) -> None:
        tx.add_submissions(rows)

    await store.transact(work)


def hourly(until: datetime) -> list[datetime]:
    return [until - n * HOUR for n in range(75)]


async def test_a_spell_is_told_of_once_to_whom_it_concerns(store: Store) -> None:
    boss = user(role="manager", notify_slack=True, notify_email=True)
    admin = user(role="admin", notify_slack=True, notify_email=True)
    await put(store, users=[boss, admin, user(), user(role="manager", is_active=False)])
    await post(store, "contact", hourly(NOW - 9 * HOUR))
    await post(store, "busy", hourly(NOW - HOUR))

    told = await asyncio.gather(*(tell_of_silences(store, deciding(NOW)) for _ in range(3)))
    again = await tell_of_silences(store, deciding(NOW + HOUR))

    assert sorted(told) == [[], [], ["contact"]]
    assert again == []
    rows = await notifications(store)
    assert {row.template_name for row in rows} == {"endpoint_silent"}
    assert sorted((row.notification_type, row.recipient) for row in rows) == sorted(
        [("slack", "#leads"), ("email", boss.email), ("email", admin.email)]
    )
    assert {row.lead_id for row in rows} == {None}
    assert all("Nothing has come in at contact since" in (row.subject or "") for row in rows)
    assert all("at least every 1 hour." in (row.body or "") for row in rows)


async def test_the_next_spell_is_told_of_again(store: Store) -> None:
    await put(store, users=[user(role="admin")])
    await post(store, "contact", hourly(NOW - 30 * HOUR))
    first = await tell_of_silences(store, deciding(NOW - 20 * HOUR))
    await post(store, "contact", [NOW - 29 * HOUR + n * HOUR for n in range(15)])

    between, second = [await tell_of_silences(store, deciding(at)) for at in (NOW - 14 * HOUR, NOW)]

    assert (first, between, second) == (["contact"], [], ["contact"])


async def test_with_nobody_to_tell_the_spell_is_told_of_when_somebody_comes(store: Store) -> None:
    await post(store, "contact", hourly(NOW - 9 * HOUR))
    before = await tell_of_silences(store, deciding(NOW))
    await put(store, users=[user(role="manager")])

    assert (before, await tell_of_silences(store, deciding(NOW))) == ([], ["contact"])


async def test_an_endpoint_that_was_switched_off_is_not_missed_and_the_doctor_names_the_others(store: Store) -> None:
    made = await add_endpoint(
        store, {"name": "fair", "provider": "generic"}, SEALER.seal, HOUSE.new_id, NOW, frozenset()
    )
    for name in ("fair", "contact"):
        await post(store, name, hourly(NOW - 9 * HOUR))
    await update_endpoint(store, made.id, {"active": False}, SEALER.seal, NOW)

    silences = await find_silences(store, NOW)

    assert list(silences) == ["contact"]
    (note,) = silence_notes(silences)
    assert note.startswith(f"endpoint contact is silent since {NOW - 9 * HOUR:%Y-%m-%d %H:%M} UTC")


async def test_replays_are_no_postings(store: Store) -> None:
    times = hourly(NOW - 9 * HOUR)
    await post(store, "contact", times)
    replay = SubmissionRecord(HOUSE.new_id(), "form", b"", "spam", NOW, endpoint="contact")

    async def work(tx: Tx) -> None:
        tx.add_submissions([replace(replay, replay_of=stable_id(times[0], "contact"))])

    await store.transact(work)

    assert list(await find_silences(store, NOW)) == ["contact"]
