"""A round of delivery, by what it asks of the store: what is decided is written down at once, what is looked up is asked for once."""

import asyncio
from collections import Counter

from leadline.ids import new_id
from leadline.storage.memory import MemoryStore
from leadline.usecases.notify import deliver
from leadline.usecases.sending import Delivery
from tests.builders import NOW, intake
from tests.recorded import Recorder
from tests.steps import add_reps, captured_lead, notifications


async def test_a_round_of_a_channel_that_cannot_send_is_one_transaction_however_many_rows_it_holds() -> None:
    calls: Counter[str] = Counter()

    def on_call(name: str) -> None:
        calls[name] += 1

    store = MemoryStore(rehearse=False, on_call=on_call)
    await add_reps(store, 3, notify_email=False)
    for _ in range(6):
        await captured_lead(store, intake())
    delivery = Delivery(store, {}, new_id, lambda: NOW, lambda: 0.5, "one", "https://x.example.com")
    calls.clear()

    assert await deliver(delivery, "slack", asyncio.Event()) == 6

    assert (calls["committed"], calls["find_leads"], calls["list_users"]) == (1, 1, 1)
    assert {(row.status, row.status_reason) for row in await notifications(store)} == {("held", "not_configured")}


async def test_what_is_held_does_not_keep_the_rest_of_the_round_back() -> None:
    store = MemoryStore()
    await add_reps(store, 1, notify_email=False)
    await add_reps(store, 1, notify_email=False, quiet_from="00:00", quiet_to="23:59")
    for _ in range(2):
        await captured_lead(store, intake())
    channel = Recorder()
    delivery = Delivery(
        store, {"slack": channel}, new_id, lambda: NOW, lambda: 0.5, "one", "https://x.example.com", pace_seconds={}
    )

    assert await deliver(delivery, "slack", asyncio.Event()) == 2

    assert Counter((row.status, row.status_reason) for row in await notifications(store)) == {
        ("sent", None): 1,
        ("held", "quiet_hours"): 1,
    }
    assert len(channel.sent) == 1
