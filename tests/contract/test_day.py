"""A day of a small team, told step by step on every store: after each step the doctor finds nothing."""

from collections.abc import AsyncIterator, Awaitable
from datetime import datetime, timedelta
from typing import Any

import pytest

from leadline.domain.default_ruleset import DEFAULT_RULESET
from leadline.domain.leads import Lead, Status
from leadline.domain.users import User
from leadline.ports import Store
from leadline.usecases import hand_over, mark
from leadline.usecases.doctor import examine
from leadline.usecases.index import index_leads
from leadline.usecases.one_lead import Act, change_lead
from leadline.usecases.rules import current_ruleset
from leadline.usecases.signals import Signal, count_signal
from tests.builders import COLD, HOT, NOW, WARM, deciding, intake
from tests.conftest import backends
from tests.steps import add_reps, advance, capture, change

STORES = [pytest.param(name, marks=pytest.mark.long) if name.startswith("firestore") else name for name in backends()]
ANSWERS = (HOT, HOT, WARM, COLD)


class Day:
    """The team, its leads in the order they came, and the time."""

    def __init__(self, store: Store, reps: list[User]) -> None:
        self.store = store
        self.reps = reps
        self.leads: list[Lead] = []
        self.now = NOW

    def at(self) -> datetime:
        self.now += timedelta(minutes=3)
        return self.now

    async def come(self, number: int) -> None:
        """So many leads, in one batch."""
        at = self.at()
        items = [intake(at, **ANSWERS[n % len(ANSWERS)]) for n in range(number)]
        self.leads += [c.lead for c in await capture(self.store, *items, now=at) if c.lead]

    async def act(self, act: Act, *numbers: int, **options: Any) -> None:
        for number in numbers:
            await change_lead(self.store, self.leads[number].id, act, deciding(self.at()), **options)

    async def move(self, status: Status, *numbers: int) -> None:
        for number in numbers:
            await advance(self.store, self.leads[number].id, status, at=self.at())

    async def assign(self, *numbers: int) -> None:
        """To the reps in turn, whoever has them."""
        for number in numbers:
            await self.act(hand_over.assign_to(self.reps[number % 3].id), number)

    async def visit(self, *numbers: int) -> None:
        for number in numbers:
            event = Signal("pricing_page_visit", f"visit {number}", self.at(), self.leads[number].id)
            await count_signal(self.store, event, deciding(self.now))


async def steps(day: Day) -> AsyncIterator[Awaitable[object]]:
    """What happens, each step when the one before is done."""
    for _ in range(6):
        yield day.come(10)
    yield index_leads(day.store, "US")
    yield day.move("Contacted", *range(20))
    yield day.assign(1, 5, 9, 13, 22, 23, 27, 31)
    yield day.move("Qualified", *range(8))
    yield day.move("Disqualified", *range(8, 24))
    yield day.visit(*range(0, 30, 3))
    yield change(day.store, day.reps[0], day.at(), is_active=False)
    yield day.move("New", *range(8, 18))
    yield day.act(mark.set_spam(True), 25, 26, 30)
    yield day.act(mark.delete, 32, 33)
    yield day.act(mark.set_spam(False), 26)
    yield day.act(mark.restore, 33, deleted=True)
    yield day.act(mark.edit({"company_size": "1000+", "industry": "Software/SaaS"}), 35, 39, 43)
    yield day.act(hand_over.unassign, 36, 40)
    yield day.act(hand_over.assign_auto, 36)
    yield day.move("Contacted", *range(8, 14))
    yield change(day.store, day.reps[1], day.at(), max_active_leads=30)
    yield change(day.store, day.reps[0], day.at(), is_active=True)
    yield day.move("Opportunity", *range(4))
    yield index_leads(day.store, "US")


@pytest.mark.timeout(600)
@pytest.mark.parametrize("backend", STORES, indirect=True)
async def test_after_each_step_of_a_day_the_doctor_finds_nothing(store: Store) -> None:
    await current_ruleset(store, DEFAULT_RULESET, NOW)
    day = Day(store, await add_reps(store, 3, max_active_leads=12))

    number = 0
    async for step in steps(day):
        await step
        number += 1
        assert (await examine(store, "US")).findings == [], f"after step {number}"

    statuses = [(await store.get_lead(each.id)).status for each in day.leads]
    assert (len(day.leads), statuses[:4], statuses[18:24]) == (60, ["Opportunity"] * 4, ["Disqualified"] * 6)
    assert statuses[8:18] == ["Contacted"] * 6 + ["New"] * 4
