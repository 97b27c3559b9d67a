"""Workers that are killed in the middle of their deliveries lose nothing, and send twice only what they had in hand."""

from pathlib import Path

import pytest
from bench.outbox import run

from leadline.usecases.notify import AT_ONCE
from tests.conftest import Servers, empty

MESSAGES = 500
pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]


@pytest.fixture
def url(servers: Servers) -> str:
    return servers.url("postgres")


async def test_each_message_goes_out_though_workers_are_killed(url: str, tmp_path: Path) -> None:
    await empty(url)

    outcome = await run(url, tmp_path / "ledger", MESSAGES, 3, 0.5)

    assert outcome.kills > 0
    assert (outcome.lost, outcome.unsettled) == (0, 0)
    # A fault between the send and the settle: at most what each killed worker was sending just then.
    assert outcome.doubles <= outcome.kills * AT_ONCE
    assert len(outcome.sent) <= MESSAGES + outcome.kills * AT_ONCE
    for recipient in {row.recipient for row in outcome.queued}:
        firsts = list(dict.fromkeys(key for to, key in outcome.sent if to == recipient))
        assert firsts == [str(row.id) for row in outcome.queued if row.recipient == recipient]
