"""The kept counts of leads on every store: equal to a recount after whatever changes leads."""

import asyncio
import random
from collections import Counter
from dataclasses import replace

from leadline.domain.lead_counts import Cell, cell_of
from leadline.domain.leads import CATEGORIES, STATUSES, Lead
from leadline.ports import Store, Tx
from leadline.usecases.doctor import examine
from tests.builders import COLD, NOW, an_id, faulty_intake, intake, lead, user
from tests.invariants import every_lead
from tests.steps import add_reps, advance, capture, captured_lead, index_all, put, rewrite

USERS = [user(id=an_id(100 + n)) for n in range(2)]
OWNERS = [None, *(each.id for each in USERS)]
HOT_OF_NOBODY = Cell(None, "Hot", "New", False, False)


async def kept(store: Store) -> dict[Cell, int]:
    async with store.moment() as at:
        return await at.lead_counts()


async def recounted(store: Store) -> dict[Cell, int]:
    return dict(Counter(cell for each in await every_lead(store) if (cell := cell_of(each)) is not None))


def some_lead(chance: random.Random, before: Lead | None = None) -> Lead:
    """A lead of any sort; the same one elsewhere, if one is given."""
    return replace(
        before or lead(),
        category=chance.choice(CATEGORIES),
        status=chance.choice(STATUSES),
        assigned_to=chance.choice(OWNERS),
        needs_review=chance.random() < 0.3,
        is_spam=chance.random() < 0.2,
        is_deleted=chance.random() < 0.2,
        waiting_since=chance.choice([None, NOW]),
    )


async def test_counts_are_those_of_a_recount_after_leads_were_added_changed_and_indexed(store: Store) -> None:
    chance = random.Random(7)
    leads = [some_lead(chance) for _ in range(30)]
    await put(store, leads, USERS)
    assert await kept(store) == await recounted(store)

    async def move(tx: Tx) -> None:
        tx.update_leads([some_lead(chance, each) for each in await tx.leads([each.id for each in leads[:20]])])

    for _ in range(3):
        await store.transact(move)
        assert await kept(store) == await recounted(store)
    await index_all(store)

    assert await kept(store) == await recounted(store) != {}


async def test_one_commit_may_change_some_leads_and_add_others(store: Store) -> None:
    known, new = lead(category="Hot"), [lead(category="Hot"), lead(category="Warm", assigned_to=USERS[0].id)]
    await put(store, [known], USERS)

    async def work(tx: Tx) -> None:
        (stored,) = await tx.leads([known.id])
        tx.update_leads([replace(stored, category="Cold")])
        tx.add_leads(new)

    await store.transact(work)

    assert await kept(store) == {
        replace_category("Cold"): 1, replace_category("Hot"): 1, Cell(USERS[0].id, "Warm", "New", False, False): 1,
    }  # fmt: skip


def replace_category(category: str) -> Cell:
    return HOT_OF_NOBODY._replace(category=category)


async def test_a_transaction_that_fails_counts_nothing(store: Store) -> None:
    async def work(tx: Tx) -> None:
        tx.add_leads([lead(category="Hot")])
        raise RuntimeError

    await asyncio.gather(store.transact(work), return_exceptions=True)

    assert await kept(store) == {}


async def test_the_demo_leaves_no_count_behind(store: Store) -> None:
    chance = random.Random(8)
    real = [some_lead(chance) for _ in range(5)]
    await put(store, [*real, *(replace(some_lead(chance), is_demo=True) for _ in range(12))], USERS)

    async def remove(tx: Tx) -> None:
        tx.remove_demo()

    await store.transact(remove, routing=True)

    assert await kept(store) == await recounted(store)
    assert sum((await kept(store)).values()) == sum(cell_of(each) is not None for each in real)


async def test_counts_stay_exact_while_leads_arrive_and_people_work_on_others(store: Store) -> None:
    await add_reps(store, 2)
    known = [await captured_lead(store, intake()) for _ in range(3)]

    await asyncio.gather(
        *(capture(store, intake(), intake(**COLD), faulty_intake()) for _ in range(3)),
        *(advance(store, each.id, "Contacted") for each in known),
    )

    assert await kept(store) == await recounted(store)
    assert not (await examine(store, None)).is_miscounted


async def test_a_recount_leaves_right_counts_as_they_are(store: Store) -> None:
    chance = random.Random(9)
    await put(store, [some_lead(chance) for _ in range(9)], USERS)
    right = await kept(store)

    await store.recount()

    assert await kept(store) == right != {}


async def test_a_lead_that_changes_back_is_where_it_was(store: Store) -> None:
    (rep,) = await add_reps(store, 1)
    mine = await captured_lead(store, intake())
    before = await kept(store)

    await rewrite(store, mine.id, is_deleted=True)
    assert await kept(store) == {}
    await rewrite(store, mine.id, is_deleted=False)

    assert await kept(store) == before == {Cell(rep.id, mine.category, "New", False, False): 1}
