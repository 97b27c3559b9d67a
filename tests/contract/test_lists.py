"""The lists of leads: every store gives what `domain.lead_lists` says, in that order, on every page."""

import random
from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest

from leadline.domain.lead_lists import LeadQuery, matches, order_of, position_of
from leadline.domain.leads import CATEGORIES, STATUSES, Lead
from leadline.domain.search import words_of
from leadline.ports import Store
from leadline.usecases.index import BATCH, index_leads
from tests.builders import NOW, an_id, lead, user
from tests.invariants import every_lead, listed
from tests.narrowing import as_served
from tests.steps import index_all, put, rewrite

LEADS, QUERIES = 120, 50
USERS = [user(id=an_id(100 + n)) for n in range(3)]
# What a lead is counted by.
PLACES = ("assigned_to", "category", "status", "waiting_since", "needs_review", "is_deleted", "is_spam")
OWNERS = [*(u.id for u in USERS), None]
COMPANIES = ["Acme", "ACME Müller & Söhne", "Straße 7 GmbH", "株式会社アクメ", "O'Brien–Acme", "x", "Ünïcode ﬁne"]
WORDS = ["acme", "acm", "mull", "MÜLLER", "strasse", "株", "brien", "fine", "lead1", "example", "nobody", "7", "o'b"]


def some_leads(chance: random.Random) -> list[Lead]:
    """Leads that share times, scores and owners, so that every part of a position decides somewhere."""
    return [
        lead(
            id=UUID(int=chance.getrandbits(128)),
            company_name=chance.choice(COMPANIES),
            status=chance.choice(STATUSES),
            category=chance.choice(CATEGORIES),
            raw_score=chance.choice([-5, 0, 50, 50, 80, 120]),
            assigned_to=chance.choice(OWNERS),
            priority_flag=chance.random() < 0.3,
            needs_review=chance.random() < 0.3,
            is_spam=chance.random() < 0.15,
            is_deleted=chance.random() < 0.15,
            waiting_since=chance.choice([None, None, NOW]),
            source=chance.choice(["API", "Webflow Form", None]),
            created_at=NOW + timedelta(hours=chance.randrange(4)),
            updated_at=NOW + timedelta(hours=chance.randrange(4)),
        )
        for _ in range(LEADS)
    ]


def some_query(chance: random.Random) -> LeadQuery:
    """Each filter is there now and then, at a value that some leads have."""

    def maybe(likelihood: float, *values: Any) -> Any:
        return chance.choice(values) if chance.random() < likelihood else None

    def some_of(values: Iterable[Any]) -> tuple[Any, ...]:
        return tuple(chance.choices(list(values), k=chance.randrange(1, 4)))

    times = [NOW + timedelta(hours=n) for n in range(5)]
    words = words_of(" ".join(some_of(WORDS))) if chance.random() < 0.25 else ()
    return LeadQuery(
        categories=some_of(CATEGORIES) if chance.random() < 0.4 else CATEGORIES,
        statuses=maybe(0.5, (), some_of(STATUSES), STATUSES),
        owners=some_of(OWNERS) if chance.random() < 0.4 else (),
        source=maybe(0.15, "API", "Webflow Form", "none of these"),
        created_from=maybe(0.15, *times),
        created_to=maybe(0.15, *times),
        updated_since=maybe(0.25, *times),
        priority=maybe(0.15, True, False),
        needs_review=maybe(0.15, True, False),
        waiting=maybe(0.15, True, False),
        spam=chance.random() < 0.15,
        deleted=chance.random() < 0.15,
        words=tuple(words),
    )


def expected(query: LeadQuery, leads: Iterable[Lead]) -> list[UUID]:
    """What the domain says stands in a list, in its order."""
    found = [lead for lead in leads if matches(query, lead)]
    is_ascending = order_of(query) == "updated"
    return [lead.id for lead in sorted(found, key=lambda lead: position_of(query, lead), reverse=not is_ascending)]


