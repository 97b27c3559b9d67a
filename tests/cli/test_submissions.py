"""`leadline submissions` on a real database."""

import json

from leadline.clock import utc_now
from leadline.ports import Store
from leadline.usecases.capture import capture_leads
from tests.builders import faulty_intake, intake
from tests.cli.conftest import Run, on_store
from tests.rule_sets import begin, fresh_house


async def two_postings(store: Store) -> None:
    await begin(store)
    now = utc_now()
    await capture_leads(store, fresh_house(), [intake(now), faulty_intake(now)], now)


def test_a_day_is_summed_up_in_a_line_and_as_json(run: Run) -> None:
    run("migrate")
    on_store(two_postings)

    today, empty = run("submissions", "summary"), run("submissions", "summary", "--day", "2020-02-29")
    told = json.loads(run("submissions", "summary", "--json").stdout)

    assert (today.exit_code, empty.exit_code) == (0, 0)
    assert today.stdout.strip().endswith(
        "received 2, created 1, duplicate 0, rejected 1, spam 0, quarantined 0, lost 0"
    )
    assert empty.stdout.startswith("2020-02-29: received 0,")
    assert (told["received"], told["created"], told["rejected"], told["lost"], told["lost_ids"]) == (2, 1, 1, 0, [])


def test_a_day_that_is_none_is_wrong_use(run: Run) -> None:
    assert run("submissions", "summary", "--day", "yesterday").exit_code == 2
