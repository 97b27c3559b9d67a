"""A page of a named list costs its own rows and little more, at any size, on any page and under either kind of plan; and every
index has a read that uses it. LEADLINE_PLAN_ROWS says how many leads; `-s` shows what each page cost."""

import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from leadline.domain.lead_lists import LeadQuery, Position
from leadline.domain.leads import CATEGORIES
from leadline.storage.postgres import migrate
from leadline.storage.postgres.leads import list_statement
from tests.conftest import Servers, backends
from tests.plans.explain import MODES, Plan, explain
from tests.plans.lists import NOBODY, Known, NamedList, Statement, lead_lists, named_lists, other_reads
from tests.plans.rows import fill

ROWS = int(os.environ.get("LEADLINE_PLAN_ROWS", "100000"))
FILLING_SECONDS = 300 + ROWS // 1000
pytestmark = [pytest.mark.long, pytest.mark.timeout(FILLING_SECONDS)]

LIMIT = 50
PAGES_ON = 1000
MOST_BUFFERS = 100
MOST_SORTED = 200
DATABASE = "leadline_plans"
NAMES = [each.name for each in named_lists(Known(NOBODY, "", None, ""))]  # type: ignore[arg-type]
TIMES = (datetime(2100, 1, 1, tzinfo=UTC), datetime(2000, 1, 1, tzinfo=UTC))
ENDS: dict[str, tuple[Any, Any]] = {
    "priority_flag": (True, False),
    "raw_score": (1000, -1000),
    "created_at": TIMES,
    "updated_at": TIMES,
    "id": (UUID(int=2**128 - 1), UUID(int=0)),
}
BIG = {"leads", "leads_archive", "activities", "submissions", "notifications"}

# Every index of ours that is not there to hold a rule of uniqueness.
INDEXES = """
SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE c.relnamespace = 'leadline'::regnamespace AND NOT i.indisunique
"""
# A queue that the last ANALYZE saw empty, and then a flood of leads. A claim takes 20 rows of 20 people.
FLOOD = """
DELETE FROM leadline.notifications WHERE status = 'pending';
ANALYZE leadline.notifications;
INSERT INTO leadline.notifications (notification_type, template_name, recipient, created_at)
SELECT 'email', 'lead_assigned', 'rep' || n % 100 || '@company.example.com', now() FROM generate_series(1, 5000) n
"""
CLAIMED_MAX = 400
# A lead with an event, the newest but for the one that has the long trail.
KNOWN = """
SELECT (SELECT lead_id FROM leadline.activities ORDER BY created_at DESC LIMIT 1), l.email_key, l.created_at, s.event_id
FROM leadline.submissions s JOIN leadline.leads l ON l.id = s.lead_id
WHERE s.event_id IS NOT NULL AND NOT l.is_deleted ORDER BY s.id DESC LIMIT 1
"""


@pytest.fixture(scope="module", params=[name for name in backends() if name.startswith("postgres")])
def server_url(servers: Servers, request: pytest.FixtureRequest) -> str:
    """The owner's URL on each kind of server."""
    return servers.url(request.param)


