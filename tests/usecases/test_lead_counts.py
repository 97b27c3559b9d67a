"""The doctor names counts of leads that drifted, and mends them."""

from leadline.domain.findings import FIX
from leadline.domain.lead_counts import Cell
from leadline.storage.memory import MemoryStore
from leadline.usecases.doctor import examine
from leadline.usecases.mend import examine_and_mend
from tests.builders import COLD, an_id, deciding, intake
from tests.steps import add_reps, capture


async def test_a_count_too_many_and_one_of_leads_that_never_were_are_mended() -> None:
    store = MemoryStore()
    (rep,) = await add_reps(store, 1)
    await capture(store, intake(), intake(**COLD))
    right = dict(store._state.lead_counts)
    hot = Cell(rep.id, "Hot", "New", False, False)
    store._state.lead_counts = {**right, hot: 3, Cell(an_id(9), "Warm", "Qualified", True, True): -1}

    found, left = await examine_and_mend(store, deciding(), None)

    named = [finding for finding in found.findings if finding.where.startswith("lead_counts/")]
    assert [(finding.rule, finding.cure) for finding in named] == [("counters", FIX)] * 2
    assert "are kept as 3, and a recount says 1" in named[0].what
    assert not left.is_miscounted
    assert store._state.lead_counts == right


async def test_in_a_house_in_order_no_count_is_wrong() -> None:
    store = MemoryStore()
    await add_reps(store, 1)
    await capture(store, intake(), intake(**COLD))

    assert not (await examine(store, None)).is_miscounted
