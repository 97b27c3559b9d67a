"""The real channels behind the real queue: what is queued arrives, and a card follows its lead."""

import asyncio
from typing import Any

from leadline.domain.notifications import ChannelName, Notification
from leadline.ids import new_id
from leadline.ports import Tx
from leadline.ports.channels import Channel
from leadline.storage.memory import MemoryStore
from leadline.usecases.hand_over import assign_to
from leadline.usecases.notify import deliver
from leadline.usecases.one_lead import change_lead
from leadline.usecases.sending import Delivery
from tests.builders import NOW, deciding, intake
from tests.channels.mail_provider import LINKS, mail_provider
from tests.channels.slack_provider import slack_provider
from tests.steps import add_reps, captured_lead, notifications

GOES_ON = asyncio.Event()


def a_delivery(store: MemoryStore, name: ChannelName, channel: Channel) -> Delivery:
    return Delivery(store, {name: channel}, new_id, lambda: NOW, lambda: 0.5, "one", "https://x.example.com", {})


async def test_a_card_is_posted_and_edited_when_another_one_gets_the_lead(memory: MemoryStore) -> None:
    await add_reps(memory, 2, notify_email=False)
    lead = await captured_lead(memory, intake(company_name="Northwind"))
    other = next(user for user in await memory.list_users() if user.id != lead.assigned_to)

    async with slack_provider() as slack:
        queue = a_delivery(memory, "slack", slack.channel)
        await deliver(queue, "slack", GOES_ON)
        await change_lead(memory, lead.id, assign_to(other.id), deciding(notifies=False))
        await deliver(queue, "slack", GOES_ON)

    (posted, first), (edited, second) = slack.asked
    assert (posted, edited) == ("chat.postMessage", "chat.update")
    assert (second["channel"], second["ts"]) == ("C024BE91L", "1405895017.000506")
    assert "Northwind" in first["text"]
    assert f"owned by {other.full_name}" in str(second["blocks"])
    assert [row.status for row in await notifications(memory)] == ["sent", "sent"]


async def test_a_link_for_a_password_arrives_and_is_not_kept(memory: MemoryStore) -> None:
    row = Notification(new_id(), "email", "password_reset", "rita@company.example.com", NOW)

    async def work(tx: Tx) -> None:
        tx.add_notifications([row])

    await memory.transact(work)
    async with mail_provider() as mail:
        await deliver(a_delivery(memory, "email", mail.channel), "email", GOES_ON)

    (kept,) = await notifications(memory)
    sent: Any = mail.taken[0].replace("=\r\n", "").replace("=3D", "=")
    assert LINKS.welcome(row.id) in sent
    assert kept.status == "sent"
    assert LINKS.welcome_token(row.id) not in repr(kept)
