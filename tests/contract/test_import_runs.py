"""Import runs on every store: written once, gone on with by one at a time, read back as they are."""

from dataclasses import replace

import pytest

from leadline.domain.imports import ImportRun
from leadline.ports import LostRace, Store, Tx
from tests.builders import NOW, import_run


async def add_import_runs(store: Store, *runs: ImportRun) -> None:
    async def work(tx: Tx) -> None:
        tx.add_import_runs(runs)

    await store.transact(work)


async def test_a_run_comes_back_as_it_was_written(store: Store) -> None:
    plain = import_run()
    full = import_run(
        mapping={"a.b/c": "", "ключ": "message"},
        columns=["b", "a.b/c", "ключ"],
        preset="HubSpot",
        routes=True,
        notifies=True,
        done=9,
        created=4,
        duplicate=3,
        rejected=2,
        finished_at=NOW,
        undone_at=NOW,
        actor_name="Ann Lee",
        user_id=plain.id,
        source="Fair",
        undo_rows=9,
        deleted=5,
        given_back=1,
        kept_count=2,
        kept={"a.b": "somebody has worked on it"},
    )
    await add_import_runs(store, plain, full)

    async def read(tx: Tx) -> list[ImportRun]:
        return await tx.import_runs()

    assert await store.list_import_runs() == [full, plain]
    assert sorted(await store.transact(read), key=lambda run: run.id) == [plain, full]


async def test_one_writer_at_a_time_goes_on_with_a_run(store: Store) -> None:
    run = import_run()
    await add_import_runs(store, run)

    async def go_on(tx: Tx) -> None:
        tx.update_import_runs([replace(run, done=5, created=5)])

    await store.transact(go_on)

    assert await store.list_import_runs() == [replace(run, done=5, created=5, version=2)]
    with pytest.raises(LostRace):
        await store.transact(go_on)


async def test_runs_are_paged_newest_first(store: Store) -> None:
    runs = [import_run(name=f"{n}.csv") for n in range(5)]
    await add_import_runs(store, *runs)

    first = await store.newest_import_runs(None, 2)
    second = await store.newest_import_runs(first.next, 2)
    third = await store.newest_import_runs(second.next, 2)

    assert [run.name for run in (*first.items, *second.items, *third.items)] == [f"{n}.csv" for n in (4, 3, 2, 1, 0)]
    assert third.next is None