@pytest_asyncio.fixture(scope="module")
async def filled(server_url: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """A connection to a full database of its own: other tests empty theirs row by row."""
    owner = await asyncpg.connect(server_url)
    await owner.execute(f"CREATE DATABASE {DATABASE}")
    own = f"{server_url.rsplit('/', 1)[0]}/{DATABASE}"
    await migrate.upgrade(own)
    connection = await asyncpg.connect(own)
    await fill(connection, ROWS)
    yield connection
    await connection.close()
    await owner.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")
    await owner.close()


@pytest.mark.parametrize("name", NAMES)
async def test_a_page_costs_its_own_rows(filled: "asyncpg.Connection[asyncpg.Record]", name: str) -> None:
    named = next(each for each in named_lists(await _known(filled)) if each.name == name)
    first = await named.statement(None, LIMIT)
    pages = {"first": first, "far": await _far_page(filled, named)} if named.keys else {"first": first}
    faults = []
    for page, (sql, args) in pages.items():
        for mode in MODES:
            plan = await explain(filled, sql, args, mode)
            print(
                f"\n| {name} | {page} | {mode.split('_')[1]} | {plan.root['Actual Rows']:.0f} | {plan.buffers} |",
                end="",
            )
            faults += [f"{page} page, {mode}: {fault}\n{plan}" for fault in _faults(plan)]
    assert not faults, "\n".join(faults)


async def test_a_page_is_planned_alike_wherever_it_begins(filled: "asyncpg.Connection[asyncpg.Record]") -> None:
    """A position where the planner expects no rows makes all indexes look alike, and the sample of the last ANALYZE decides which
    one it takes: that the bound is kept today says little."""
    for named in lead_lists():
        costs = [await _cost(filled, await named.statement(_end(named.keys, at), LIMIT)) for at in (0, 1)]
        assert costs[0] == costs[1], named.name


async def test_a_category_is_planned_as_any_other(filled: "asyncpg.Connection[asyncpg.Record]") -> None:
    for name, query in (("tab", LeadQuery()), ("waiting", LeadQuery(waiting=True))):
        costs = {
            await _cost(filled, list_statement(replace(query, categories=(each,)), None, LIMIT)) for each in CATEGORIES
        }
        assert len(costs) == 1, name


async def test_a_claim_costs_its_own_rows_in_a_flood_that_the_statistics_do_not_know_of(
    filled: "asyncpg.Connection[asyncpg.Record]",
) -> None:
    claim = (await other_reads())["claim"]
    transaction = filled.transaction()
    await transaction.start()
    try:
        await filled.execute(FLOOD)
        plans = [await explain(filled, *claim, mode) for mode in MODES]
    finally:
        await transaction.rollback()

    for plan in plans:
        assert max(node["Actual Rows"] * node["Actual Loops"] for node in plan.nodes()) <= CLAIMED_MAX, plan


async def test_every_index_has_a_read(filled: "asyncpg.Connection[asyncpg.Record]") -> None:
    reads = {each.name: await each.statement(None, LIMIT) for each in named_lists(await _known(filled))}
    reads |= await other_reads()
    used: dict[str, str] = {}
    for name, (sql, args) in reads.items():
        plan = await explain(filled, sql, args, "force_custom_plan")
        used |= dict.fromkeys(plan.indexes() - used.keys(), name)
    print("".join(f"\n| {index} | {name} |" for index, name in sorted(used.items())), end="")
    ours = {row["relname"] for row in await filled.fetch(INDEXES)}
    assert not ours - used.keys(), "indexes that no read uses"


def _faults(plan: Plan) -> list[str]:
    faults = [f"{plan.buffers} buffers"] if plan.buffers > MOST_BUFFERS else []
    faults += [f"reads all of {table}" for table in plan.scanned() & BIG]
    return [*faults, f"sorts {plan.sorted_rows()} rows"] if plan.sorted_rows() > MOST_SORTED else faults


async def _cost(connection: "asyncpg.Connection[asyncpg.Record]", statement: tuple[str, Sequence[Any]]) -> float:
    """What the planner thinks of it, knowing the arguments."""
    return float((await explain(connection, *statement, "force_custom_plan")).root["Total Cost"])


def _end(keys: tuple[str, ...], at: Literal[0, 1]) -> Position:
    """Before all leads of a list that descends, or after them."""
    return tuple(ENDS[key][at] for key in keys)


async def _known(connection: "asyncpg.Connection[asyncpg.Record]") -> Known:
    return Known(*await connection.fetchrow(KNOWN))  # type: ignore[misc]


async def _far_page(connection: "asyncpg.Connection[asyncpg.Record]", named: NamedList) -> Statement:
    """A thousand pages on, or the last page of a shorter list."""
    sql, args = await named.statement(None, PAGES_ON * LIMIT)
    found = await connection.fetch(f"SELECT {', '.join(named.keys)} FROM ({sql}) listed", *args)
    assert found, f"{named.name} is empty"
    return await named.statement(tuple(found[max(0, len(found) - LIMIT - 1)]), LIMIT)
