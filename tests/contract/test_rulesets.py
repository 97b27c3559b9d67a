"""Rule sets on every store: drafts, publication, roll back, and who scores by which from when on."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from leadline.domain.activities import Actor
from leadline.domain.default_ruleset import DEFAULT_RULESET
from leadline.domain.errors import Conflict, Invalid, NotFound
from leadline.domain.publications import DRAFTS_MAX, Draft, Published, StaleDraft
from leadline.domain.scoring import compile
from leadline.ids import new_id
from leadline.ports import LostRace, Store, Tx
from leadline.usecases import mark
from leadline.usecases.advance import Move, advance
from leadline.usecases.capture import capture_leads
from leadline.usecases.draft import add_draft, change_draft, get_draft, remove_draft
from leadline.usecases.one_lead import change_lead
from leadline.usecases.publish import Publication, publish_draft, roll_back
from leadline.usecases.rules import find_newest, list_rules
from leadline.usecases.signals import Signal, count_signal
from tests.builders import NOW, ROBOT, intake, lead
from tests.invariants import pages
from tests.racing import together
from tests.rule_sets import (
    DEFAULT,
    TURNED,
    begin,
    decided_in,
    fresh_house,
    publish,
    renamed,
    rules,
)
from tests.steps import add_reps

LATER = NOW + timedelta(hours=1)
ADA = Actor("user", "Ada Admin", UUID(int=7))


async def drafted(store: Store, document: dict[str, object] | None = None) -> Draft:
    return await add_draft(store, new_id(), document or renamed("Drafted"), ADA, NOW)


# --- publishing


async def test_the_first_start_publishes_the_default_once(store: Store) -> None:
    await begin(store)
    await begin(store)

    (first,) = (await store.list_rulesets(None, 10)).items
    assert (first.ruleset, first.published_at, first.actor_kind, first.actor_name) == (
        DEFAULT_RULESET,
        NOW,
        "system",
        "Leadline",
    )


async def test_versions_ascend_and_say_who_published_them(store: Store) -> None:
    await begin(store)

    second = await publish(store, renamed("Second") | {"version": 77}, LATER, notifies=True)

    assert second == Published(
        replace(rules(renamed("Second")), version=2), LATER, ROBOT.kind, ROBOT.name, ROBOT.user_id, None, True
    )
    assert await store.get_ruleset(2) == second
    assert [row.ruleset.version for row in (await store.list_rulesets(None, 10)).items] == [2, 1]


async def test_a_roll_back_is_a_new_version_with_the_old_words(store: Store) -> None:
    await begin(store)
    await publish(store, TURNED)

    third = await roll_back(store, 1, Publication(ADA, LATER))

    assert third.ruleset == replace(DEFAULT_RULESET, version=3)
    assert (third.restores, third.actor_name, third.user_id) == (1, ADA.name, ADA.user_id)
    assert (await store.get_ruleset(1)).ruleset == DEFAULT_RULESET
    assert (await find_newest(store)) == third


async def test_nothing_is_rolled_back_to_what_scores_or_never_was(store: Store) -> None:
    await begin(store)

    with pytest.raises(Conflict, match="the one that scores"):
        await roll_back(store, 1, Publication(ADA, NOW))
    with pytest.raises(NotFound):
        await roll_back(store, 2, Publication(ADA, NOW))

    assert len((await store.list_rulesets(None, 10)).items) == 1


async def test_many_who_publish_at_once_get_a_version_each(store: Store, backend: str) -> None:
    await begin(store)
    number = 4 if backend == "firestore" else 10

    published = await together([lambda n=n: publish(store, renamed(f"Rules {n}")) for n in range(number)])  # type: ignore[misc]

    assert sorted(row.ruleset.version for row in published) == list(range(2, number + 2))
    assert {row.ruleset.version: row for row in published} == {
        row.ruleset.version: row for row in (await store.list_rulesets(None, number)).items
    }


async def test_a_version_that_is_none_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound):
        await store.get_ruleset(1)
    assert await find_newest(store) is None


async def test_published_rule_sets_are_paged_newest_first(store: Store) -> None:
    await begin(store)
    for number in range(4):
        await publish(store, renamed(f"Rules {number}"))

    found = await pages(store.list_rulesets, 2)

    assert [row.ruleset.version for row in found] == [5, 4, 3, 2, 1]


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 10])
async def test_drafts_and_published_ones_are_one_list(store: Store, limit: int) -> None:
    await begin(store)
    await publish(store, renamed("Second"))
    drafts = [await drafted(store) for _ in range(3)]

    found = await pages(lambda position, size: list_rules(store, position, size), limit)

    assert [row.id if isinstance(row, Draft) else row.ruleset.version for row in found] == [
        *(draft.id for draft in drafts[::-1]),
        2,
        1,
    ]


# --- drafts


async def test_a_draft_is_kept_changed_and_taken_away(store: Store) -> None:
    draft = await drafted(store)
    assert await store.list_drafts() == [draft]

    changed = await change_draft(store, draft.id, TURNED, ROBOT, LATER, seen="1")

    assert changed == replace(
        draft,
        ruleset=rules(TURNED),
        updated_at=LATER,
        actor_kind=ROBOT.kind,
        actor_name=ROBOT.name,
        user_id=None,
        version=2,
    )
    assert await get_draft(store, draft.id) == changed
    assert await remove_draft(store, draft.id, seen="2") == changed
    assert await store.list_drafts() == []


async def test_a_draft_that_changed_since_is_left_alone(store: Store) -> None:
    draft = await drafted(store)
    await change_draft(store, draft.id, TURNED, ROBOT, LATER)

    for attempt in (
        change_draft(store, draft.id, renamed(), ADA, LATER, seen="1"),
        remove_draft(store, draft.id, seen="1"),
        publish_draft(store, draft.id, Publication(ADA, LATER), seen="1"),
    ):
        with pytest.raises(StaleDraft):
            await attempt

    assert (await get_draft(store, draft.id)).ruleset == rules(TURNED)
    assert await find_newest(store) is None


async def test_of_two_who_change_a_draft_as_they_saw_it_one_hears_that_it_changed(store: Store) -> None:
    draft = await drafted(store)

    async def change(name: str) -> str:
        try:
            await change_draft(store, draft.id, renamed(name), ADA, LATER, seen="1")
        except StaleDraft:
            return "stale"
        return name

    answers = await together([lambda: change("One"), lambda: change("Other")])

    assert (await get_draft(store, draft.id)).ruleset.name in answers
    assert sorted(answers)[-1] == "stale"


async def test_a_stale_version_is_a_lost_race(store: Store) -> None:
    draft = await drafted(store)

    async def update(tx: Tx) -> None:
        tx.update_drafts([replace(draft, version=7)])

    async def remove(tx: Tx) -> None:
        tx.remove_drafts([replace(draft, version=7)])

    for work in (update, remove):
        with pytest.raises(LostRace):
            await store.transact(work)

    assert await store.list_drafts() == [draft]


async def test_what_is_faulty_is_kept_nowhere(store: Store) -> None:
    draft = await drafted(store)
    bad = renamed() | {"thresholds": {"hot": 50, "warm": 80}, "colour": "red"}

    with pytest.raises(Invalid) as refused:
        await add_draft(store, new_id(), bad, ADA, NOW)
    with pytest.raises(Invalid):
        await change_draft(store, draft.id, bad, ADA, NOW)

    assert {fault.pointer for fault in refused.value.faults} == {"/thresholds", "/colour"}
    assert await store.list_drafts() == [draft]


async def test_a_draft_that_is_not_there_is_not_found(store: Store) -> None:
    for attempt in (
        get_draft(store, UUID(int=1)),
        change_draft(store, UUID(int=1), TURNED, ADA, NOW),
        remove_draft(store, UUID(int=1)),
        publish_draft(store, UUID(int=1), Publication(ADA, NOW)),
    ):
        with pytest.raises(NotFound):
            await attempt


async def test_there_is_an_end_to_drafts(memory: Store) -> None:
    for _ in range(DRAFTS_MAX):
        await drafted(memory)

    with pytest.raises(Conflict, match="publish or delete one"):
        await drafted(memory)


async def test_a_published_draft_is_no_draft_any_more(store: Store) -> None:
    await begin(store)
    draft = await drafted(store, TURNED)

    published = await publish_draft(store, draft.id, Publication(ADA, LATER), seen="1")

    assert published.ruleset == replace(rules(TURNED), version=2)
    assert await store.list_drafts() == []
    with pytest.raises(NotFound):
        await publish_draft(store, draft.id, Publication(ADA, LATER))


# --- who scores by which


async def test_a_process_scores_by_the_new_rules_from_the_publication_on(store: Store) -> None:
    """Two houses are two processes: neither is told, both read it in the transaction that scores."""
    await begin(store)
    await add_reps(store, 1)
    one, other = fresh_house(), fresh_house()
    (before,) = await capture_leads(store, one, [intake()], NOW)

    await publish(store, TURNED)

    for house in (one, other, one):
        (after,) = await capture_leads(store, house, [intake()], NOW)
        assert after.lead is not None
        assert (after.lead.ruleset_version, after.lead.lead_score, after.lead.category) == (2, 70, "Warm")
    assert before.lead is not None
    assert (before.lead.ruleset_version, before.lead.lead_score) == (1, 95)


async def test_nothing_that_was_decided_by_old_rules_commits_after_a_publication(store: Store) -> None:
    """A decision is held up in its transaction while somebody publishes: either the publication waits for it, or it is made
    anew by the new rules."""
    await begin(store)
    tasks: list[asyncio.Task[Published]] = []
    runs: list[tuple[int | None, bool]] = []

    async def decide(tx: Tx) -> None:
        version = (await tx.intake_view([], [])).ruleset_version
        if not tasks:
            tasks.append(asyncio.create_task(publish(store, TURNED)))
            await asyncio.wait(tasks, timeout=0.5)
        runs.append((version, tasks[0].done()))
        tx.add_leads([lead(ruleset_version=version or 0)])

    await store.transact(decide, routing=True)
    await tasks[0]

    assert runs[-1] in [(1, False), (2, True)]


async def test_an_edit_and_an_event_score_by_the_new_rules_too(store: Store) -> None:
    await begin(store)
    house = fresh_house()
    edited, visited = [
        c.lead for c in await capture_leads(store, house, [intake(), intake()], NOW) if c.lead is not None
    ]
    per_visit = {"name": "engagement", "rules": [{"per": "pricing_page_visits", "points": 7, "max": 70}]}
    await publish(store, TURNED | {"groups": [*TURNED["groups"], per_visit]})

    edit = await change_lead(store, edited.id, mark.edit({"company_size": "1-10"}), decided_in(house))
    await count_signal(store, Signal("pricing_page_visit", "1", NOW, lead_id=visited.id), decided_in(house))
    visit = await store.get_lead(visited.id)

    assert (edit.ruleset_version, edit.lead_score) == (2, 90)
    assert (visit.ruleset_version, visit.score_breakdown) == (2, {"company_size": 70, "engagement": 7})


async def test_a_closed_lead_keeps_its_version_until_it_is_reopened(store: Store) -> None:
    await begin(store)
    house = fresh_house()
    (captured,) = await capture_leads(store, house, [intake()], NOW)
    assert captured.lead is not None
    closed = Move("Disqualified", "not_a_fit")
    await change_lead(store, captured.lead.id, advance(closed), decided_in(house))
    await publish(store, TURNED)
    noted = await store.get_lead(captured.lead.id)

    reopened = await change_lead(store, captured.lead.id, advance(Move("New")), decided_in(house))

    assert (noted.ruleset_version, noted.lead_score) == (1, 95)
    assert (reopened.ruleset_version, reopened.lead_score, reopened.category) == (2, 70, "Warm")


async def test_what_was_shipped_can_be_published_again(store: Store) -> None:
    await begin(store)

    again = await publish(store, DEFAULT)

    assert again.ruleset == replace(DEFAULT_RULESET, version=2)


async def test_a_process_that_knew_newer_rules_follows_its_store(store: Store) -> None:
    """A database that was restored from a backup has older rules than the process that still runs."""
    await begin(store)
    house = replace(fresh_house(), scorer=compile(replace(rules(TURNED), version=9)))

    (captured,) = await capture_leads(store, house, [intake()], NOW)

    assert captured.lead is not None
    assert (captured.lead.ruleset_version, captured.lead.lead_score) == (1, 95)
