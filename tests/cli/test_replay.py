"""`leadline submissions replay`: what the command says and how it ends."""

import json
from typing import Any

from leadline.clock import utc_now
from leadline.domain.endpoints import Endpoint
from leadline.domain.errors import Fault
from leadline.domain.intake import Intake
from leadline.ids import new_id
from leadline.ports import Store, Tx
from leadline.usecases.capture import capture_leads
from tests.builders import HOUSE, faulty_intake
from tests.cli.conftest import Run, on_store
from tests.invariants import every_lead


def posting(answers: dict[str, Any], **fields: Any) -> Intake:
    payload = json.dumps({"payload": {"data": answers}}).encode()
    given = {"way_in": "webflow", "payload": payload, "failed_as": "quarantined", "endpoint": "contact"}
    return faulty_intake(utc_now(), **(given | fields))


def quarantined(*items: Intake) -> None:
    """These postings, at an endpoint whose mapping was mended since."""

    async def work(store: Store) -> None:
        now = utc_now()
        mended = Endpoint(new_id(), "contact", "webflow", "token", now, now, mapping={"Wohin?": "email"})

        async def add(tx: Tx) -> None:
            tx.add_endpoints([mended])

        await store.transact(add)
        await capture_leads(store, HOUSE, items, now)

    on_store(work)


def test_it_says_what_it_would_do_does_it_and_has_nothing_left_to_do(run: Run) -> None:
    quarantined(
        posting({"Wohin?": "ann@firm.example.com"}),
        posting({"Wohin?": "nobody"}),
        posting({}, faults=[Fault("", "The body is not JSON.")]),
    )

    tried, done, again = (
        run("submissions", "replay", *options) for options in (["--dry-run", "--json"], ["--json"], [])
    )

    assert json.loads(tried.stdout) == {"found": 3, "settled": 0, "in_doubt": 1, "faulty": 1, "readable": 1}
    assert json.loads(done.stdout) == {"found": 3, "settled": 0, "in_doubt": 1, "faulty": 1, "outcomes": {"created": 1}}
    assert again.stdout == "found 3, settled 1, in doubt 1, faulty 1\n"
    assert [tried.exit_code, done.exit_code, again.exit_code] == [0, 0, 0]
    assert [lead.email for lead in on_store(every_lead)] == ["ann@firm.example.com"]


def test_what_is_named_and_not_there_is_3_and_what_cannot_be_named_is_2(run: Run) -> None:
    assert run("submissions", "replay", "--id", new_id()).exit_code == 3
    assert run("submissions", "replay", "--endpoint", "nowhere").exit_code == 3
    assert run("submissions", "replay", "--outcome", "created").exit_code == 2
