"""The figures of users on every store: changed relatively, and the mean as the domain has it."""

import random
from dataclasses import replace
from datetime import timedelta

from leadline.domain.users import UserChange, mean_minutes
from leadline.ports import Store
from tests.builders import NOW, user
from tests.steps import add_reps, bump, put


async def test_the_mean_response_is_the_one_of_the_domain(store: Store) -> None:
    chance = random.Random(5)
    people = [user() for _ in range(60)]
    await put(store, users=people)

    for _ in range(4):
        changes = [
            UserChange(
                p.id, response_minutes_sum=chance.choice([0, 1, 7, 50, 10**9]), response_count=chance.randrange(4)
            )
            for p in people
        ]
        await bump(store, *changes)

        for found in await store.list_users():
            assert found.avg_response_time_minutes == mean_minutes(found.response_minutes_sum, found.response_count)


async def test_several_changes_to_one_user_add_up_and_the_last_turn_stays(store: Store) -> None:
    (rep,) = await add_reps(store, 1)
    turns = [UserChange(rep.id, 1, 1, last_turn_seq=seq, last_turn_at=NOW + seq * timedelta(hours=1)) for seq in (2, 1)]

    await bump(store, *turns, UserChange(rep.id, -1, total_leads_contacted=1))

    assert await store.get_user(rep.id) == replace(
        rep, current_lead_count=1, total_leads_assigned=2, total_leads_contacted=1, last_turn_seq=2,
        last_turn_at=NOW + timedelta(hours=2),
    )  # fmt: skip