def test_no_filter_is_left_untried() -> None:
    """A new filter that nobody adds to some_query would be held to `matches` on no store."""
    tried = [some_query(random.Random(seed)) for seed in range(200)]

    assert not [each.name for each in fields(LeadQuery) if len({getattr(query, each.name) for query in tried}) == 1]


@pytest.mark.parametrize(
    ("seed", "queries"), [(0, QUERIES), *(pytest.param(n, 400, marks=pytest.mark.long) for n in (1, 2, 3))]
)
async def test_every_list_is_the_one_of_the_domain_on_pages_of_any_size(store: Store, seed: int, queries: int) -> None:
    chance = random.Random(seed)
    leads = some_leads(chance)
    await put(store, leads, USERS)
    await index_all(store)

    for wanted in [*(some_query(chance) for _ in range(queries)), *named_lists()]:
        query = as_served(store, wanted, chance)
        ids = expected(query, leads)
        limit = chance.choice([1, 2, 7, 200]) if len(ids) < 12 else chance.choice([len(ids) // 5, len(ids), 200])

        assert [lead.id for lead in await listed(store, query, limit)] == ids, query


def named_lists() -> Iterable[LeadQuery]:
    """Those that people look at: the tabs, by owner and by status, what waits, what needs a review, what was set aside."""
    yield LeadQuery()
    yield from (LeadQuery(categories=(category,)) for category in CATEGORIES)
    yield from (LeadQuery(categories=(c,), owners=(owner,)) for c, owner in product(CATEGORIES, OWNERS))
    yield from (LeadQuery(statuses=(status,)) for status in STATUSES)
    yield from (LeadQuery(waiting=True), LeadQuery(needs_review=True), LeadQuery(priority=True))
    yield from (LeadQuery(spam=True), LeadQuery(deleted=True), LeadQuery(spam=True, deleted=True))
    yield LeadQuery(updated_since=NOW)


async def test_a_list_of_no_category_is_empty(store: Store) -> None:
    await put(store, [lead()])

    assert await listed(store, LeadQuery(categories=())) == []


async def test_leads_come_back_as_they_were_written(store: Store) -> None:
    owner = user()
    full = lead(
        assigned_to=owner.id, message="Zwei\nZeilen, 'quoted' \\ % $1", extra={"a": [1, {"b": None}], "ü": "日本"},
        field_sources={"phone": {"source": "derived"}}, score_breakdown={"industry": 20, "engagement": -3}, raw_score=17,
        route_decision={"how": "turn"}, waiting_since=NOW, waiting_reason="no_capacity", import_id=an_id(7), is_test=True,
        phone="+1-555-0100", phone_e164="+15550100", company_website="https://firm.example.com", priority_flag=True,
    )  # fmt: skip
    await put(store, [full], [owner])

    assert [await store.get_lead(full.id)] == await every_lead(store) == [full]


async def test_pages_go_on_where_they_stopped_while_leads_come_and_go(store: Store) -> None:
    leads = [lead(raw_score=score, id=an_id(score)) for score in range(10)]
    await put(store, leads)
    first = await store.list_leads(LeadQuery(), None, 5)

    await put(store, [lead(raw_score=20), lead(raw_score=-1, id=an_id(50))])
    second = await store.list_leads(LeadQuery(), first.next, 5)

    assert [lead.id for lead in first.items] == [an_id(n) for n in (9, 8, 7, 6, 5)]
    assert [lead.id for lead in second.items] == [an_id(n) for n in (4, 3, 2, 1, 0)]


async def test_the_numbers_on_the_tabs_are_those_of_the_lists(store: Store) -> None:
    chance = random.Random(9)
    leads = some_leads(chance)
    await put(store, leads, USERS)

    for owners in ((), (None,), (OWNERS[0],), (OWNERS[0], OWNERS[1]), (OWNERS[2], None), (an_id(999),)):
        assert await store.count_open(owners) == counted(leads, owners)


async def test_the_numbers_on_the_tabs_follow_every_change(store: Store) -> None:
    chance = random.Random(11)
    leads = {lead.id: lead for lead in some_leads(chance)[:20]}
    await put(store, list(leads.values()), USERS)

    for changed in chance.sample(sorted(leads), 20):
        like = chance.choice(some_leads(chance))
        places = {name: getattr(like, name) for name in PLACES if chance.random() < 0.5}
        await rewrite(store, changed, **places)
        leads[changed] = replace(leads[changed], **places)
        owners = chance.choice([(), (None,), (OWNERS[0], OWNERS[1])])

        assert await store.count_open(owners) == counted(leads.values(), owners)
    assert [f for f in (await store.look_at_itself())[0] if f.rule == "counters"] == []


def counted(leads: Iterable[Lead], owners: tuple[UUID | None, ...]) -> dict[str, int]:
    """The numbers on the tabs, by the lists."""
    listed_leads = list(leads)
    counts: dict[str, int] = {
        category: len(expected(LeadQuery((category,), owners=owners), listed_leads)) for category in CATEGORIES
    }
    counts["waiting"] = len(expected(LeadQuery(waiting=True, owners=owners), listed_leads))
    counts["needs_review"] = len(expected(LeadQuery(needs_review=True, owners=owners), listed_leads))
    return counts


async def test_a_lead_is_found_by_its_words_once_it_is_indexed_and_again_after_a_change(store: Store) -> None:
    known = lead(company_name="Acme")
    await put(store, [known])
    by_acme, by_bolt = LeadQuery(words=("acm",)), LeadQuery(words=("bolt",))
    assert await listed(store, by_acme) == []

    await index_leads(store, None)
    assert [lead.id for lead in await listed(store, by_acme)] == [known.id]

    await rewrite(store, known.id, company_name="Bolt Ltd")
    assert await listed(store, by_acme) == await listed(store, by_bolt) == []

    await index_leads(store, None)
    assert [lead.id for lead in await listed(store, by_bolt)] == [known.id]
    assert await index_leads(store, None) == 0


async def test_leads_are_indexed_a_few_at_a_time(store: Store) -> None:
    await put(store, [lead() for _ in range(BATCH + 1)])

    assert await index_all(store) == [BATCH, 1, 0]


async def test_indexing_changes_neither_version_nor_time_of_change(store: Store) -> None:
    known = lead(phone="+1 415 555 2671")
    await put(store, [known])

    await index_leads(store, "US")

    assert await store.get_lead(known.id) == replace(known, phone_e164="+14155552671")


@pytest.mark.parametrize(("phone", "e164"), [("+44 20 7946 0018", "+442079460018"), ("call me", None), (None, None)])
async def test_the_international_number_follows_the_phone(store: Store, phone: str | None, e164: str | None) -> None:
    known = lead(phone="+1 415 555 2671")
    await put(store, [known])
    await index_leads(store, "US")

    await rewrite(store, known.id, phone=phone)
    await index_leads(store, "US")

    assert (await store.get_lead(known.id)).phone_e164 == e164


async def test_words_longer_than_an_index_entry_do_not_stop_the_worker(store: Store) -> None:
    known = lead(company_name="㌀" * 255, contact_name="ﷺ" * 255)
    await put(store, [known, lead()])

    assert await index_leads(store, None) == 2
    assert [found.id for found in await listed(store, LeadQuery(words=tuple(words_of("㌀" * 200))))] == [known.id]


async def test_the_leads_of_an_address_are_there_newest_first_without_the_deleted_ones(store: Store) -> None:
    mine = [lead(email_key="a@firm.example.com", created_at=NOW - timedelta(days=2 * n)) for n in range(4)]
    gone = lead(email_key="a@firm.example.com", created_at=NOW - timedelta(days=1), is_deleted=True, deleted_at=NOW)
    spam = lead(email_key="a@firm.example.com", created_at=NOW - timedelta(days=20), is_spam=True)
    await put(store, [*mine[::-1], gone, spam, lead(email_key="b@firm.example.com")])

    assert await store.leads_of_address("a@firm.example.com", 10) == [*mine, spam]
    assert await store.leads_of_address("a@firm.example.com", 2) == mine[:2]
    assert await store.leads_of_address("c@firm.example.com", 10) == []
