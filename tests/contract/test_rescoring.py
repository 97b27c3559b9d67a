"""Rescoring the open leads on every store: who changes, what it does to owners, and that no lead is left behind."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from leadline.domain.errors import Conflict
from leadline.domain.explanation import explain
from leadline.domain.leads import Lead, is_open
from leadline.domain.lifecycle import allowed
from leadline.domain.rescoring import Move as Moved
from leadline.domain.scoring import compile
from leadline.ports import Store
from leadline.usecases import hand_over, mark
from leadline.usecases.advance import Move, advance
from leadline.usecases.capture import capture_leads
from leadline.usecases.deciding import House
from leadline.usecases.one_lead import Act, change_lead
from leadline.usecases.preview import preview
from leadline.usecases.rescore_leads import HOLD_SECONDS_MAX, Pace, Progress
from leadline.usecases.rules import find_newest, find_ruleset
from tests.builders import COLD, HOT, NOW, WARM, intake, lead
from tests.invariants import broken_rules, every_lead, trail
from tests.racing import together
from tests.rule_sets import TURNED, begin, decided_in, fresh_house, publish, renamed, rescore, thresholds
from tests.steps import add_reps, change, notifications, put

LATER = NOW + timedelta(hours=1)


async def captured(store: Store, *items: dict[str, str], house: House | None = None) -> list[Lead]:
    """A lead of each of these answers."""
    answers = await capture_leads(store, house or fresh_house(), [intake(**fields) for fields in items], NOW)
    return [answer.lead for answer in answers if answer.lead is not None]


async def act(store: Store, changed: Lead, doing: Act) -> Lead:
    return await change_lead(store, changed.id, doing, decided_in(fresh_house()))


async def now_of(store: Store, *leads: Lead) -> list[Lead]:
    return [await store.get_lead(one.id) for one in leads]


async def kinds_of(store: Store, one: Lead) -> list[str]:
    return [entry.action_type for entry in await trail(store, one.id)]


# --- what changes


async def test_scores_and_categories_follow_and_the_trail_says_why(store: Store) -> None:
    await begin(store)
    hot, cold = await captured(store, HOT, COLD)
    await publish(store, TURNED)

    progress = await rescore(store, at=LATER)

    hot_now, cold_now = await now_of(store, hot, cold)
    assert (hot_now.lead_score, hot_now.category, hot_now.ruleset_version) == (70, "Warm", 2)
    assert (cold_now.lead_score, cold_now.category, cold_now.score_breakdown) == (90, "Hot", {"company_size": 90})
    assert hot_now.updated_at == LATER
    entries = (await trail(store, hot.id))[-2:]
    assert [(e.action_type, e.description, e.actor_kind) for e in entries] == [
        ("score_updated", "Score went from 95 to 70: rule set 2 was published", "system"),
        ("category_changed", "Went from Hot to Warm", "system"),
    ]
    assert (progress.done, progress.changed, progress.left) == (2, 2, 0)
    assert progress.migration.moved == 2


async def test_a_lead_that_scores_the_same_moves_to_the_version_and_is_not_touched_otherwise(store: Store) -> None:
    await begin(store)
    (before,) = await captured(store, HOT)
    length = len(await trail(store, before.id))
    await publish(store, renamed())

    progress = await rescore(store, at=LATER)

    assert await now_of(store, before) == [replace(before, ruleset_version=2)]
    assert len(await trail(store, before.id)) == length
    assert (progress.done, progress.changed) == (1, 0)


async def test_other_thresholds_move_a_lead_whose_score_stays(store: Store) -> None:
    await begin(store)
    (warm,) = await captured(store, WARM)
    await publish(store, thresholds(70, 30))

    await rescore(store)

    (now,) = await now_of(store, warm)
    assert (now.lead_score, now.category) == (73, "Hot")
    assert (await kinds_of(store, warm))[-1] == "category_changed"


async def test_other_groups_of_the_same_points_are_written_without_a_word(store: Store) -> None:
    await begin(store)
    (hot,) = await captured(store, HOT)
    groups = [group | {"name": f"new_{group['name']}"} for group in renamed()["groups"]]
    await publish(store, renamed() | {"groups": groups})

    await rescore(store)

    (now,) = await now_of(store, hot)
    assert (now.raw_score, set(now.score_breakdown)) == (95, {f"new_{name}" for name in hot.score_breakdown})
    assert await kinds_of(store, now) == await kinds_of(store, hot)


async def test_closed_leads_keep_the_version_that_scored_them(store: Store) -> None:
    await begin(store)
    await add_reps(store, 1)
    gone, won = await captured(store, HOT, HOT)
    await act(store, gone, advance(Move("Disqualified", "not_a_fit")))
    for status in ("Contacted", "Qualified", "Opportunity"):
        await act(store, won, advance(Move(status)))
    before = await now_of(store, gone, won)
    await publish(store, TURNED)

    progress = await rescore(store)

    assert await now_of(store, gone, won) == before
    assert progress.done == 0


async def test_deleted_and_spam_leads_that_are_open_are_ready_to_come_back(store: Store) -> None:
    await begin(store)
    await add_reps(store, 1)
    deleted, spam = await captured(store, COLD, COLD)
    await act(store, deleted, mark.delete)
    await act(store, spam, mark.set_spam(True))
    await publish(store, TURNED)

    await rescore(store)

    for now in await now_of(store, deleted, spam):
        assert (now.ruleset_version, now.category, now.assigned_to, now.waiting_since) == (2, "Hot", None, None)


async def test_an_old_lead_is_explained_by_the_rules_that_scored_it(store: Store) -> None:
    await begin(store)
    old, moved = await captured(store, HOT, HOT)
    await act(store, old, advance(Move("Disqualified", "not_a_fit")))
    await publish(store, TURNED)
    await rescore(store)

    for now, score in zip(await now_of(store, old, moved), (95, 70), strict=True):
        explained = explain(now, await find_ruleset(store, now.ruleset_version))
        assert (explained.raw_score, now.lead_score) == (score, score)


# --- routing


async def test_a_cold_lead_that_warms_up_is_routed_and_one_that_cools_down_stops_waiting(store: Store) -> None:
    await begin(store)
    waiting, cold, colder = await captured(store, HOT, COLD, COLD)
    (rep,) = await add_reps(store, 1, max_active_leads=0)
    assert (await now_of(store, waiting))[0].waiting_since is not None
    points = [{"when": {"company_size": "1-10"}, "points": 90}, {"when": {"company_size": "51-200"}, "points": 5}]
    await publish(store, TURNED | {"groups": [{"name": "company_size", "rules": points}]})

    await rescore(store)

    first, second, third = await now_of(store, waiting, cold, colder)
    assert (first.category, first.waiting_since, first.waiting_reason) == ("Cold", None, None)
    assert {(one.category, one.waiting_reason) for one in (second, third)} == {("Hot", "no_capacity")}
    await change(store, rep, max_active_leads=1)
    assert Counter(one.assigned_to for one in await now_of(store, cold, colder)) == {rep.id: 1, None: 1}
    assert await broken_rules(store) == []


async def test_leads_are_given_in_turn_and_never_over_a_cap(store: Store) -> None:
    await begin(store)
    reps = await add_reps(store, 2, max_active_leads=2)
    leads = await captured(store, *([COLD] * 5))
    await publish(store, TURNED)

    await rescore(store)

    owners = Counter(one.assigned_to for one in await now_of(store, *leads))
    assert owners == {reps[0].id: 2, reps[1].id: 2, None: 1}
    assert await broken_rules(store) == []


async def test_a_returning_address_goes_to_the_owner_it_had(store: Store) -> None:
    await begin(store)
    _, owner = await add_reps(store, 2)
    (first,) = await captured(store, HOT | {"email": "ann@firm.example.com"})
    await act(store, first, hand_over.assign_to(owner.id))
    house, later = fresh_house(), NOW + timedelta(days=2)
    (again,) = await capture_leads(store, house, [intake(later, email="ann@firm.example.com", **COLD)], later)
    await publish(store, TURNED)

    await rescore(store)

    assert again.lead is not None
    assert (await store.get_lead(again.lead.id)).assigned_to == owner.id
    assert await broken_rules(store) == []


async def test_a_score_never_changes_an_owner(store: Store) -> None:
    await begin(store)
    (rep,) = await add_reps(store, 1)
    (hot,) = await captured(store, HOT)
    points = [{"when": {"company_size": "51-200"}, "points": 5}]
    await publish(store, TURNED | {"groups": [{"name": "company_size", "rules": points}]})

    await rescore(store)

    (now,) = await now_of(store, hot)
    assert (now.category, now.assigned_to) == ("Cold", rep.id)
    assert await broken_rules(store) == []


@pytest.mark.parametrize("told", [False, True], ids=["in silence", "told to notify"])
async def test_nobody_is_told_unless_the_publication_says_so(store: Store, told: bool) -> None:
    await begin(store)
    await add_reps(store, 1, max_active_leads=2)
    await captured(store, COLD, WARM)
    before = len(await notifications(store))
    await publish(store, {"name": "All Hot", "groups": [{"name": "fit", "rules": [
        {"when": {"company_size": ["1-10", "11-50", "51-200", "201-1000", "1000+"]}, "points": 85}]}]}, notifies=told)  # fmt: skip

    await rescore(store)

    new = (await notifications(store))[before:]
    # Slack and e-mail, for the Cold lead that is given away and for the Warm one that its owner had.
    assert Counter(row.template_name for row in new) == ({"hot_lead_alert": 4} if told else {})


# --- what happens between the look and the write


async def rescored_with(store: Store, meanwhile: Callable[[], Any]) -> None:
    """Rescore, and do something once all leads were looked at and those that stay the same were moved."""
    calls = 0

    async def pause() -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            await meanwhile()

    await rescore(store, pause=pause)


async def one_that_stays_and_one_that_warms_up(store: Store) -> tuple[Lead, Lead]:
    """The second is Warm, owned, and Hot by the rules that are published."""
    await begin(store)
    await add_reps(store, 2)
    stays, warms_up = await captured(store, HOT, WARM)
    await publish(store, thresholds(70, 50))
    return stays, warms_up


async def test_a_lead_that_lost_its_owner_meanwhile_is_routed(store: Store) -> None:
    _, warms_up = await one_that_stays_and_one_that_warms_up(store)

    await rescored_with(store, lambda: act(store, warms_up, hand_over.unassign))

    (now,) = await now_of(store, warms_up)
    assert (now.ruleset_version, now.category) == (2, "Hot")
    assert now.assigned_to is not None
    assert (now.route_decision or {})["how"] == "turn"
    assert await broken_rules(store) == []


async def test_a_lead_that_was_closed_meanwhile_keeps_its_version(store: Store) -> None:
    stays, warms_up = await one_that_stays_and_one_that_warms_up(store)

    await rescored_with(store, lambda: act(store, warms_up, advance(Move("Disqualified", "not_a_fit"))))

    assert [one.ruleset_version for one in await now_of(store, stays, warms_up)] == [2, 1]


async def test_a_lead_that_was_scored_meanwhile_is_not_told_of_twice(store: Store) -> None:
    _, warms_up = await one_that_stays_and_one_that_warms_up(store)

    await rescored_with(store, lambda: act(store, warms_up, mark.edit({"company_size": "51-200"})))

    assert (await kinds_of(store, warms_up)).count("category_changed") == 1


# --- resuming, progress, preview


async def test_what_was_cut_off_is_finished_by_the_next_run(store: Store) -> None:
    await begin(store)
    await add_reps(store, 2)
    await captured(store, *([HOT, COLD, WARM] * 12))
    await publish(store, TURNED)
    batches = 0

    async def cut_off() -> None:
        nonlocal batches
        batches += 1
        if batches == 2:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await rescore(store, pause=cut_off)
    half = Counter(one.ruleset_version for one in await every_lead(store))
    assert await broken_rules(store) == []
    progress = await rescore(store)
    again = await rescore(store)

    assert 0 < half[1] < 36
    assert (progress.done, progress.left, again.done) == (half[1], 0, 0)
    assert {one.ruleset_version for one in await every_lead(store)} == {2}
    for one in await every_lead(store):
        assert (await kinds_of(store, one)).count("score_updated") == 1
    assert await broken_rules(store) == []


async def test_progress_is_told_after_each_page(store: Store) -> None:
    await begin(store)
    await captured(store, HOT, COLD)
    await publish(store, renamed())
    heard: list[tuple[int, int]] = []

    def tell(progress: Progress) -> None:
        heard.append((progress.done, progress.left))

    await rescore(store, tell=tell)

    assert heard[0] == (2, 0)


async def test_leads_of_several_older_versions_are_brought_to_the_newest(store: Store) -> None:
    await begin(store)
    house = fresh_house()
    await captured(store, HOT, house=house)
    await publish(store, TURNED)
    await captured(store, HOT, house=house)
    await publish(store, renamed())

    progress = await rescore(store, house)

    assert progress.version == 3
    assert {(one.ruleset_version, one.lead_score) for one in await every_lead(store)} == {(3, 95)}


async def test_leads_to_rescore_are_paged_by_version_and_id(store: Store) -> None:
    leads = [lead(ruleset_version=version) for version in (1, 2, 1, 3, 2)]
    closed = lead(ruleset_version=1, status="Opportunity")
    await put(store, [*leads, closed])

    found, position = [], None
    while True:
        page = await store.list_standings(3, position, 2)
        found += page.items
        position = page.next
        if position is None:
            break

    expected = sorted(leads, key=lambda one: (one.ruleset_version, one.id))[:4]
    assert [(row.id, row.ruleset_version) for row in found] == [(one.id, one.ruleset_version) for one in expected]
    assert [row.company_name for row in found] == ["Firm"] * 4
    assert await store.count_standings(3) == 4


async def test_a_lead_that_changed_since_it_was_looked_at_is_not_moved(store: Store) -> None:
    seen, other = lead(), lead(ruleset_version=5)
    await put(store, [seen, other])

    async def move(tx: Any) -> None:
        tx.move_to_ruleset(3, [(seen.id, 2), (other.id, 1)])

    await store.transact(move)

    assert [one.ruleset_version for one in await now_of(store, seen, other)] == [1, 5]


async def test_a_preview_says_what_will_happen_and_changes_nothing(store: Store) -> None:
    await begin(store)
    await add_reps(store, 1)
    hot, warm, cold, _ = await captured(store, HOT, WARM, COLD, HOT)
    before = await every_lead(store)
    moves: list[Moved] = []
    await publish(store, TURNED)
    newest = await find_newest(store)
    assert newest is not None

    migration, is_whole = await preview(store, compile(newest.ruleset), moves.append)
    unchanged = await every_lead(store)
    await rescore(store)

    assert unchanged == before
    assert is_whole
    assert {(move.lead_id, move.old_category, move.new_category, move.new_score) for move in moves} == {
        (one.id, one.category, now.category, now.lead_score)
        for one in before
        for now in await now_of(store, one)
        if now.category != one.category
    }
    assert {move.lead_id for move in moves} == {one.id for one in before} - {warm.id}
    assert migration.counts == {("Hot", "Warm"): 2, ("Warm", "Warm"): 1, ("Cold", "Hot"): 1}
    assert {hot.id, cold.id} <= {move.lead_id for move in moves}


async def test_a_preview_leaves_out_who_is_done_already(store: Store) -> None:
    await begin(store)
    await captured(store, HOT)
    await publish(store, TURNED)
    newest = await find_newest(store)
    assert newest is not None
    await rescore(store)
    await put(store, [lead(ruleset_version=2, category="Cold", company_size="1-10")])

    migration, _ = await preview(store, compile(newest.ruleset), lambda move: None, done_version=2)

    assert migration.counts == {("Warm", "Warm"): 1, ("Cold", "Cold"): 1}


# --- at once with everything else


async def anything(store: Store, house: House, chance: random.Random) -> None:
    """A post, a step, an edit, an event: what goes on while rules change. Who was slower hears of a Conflict."""
    try:
        leads = [one for one in await every_lead(store) if not one.is_deleted]
        if chance.random() < 0.5 or not leads:
            items = [intake(**chance.choice([HOT, WARM, COLD])) for _ in range(chance.randrange(1, 4))]
            await capture_leads(store, house, items, NOW)
            return
        chosen = chance.choice(leads)
        steps = [advance(_step(chosen, chance)), mark.edit({"company_size": chance.choice(["1-10", "1000+"])})]
        await change_lead(store, chosen.id, chance.choice(steps), decided_in(house))
    except Conflict:
        return


def _step(chosen: Lead, chance: random.Random) -> Move:
    statuses = allowed(chosen.status) or ("New",)
    status = chance.choice(statuses)
    return Move(status, "not_a_fit") if status == "Disqualified" else Move(status)


@pytest.mark.parametrize("seed", [1, *(pytest.param(n, marks=pytest.mark.long) for n in range(2, 6))])
async def test_whatever_happens_while_rules_change_no_open_lead_is_left_behind(
    store: Store, backend: str, seed: int
) -> None:
    """Posts and steps by two processes, two publications and rescoring, all at once."""
    await begin(store)
    reps = await add_reps(store, 3, max_active_leads=6)
    processes = [fresh_house(), fresh_house()]
    await captured(store, *([HOT, COLD, WARM] * (2 if backend == "firestore" else 10)))
    acts: list[Callable[[], Any]] = [
        lambda n=n: anything(store, processes[n % 2], random.Random(f"{seed} {n}"))  # type: ignore[misc]
        for n in range(10 if backend == "firestore" else 40)
    ]
    middle = len(acts) // 2
    acts[middle:middle] = [lambda: publish(store, TURNED), lambda: rescore(store, processes[0])]
    acts.append(lambda: publish(store, thresholds(60, 20)))
    acts.append(lambda: rescore(store, processes[1]))

    await together(acts, 6)
    await rescore(store)

    newest = await find_newest(store)
    assert newest is not None
    scorer = compile(newest.ruleset)
    for one in await every_lead(store):
        if is_open(one):
            assert one.ruleset_version == newest.ruleset.version == 3
            assert one.score_breakdown == scorer.score(one).score_breakdown
            assert one.category == scorer.score(one).category
    assert await broken_rules(store, may_exceed=[rep.id for rep in reps]) == []


async def test_every_lead_that_comes_in_after_a_publication_is_scored_by_it(store: Store, backend: str) -> None:
    """A capture that was under way commits before the publication, one that commits after it has the new version."""
    await begin(store)
    number = 4 if backend == "firestore" else 15
    house, after = fresh_house(), []

    async def post(at: int) -> None:
        (answer,) = await capture_leads(store, house, [intake()], NOW)
        assert answer.lead is not None
        if at > 0:
            after.append(answer.lead.ruleset_version)

    async def publish_and_post() -> None:
        await publish(store, TURNED)
        await together([lambda: post(1) for _ in range(number)])

    await together([*[lambda: post(0)] * number, publish_and_post, *[lambda: post(0)] * number])
    await rescore(store)

    assert after == [2] * number
    assert {one.ruleset_version for one in await every_lead(store)} == {2}


# --- the pace


@pytest.mark.parametrize(
    ("took", "size"),
    [(0.0, 32), (HOLD_SECONDS_MAX / 2, 16), (HOLD_SECONDS_MAX * 1.1, 8), (5.0, 8)],
    ids=["quick", "well", "too long", "far too long"],
)
def test_a_batch_that_held_others_up_is_followed_by_a_smaller_one(took: float, size: int) -> None:
    pace = Pace(64, HOLD_SECONDS_MAX)

    pace.took(took)

    assert pace.size == size


def test_a_batch_is_never_empty_and_never_more_than_a_transaction_takes() -> None:
    small, large = Pace(64, HOLD_SECONDS_MAX, 1), Pace(64, HOLD_SECONDS_MAX, 64)

    small.took(9.0)
    large.took(0.0)

    assert (small.size, large.size) == (1, 64)
