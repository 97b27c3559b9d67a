"""Copying from any store to any other: equal checksums, whatever was in the way."""

import pytest

from leadline.domain.errors import Unavailable
from leadline.domain.suppressions import Suppression
from leadline.ports import Store, Tx
from leadline.sealing import Sealer
from leadline.storage.memory import MemoryStore
from leadline.usecases import mark
from leadline.usecases.api_keys import add_api_key
from leadline.usecases.capture import capture_leads
from leadline.usecases.copy import copy_all, tally
from leadline.usecases.demo import add_demo
from leadline.usecases.draft import add_draft
from leadline.usecases.endpoints import add_endpoint
from leadline.usecases.invitations import invite_person
from leadline.usecases.one_lead import change_lead
from tests.builders import HOUSE, NOW, ROBOT, deciding, faulty_intake, import_run, intake
from tests.contract.test_import_runs import add_import_runs
from tests.invariants import broken_rules
from tests.rule_sets import TURNED, begin

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]


ENDPOINT = {"name": "contact", "provider": "tally", "secrets": ["a good secret"], "mapping": {"Firma": "company_name"}}


def quiet(name: str, written: int) -> None:
    """Nobody looks at the progress of a test."""


async def suppress(store: MemoryStore) -> None:
    async def work(tx: Tx) -> None:
        tx.add_suppressions([Suppression("ann@firm.example.com", "unsubscribed", NOW)])

    await store.transact(work)


async def filled() -> MemoryStore:
    """The demo, a key, an invitation, a rule set, a draft, an endpoint, an import, a rejected posting, messages, a spam lead, a deleted one."""
    source = MemoryStore(rehearse=False)
    await begin(source)
    await add_draft(source, HOUSE.new_id(), TURNED, ROBOT, NOW)
    await add_demo(source, HOUSE, NOW)
    await add_endpoint(source, ENDPOINT, Sealer("the key of the tests").seal, HOUSE.new_id, NOW, frozenset())
    await add_import_runs(source, import_run())
    await add_api_key(source, "a key", ("leads:read",), HOUSE.new_id, NOW)
    await suppress(source)
    await invite_person(source, {"full_name": "Ann Lee", "email": "ann@team.example.com"}, deciding())
    items = [intake(extra_note=5), intake(), intake(), faulty_intake()]
    _, spam, gone, _ = await capture_leads(source, HOUSE, items, NOW)
    await change_lead(source, spam.lead.id, mark.set_spam(True), deciding())
    await change_lead(source, gone.lead.id, mark.delete, deciding())
    return source


async def test_there_and_back_everything_is_as_it_was(store: Store) -> None:
    source, back = await filled(), MemoryStore(rehearse=False)

    await copy_all(source, store, quiet)
    await copy_all(store, back, quiet)

    assert await tally(store) == await tally(source)
    assert await tally(back) == await tally(source)
    assert all(found.count for name, found in (await tally(back)).items())
    assert await broken_rules(back) == []


async def test_a_copy_that_was_cut_off_is_finished_by_another(store: Store) -> None:
    source = await filled()
    written = 0

    def cut_off(name: str, count: int) -> None:
        nonlocal written
        written += 1
        if written == 6:
            raise Unavailable("cut off")

    with pytest.raises(Unavailable):
        await copy_all(source, store, cut_off)
    await copy_all(source, store, quiet)
    again = await tally(store)
    await copy_all(source, store, quiet)

    assert again == await tally(source) == await tally(store)
