"""Delivery on every store: what is queued is sent, in order, and settled once; a lease that was lost is not settled."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from leadline.domain.delivery import TRIES_MAX
from leadline.domain.notifications import Notification
from leadline.domain.suppressions import Suppression
from leadline.ids import new_id
from leadline.ports import Store, Tx
from leadline.ports.channels import PermanentFault, TransientFault
from leadline.ports.notifications import Claim
from leadline.usecases.notify import deliver, release_held
from leadline.usecases.sending import LEASE_SECONDS, Delivery
from tests.builders import NOW, WARM, intake, lead, user
from tests.invariants import trail
from tests.recorded import Recorder, Sent
from tests.steps import add_reps, advance, captured_lead, change, notifications, put

GOES_ON = asyncio.Event()


def a_delivery(
    store: Store, channel: Recorder, at: datetime = NOW, name: str = "one", **channels: Recorder
) -> Delivery:
    return Delivery(
        store,
        {"slack": channel, **channels},
        new_id,
        lambda: at,
        lambda: 0.5,
        name,
        "https://x.example.com",
        {},  # type: ignore[dict-item]
    )


async def a_hot_lead(store: Store, **fields: Any) -> Any:
    """A rep who takes Slack only, and a Hot lead of theirs: one row in the queue."""
    (rep,) = await add_reps(store, 1, notify_email=False)
    return rep, await captured_lead(store, intake(**fields))


async def the_row(store: Store) -> Notification:
    (row,) = await notifications(store)
    return row


async def queue(store: Store, *rows: Notification) -> None:
    async def work(tx: Tx) -> None:
        tx.add_notifications(rows)

    await store.transact(work)


async def test_a_message_is_sent_and_what_was_said_is_kept_with_the_answer(store: Store) -> None:
    _, found = await a_hot_lead(store, company_name="Größe GmbH")
    channel = Recorder()

    assert await deliver(a_delivery(store, channel), "slack", GOES_ON) == 1
    assert await deliver(a_delivery(store, channel), "slack", GOES_ON) == 0

    row = await the_row(store)
    assert channel.sent == [Sent("#leads", "hot_lead_alert: Größe GmbH", str(row.id))]
    assert (row.status, row.sent_at, row.subject, row.body) == (
        "sent",
        NOW,
        "About Größe GmbH",
        "hot_lead_alert: Größe GmbH",
    )
    assert (row.provider_id, row.provider_response, row.leased_by) == ("id-1", "ok", None)
    (entry,) = [e for e in await trail(store, found.id) if e.action_type == "slack_sent"]
    assert entry.new_value == '{"template": "hot_lead_alert"}'


async def test_a_fault_that_passes_is_tried_again_with_the_same_key_and_in_the_end_failed(store: Store) -> None:
    _, found = await a_hot_lead(store)

    def away(recipient: str) -> None:
        raise TransientFault("ratelimited", 30.0)

    channel = Recorder(before=away)
    at = NOW
    waits = []
    for _ in range(TRIES_MAX):
        await deliver(a_delivery(store, channel, at), "slack", GOES_ON)
        row = await the_row(store)
        waits.append(row.next_attempt_at)
        at = row.next_attempt_at or at

    assert waits[0] == NOW + timedelta(seconds=30)
    assert (row.status, row.retry_count, row.error_message) == ("failed", TRIES_MAX, "ratelimited")
    assert channel.tried == TRIES_MAX
    failures = [e for e in await trail(store, found.id) if e.action_type == "notification_failed"]
    assert ["ratelimited" in e.description for e in failures] == [True]


async def test_a_refusal_fails_at_once_and_lets_the_next_one_through(store: Store) -> None:
    rows = [Notification(new_id(), "slack", "lead_waiting", "#leads", NOW) for _ in range(2)]
    await queue(store, *rows)

    def refuse_the_first(recipient: str) -> None:
        if channel.tried == 1:
            raise PermanentFault("channel_not_found")

    channel = Recorder(before=refuse_the_first)
    await deliver(a_delivery(store, channel), "slack", GOES_ON)

    assert [(row.status, row.error_message) for row in await notifications(store)] == [
        ("failed", "channel_not_found"),
        ("sent", None),
    ]


async def test_behind_a_row_that_is_tried_again_the_others_to_that_recipient_wait(store: Store) -> None:
    rows = [Notification(new_id(), "slack", "lead_waiting", name, NOW) for name in ("#a", "#a", "#b")]
    await queue(store, *rows)

    def away(recipient: str) -> None:
        if recipient == "#a":
            raise TransientFault("away")

    await deliver(a_delivery(store, Recorder(before=away)), "slack", GOES_ON)

    found = await notifications(store)
    assert [(row.status, row.retry_count, row.leased_by) for row in found] == [
        ("pending", 1, None),
        ("pending", 0, None),
        ("sent", 0, None),
    ]


async def test_a_lease_that_somebody_else_took_over_meanwhile_is_not_settled(store: Store) -> None:
    _, found = await a_hot_lead(store)
    gate = asyncio.Event()
    slow = Recorder(gate=gate)
    sending = asyncio.create_task(deliver(a_delivery(store, slow), "slack", GOES_ON))
    await slow.arrived.wait()

    later = NOW + timedelta(seconds=LEASE_SECONDS)
    (taken,) = await store.claim_notifications(Claim("slack", "two", later, later + timedelta(seconds=LEASE_SECONDS)))
    gate.set()
    await sending

    assert len(slow.sent) == 1
    assert await the_row(store) == taken
    assert [e for e in await trail(store, found.id) if e.action_type == "slack_sent"] == []


async def test_a_channel_that_is_not_configured_holds_and_configuring_it_sends_what_is_young(store: Store) -> None:
    old = Notification(new_id(), "slack", "lead_waiting", "#leads", NOW - timedelta(hours=30))
    await queue(store, old)
    await a_hot_lead(store)
    channel = Recorder(hindrance="SLACK_BOT_TOKEN is not set")
    d = a_delivery(store, channel)
    await deliver(d, "slack", GOES_ON)
    held = [(row.status, row.error_message) for row in await notifications(store)]
    assert await release_held(d, "slack") == 0

    channel.hindrance = None
    assert await release_held(d, "slack") == 2
    await deliver(d, "slack", GOES_ON)

    assert held == [("held", "SLACK_BOT_TOKEN is not set")] * 2
    assert [(row.status, row.status_reason) for row in await notifications(store)] == [
        ("suppressed", "too_old"),
        ("sent", None),
    ]


async def test_a_channel_that_is_not_there_holds_its_rows(store: Store) -> None:
    await queue(store, Notification(new_id(), "sms", "lead_waiting", "+15550100", NOW))

    await deliver(a_delivery(store, Recorder()), "sms", GOES_ON)

    assert (await the_row(store)).error_message == "there is no channel sms in this version"


async def test_a_lead_that_was_contacted_meanwhile_alerts_nobody(store: Store) -> None:
    _, found = await a_hot_lead(store)
    await advance(store, found.id, "Contacted")
    channel = Recorder()

    await deliver(a_delivery(store, channel), "slack", GOES_ON)

    assert channel.sent == []
    assert ((row := await the_row(store)).status, row.status_reason) == ("suppressed", "contacted")


async def test_what_is_behind_another_message_is_said_of_the_lead_as_it_is_by_then(store: Store) -> None:
    await queue(store, Notification(new_id(), "slack", "lead_waiting", "#leads", NOW - timedelta(minutes=1)))
    _, found = await a_hot_lead(store)
    channel = Recorder(gate=asyncio.Event())
    sending = asyncio.create_task(deliver(a_delivery(store, channel), "slack", GOES_ON))
    await channel.arrived.wait()
    await advance(store, found.id, "Contacted")
    assert channel.gate is not None
    channel.gate.set()
    await sending

    assert [(row.status, row.status_reason) for row in await notifications(store)] == [
        ("sent", None),
        ("suppressed", "contacted"),
    ]


async def test_an_address_that_nobody_has_gets_no_second_letter_and_a_users_is_left_to_an_admin(store: Store) -> None:
    person = user()
    known = lead(email_key=person.email_key, email=person.email, category="Warm")
    await put(store, [known], [person])
    letter = Notification(new_id(), "email", "warm_lead_nurture", known.email, NOW, known.id)
    alert = Notification(new_id(), "email", "lead_waiting", person.email, NOW, known.id, person.id)
    await queue(store, alert)

    def nobody(recipient: str) -> None:
        raise PermanentFault("550 no such user", is_dead_address=True)

    d = a_delivery(store, Recorder(), email=Recorder(before=nobody))
    await deliver(d, "email", GOES_ON)
    after_alert = await store.list_suppressions()
    await queue(store, letter, replace(letter, id=new_id()))
    await deliver(d, "email", GOES_ON)

    assert after_alert == []
    assert [(found.address, found.reason) for found in await store.list_suppressions()] == [
        (known.email_key, "dead_address")
    ]
    assert [(row.status, row.status_reason) for row in await notifications(store)] == [
        ("failed", "dead_address"),
        ("failed", "dead_address"),
        ("suppressed", "unsubscribed"),
    ]


async def test_recipients_that_take_nothing_for_now_do_not_stop_the_others(store: Store) -> None:
    names = [f"grey{n}@x.example.com" for n in range(8)] + ["z@x.example.com"]
    await queue(store, *(Notification(new_id(), "email", "lead_waiting", name, NOW) for name in names))

    def greylist(recipient: str) -> None:
        if recipient.startswith("grey"):
            raise TransientFault("451 greylisted", is_there=True)

    mail = Recorder(before=greylist)
    d = a_delivery(store, Recorder(), email=mail)
    await deliver(d, "email", GOES_ON)

    assert [sent.recipient for sent in mail.sent] == ["z@x.example.com"]
    assert mail.tried == len(names)


async def test_a_dead_mail_server_does_not_slow_slack(store: Store) -> None:
    rows = [Notification(new_id(), "email", "lead_waiting", f"r{n}@x.example.com", NOW) for n in range(8)]
    await queue(store, *rows)
    await a_hot_lead(store)
    dead, slack = Recorder(gate=asyncio.Event()), Recorder()
    d = a_delivery(store, slack, email=dead)
    hanging = asyncio.create_task(deliver(d, "email", GOES_ON))
    await dead.arrived.wait()
    await deliver(d, "slack", GOES_ON)
    sent = list(slack.sent)
    assert dead.gate is not None
    dead.gate.set()
    await hanging

    assert len(sent) == 1


async def test_who_unsubscribed_gets_no_mail_and_a_user_of_the_same_address_does(store: Store) -> None:
    person = user()
    known = lead(email_key=person.email_key, email=person.email, category="Warm")
    await put(store, [known], [person])
    to_lead = Notification(new_id(), "email", "warm_lead_nurture", known.email, NOW, lead_id=known.id)
    to_user = Notification(new_id(), "email", "lead_waiting", person.email, NOW, known.id, person.id)

    async def work(tx: Tx) -> None:
        tx.add_suppressions([Suppression(known.email_key, "unsubscribed", NOW)])
        tx.add_notifications([to_lead, to_user])

    await store.transact(work)
    mail = Recorder()
    await deliver(a_delivery(store, Recorder(), email=mail), "email", GOES_ON)

    assert [sent.key for sent in mail.sent] == [str(to_user.id)]
    assert (await notifications(store))[0].status_reason == "unsubscribed"


async def test_warm_leads_are_gathered_in_one_digest_at_the_hour_that_was_chosen(store: Store) -> None:
    (rep,) = await add_reps(store, 1, notify_email=False)
    await change(store, rep, digest_at="13:00")
    for name in ("One", "Two"):
        await captured_lead(store, intake(company_name=name, **WARM))
    channel = Recorder()
    await deliver(a_delivery(store, channel), "slack", GOES_ON)
    before = [row.status_reason for row in await notifications(store) if row.notification_type == "slack"]

    later = a_delivery(store, channel, NOW + timedelta(hours=1))
    await release_held(later, "slack")
    await deliver(later, "slack", GOES_ON)

    assert before == ["digest", "digest"]
    assert [sent.body for sent in channel.sent] == ["digest: One, Two"]
    told = [row for row in await notifications(store) if row.notification_type == "slack"]
    assert [(row.status, row.provider_id) for row in told] == [("sent", "id-1")] * 2


async def test_what_is_claimed_when_the_worker_is_told_to_stop_is_given_back(store: Store) -> None:
    await a_hot_lead(store)
    stopping = asyncio.Event()
    stopping.set()
    channel = Recorder()

    await deliver(a_delivery(store, channel), "slack", stopping)

    row = await the_row(store)
    assert (channel.tried, row.status, row.leased_by, row.lease_until) == (0, "pending", None, None)


async def test_a_provider_that_is_away_is_asked_a_few_times_and_then_left_alone(store: Store) -> None:
    def away(recipient: str) -> None:
        raise TransientFault("away")

    rows = [Notification(new_id(), "slack", "lead_waiting", f"#{n}", NOW) for n in range(20)]
    await queue(store, *rows)
    channel = Recorder(before=away)
    d = a_delivery(store, channel)

    for _ in range(3):
        await deliver(d, "slack", GOES_ON)

    assert channel.tried < 20
    assert all(row.leased_by is None for row in await notifications(store))


async def test_two_workers_send_each_message_once(store: Store) -> None:
    rows = [Notification(new_id(), "slack", "lead_waiting", f"#{n % 6}", NOW) for n in range(24)]
    await queue(store, *(replace(row, created_at=NOW + timedelta(minutes=n)) for n, row in enumerate(rows)))
    channel = Recorder()

    async def work(name: str) -> None:
        d = a_delivery(store, channel, NOW + timedelta(days=1), name)
        while any(row.status == "pending" for row in await notifications(store)):
            await deliver(d, "slack", GOES_ON)
            # The memory store never gives the turn away.
            await asyncio.sleep(0)

    async with asyncio.timeout(60):
        await asyncio.gather(work("one"), work("two"))

    assert sorted(sent.key for sent in channel.sent) == sorted(str(row.id) for row in rows)
