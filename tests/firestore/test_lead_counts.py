"""The counts of leads in ten documents: one write a commit, odd fields passed over, drift mended, a new database counted."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from google.cloud.firestore_v1 import AsyncClient, Increment

from leadline.domain.findings import FIX
from leadline.domain.lead_counts import Cell
from leadline.storage.firestore import migrate
from leadline.storage.firestore.lead_counts import SHARDS, cell_of_key, key_of, read_counts, shard_path
from leadline.storage.firestore.store import FirestoreStore, open_store
from leadline.usecases.mend import examine_and_mend
from tests.builders import COLD, an_id, deciding, intake, lead
from tests.steps import add_reps, capture, put

BEFORE = "008_forms"
HOT = Cell(None, "Hot", "New", False, False)


@pytest.fixture
async def store(firestore_project: str) -> AsyncIterator[FirestoreStore]:
    opened = await open_store(firestore_project)
    yield opened
    await opened.close()


async def kept(client: AsyncClient) -> list[dict[str, Any]]:
    """The documents that are there."""
    return [found.to_dict() or {} async for found in client.collection("leadCounts").stream()]


@pytest.mark.parametrize(
    "cell",
    [HOT, Cell(an_id(7), "Cold", "Opportunity", True, False), Cell(an_id(8), "Warm", "Disqualified", False, True)],
)
def test_a_cell_has_a_plain_word_for_a_name_and_is_found_by_it_again(cell: Cell) -> None:
    assert key_of(cell).isidentifier()
    assert cell_of_key(key_of(cell)) == cell


@pytest.mark.parametrize(
    "key", ["", "Hot", "Hot_New_0_0_x", "Hot_New_2_0_nobody", "Tepid_New_0_0_nobody", "Hot_Old_0_0_nobody"]
)
def test_a_name_that_is_none_of_ours_names_no_cell(key: str) -> None:
    assert cell_of_key(key) is None


async def test_a_batch_of_leads_of_many_sorts_adds_to_one_document(store: FirestoreStore) -> None:
    await add_reps(store, 3)
    await capture(store, *(intake(**more) for more in ({}, {}, {}, COLD, COLD)))

    (document,) = await kept(store._client)
    assert (len(document["counts"]), sum(document["counts"].values())) == (4, 5)


async def test_what_drifted_is_named_and_mended_and_odd_fields_are_passed_over(store: FirestoreStore) -> None:
    await put(store, [lead(category="Hot"), lead(category="Cold")])
    right = await read_counts(store._client)
    odd = {key_of(HOT): Increment(3), key_of(HOT._replace(is_waiting=True)): 2, "what_is_this": 4}
    await store._client.document(shard_path(SHARDS - 1)).set({"counts": odd}, merge=True)
    assert (await store.count_open(()))["Hot"] == 6

    found, left = await examine_and_mend(store, deciding(), None)

    named = [finding for finding in found.findings if finding.where == "lead_counts/nobody"]
    assert [finding.cure for finding in named] == [FIX, FIX]
    assert not left.is_miscounted
    assert await read_counts(store._client) == right == {HOT: 1, HOT._replace(category="Cold"): 1}


async def test_an_upgrade_counts_the_leads_and_counts_anew_after_the_way_back(store: FirestoreStore) -> None:
    project = str(store._client.project)
    await put(store, [lead(category="Hot"), lead(category="Hot"), lead(is_deleted=True)])
    await store._client.document(shard_path(4)).set({"counts": {key_of(HOT): 40}})

    await migrate.upgrade(project)
    assert await read_counts(store._client) == {HOT: 2}
    await migrate.downgrade(project, BEFORE)
    assert await read_counts(store._client) == {}
    await migrate.upgrade(project)

    assert await read_counts(store._client) == {HOT: 2}
