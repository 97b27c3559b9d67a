"""`leadline notify`: what a channel says, and trying again."""

import json
from dataclasses import replace

from leadline.clock import utc_now
from leadline.domain.notifications import Notification
from leadline.ids import new_id
from leadline.ports import Store, Tx
from tests.cli.conftest import Run, on_store
from tests.steps import notifications


async def fail_one(store: Store) -> Notification:
    row = Notification(new_id(), "email", "lead_assigned", "rep@company.example.com", utc_now())
    failed = replace(row, status="failed", error_message="550 no such user", retry_count=8)

    async def work(tx: Tx) -> None:
        tx.add_notifications([failed])

    await store.transact(work)
    return failed


def test_a_channel_that_is_not_configured_says_what_is_missing(run: Run) -> None:
    said = run("notify", "test", "--channel", "email", "--to", "ann@firm.example.com", "--json")

    assert said.exit_code == 1
    assert json.loads(said.stdout)["is_sent"] is False
    assert "SMTP_URL" in json.loads(said.stdout)["response"]


def test_what_failed_is_queued_again_one_or_all(run: Run) -> None:
    first, _ = on_store(fail_one), on_store(fail_one)

    one = run("notify", "retry", first.id)
    rest = run("notify", "retry", "--json")
    unknown = run("notify", "retry", new_id())

    assert (one.exit_code, one.stdout) == (0, "1 queued again\n")
    assert (rest.exit_code, json.loads(rest.stdout)) == (0, {"retried": 1})
    assert unknown.exit_code == 3
    assert [row.status for row in on_store(notifications)] == ["pending", "pending"]
