"""The lists of leads on PostgreSQL. Which leads stand in one is said in `domain.lead_lists`; the contract suite holds the two equal.

A list is a merge of branches, each a range of one partial index: by category (and owner) for work lists, by status for lists
by time. PostgreSQL reads the merge lazily, so a page costs its own rows and little more, at any size and on any page."""

from collections.abc import Sequence
from itertools import product
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    and_,
    cast,
    func,
    literal,
    or_,
    select,
    text,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect

from leadline.domain.errors import NotFound
from leadline.domain.lead_lists import LeadQuery, Order, Page, Position, order_of, position_of
from leadline.domain.leads import CATEGORIES, STATUSES, Lead
from leadline.storage.postgres import rows
from leadline.storage.postgres.lead_tables import OPEN, VISIBLE
from leadline.storage.postgres.lead_tables import leads as table
from leadline.storage.postgres.rows import Connection

_DIALECT = asyncpg_dialect()  # type: ignore[no-untyped-call]
_COLUMNS = [table.c[name] for name in rows.LEAD]
_ORDERS: dict[Order, tuple[str, ...]] = {
    "work": ("priority_flag", "raw_score", "created_at", "id"),
    "created": ("created_at", "id"),
    "updated": ("updated_at", "id"),
}
_ONE = f"SELECT {rows.select(rows.LEAD)} FROM leadline.leads WHERE id = $1"
_SOME = f"SELECT {rows.select(rows.LEAD)} FROM leadline.leads WHERE id = ANY($1::uuid[])"

# By idx_unique_email_24h, which holds no deleted lead; the few of one address are sorted.
OF_ADDRESS = (
    f"SELECT {rows.select(rows.LEAD)} FROM leadline.leads WHERE email_key = $1 AND NOT is_deleted"
    " ORDER BY created_at DESC, id DESC LIMIT $2"
)


async def get_lead(connection: Connection, lead_id: UUID) -> Lead:
    """One lead, deleted ones included. Raises NotFound."""
    row = await connection.fetchrow(_ONE, lead_id)
    if row is None:
        raise NotFound(f"no lead {lead_id}")
    return Lead(*row)


async def find_leads(connection: Connection, ids: Sequence[UUID]) -> list[Lead]:
    """These leads, deleted ones included; unknown ids are left out."""
    return [Lead(*row) for row in await connection.fetch(_SOME, ids)]


async def list_leads(connection: Connection, query: LeadQuery, position: Position | None, limit: int) -> Page[Lead]:
    """A page of a list, after `position`."""
    if not query.categories:
        return Page([], None)
    sql, args = list_statement(query, position, limit)
    found = [Lead(*row) for row in await connection.fetch(sql, *args)]
    return Page(found[:limit], position_of(query, found[limit - 1]) if len(found) > limit else None)


def list_statement(query: LeadQuery, position: Position | None, limit: int) -> tuple[str, list[Any]]:
    """The SQL of a page, one row longer than `limit`, and its arguments."""
    order = order_of(query)
    shared = [*_view(query, order), *_filters(query), *_after(order, position)]
    branches = [
        _ordered(select(*_COLUMNS).where(and_(*shared, *own)), table.c, order, limit) for own in _branches(query, order)
    ]
    merged = _merged(branches)
    statement = branches[0] if len(branches) == 1 else _ordered(merged, merged.selected_columns, order, limit)
    compiled = statement.compile(dialect=_DIALECT)
    return str(compiled), [compiled.params[name] for name in compiled.positiontup or ()]


def _merged(branches: list[Select[Any]]) -> Select[Any]:
    return select(union_all(*branches).subquery("merged"))


def _ordered(rows_of: Select[Any], columns: Any, order: Order, limit: int) -> Select[Any]:
    """A branch has the order and the limit of the whole: left without, PostgreSQL would rather sort all branches together."""
    by = [columns[name] if order == "updated" else columns[name].desc() for name in _ORDERS[order]]
    return rows_of.order_by(*by).limit(limit + 1)


def _branches(query: LeadQuery, order: Order) -> list[tuple[ColumnElement[bool], ...]]:
    """What tells the branches of a merge apart. Branches never overlap, so none shows a lead twice."""
    owners = [_is_owner(owner) for owner in dict.fromkeys(query.owners)]
    if order == "work":
        categories = [table.c.category == _unseen(("category", each)) for each in dict.fromkeys(query.categories)]
        return list(product(categories, owners)) if owners else [(category,) for category in categories]
    statuses = [table.c.status == status for status in dict.fromkeys(query.statuses or STATUSES)]
    rest = [_is_one_of("category", query.categories)] if set(query.categories) != set(CATEGORIES) else []
    if order == "created" and not (query.spam or query.deleted):
        return [(*own, *rest) for own in (product(statuses, owners) if owners else product(statuses))]
    if owners:
        rest.append(or_(*owners))
    if query.statuses:
        rest.append(_is_one_of("status", query.statuses))
    return [tuple(rest)]


def _is_owner(owner: UUID | None) -> ColumnElement[bool]:
    is_owner: ColumnElement[bool] = table.c.assigned_to.is_(None) if owner is None else table.c.assigned_to == owner
    return is_owner


def _is_one_of(column: str, values: Sequence[str]) -> ColumnElement[bool]:
    """Not `in_`: its parameters are put in when SQLAlchemy itself runs the statement, and here asyncpg runs it."""
    return or_(*(table.c[column] == value for value in values))


def _view(query: LeadQuery, order: Order) -> list[ColumnElement[bool]]:
    """Written as the partial indexes have it, letter by letter: the planner proves nothing about parameters."""
    if query.deleted or query.spam:
        aside = [text("(is_deleted OR is_spam)"), table.c.is_deleted == query.deleted]
        return [*aside, table.c.is_spam] if query.spam else aside
    return [text(f"{OPEN} AND {VISIBLE}")] if order == "work" else [text(VISIBLE)]  # type: ignore[list-item]


def _filters(query: LeadQuery) -> list[ColumnElement[bool]]:
    c = table.c
    flags = {True: "", False: "NOT "}
    conditions: list[ColumnElement[bool]] = []
    if query.source is not None:
        conditions.append(c.source == query.source)
    if query.created_from is not None:
        conditions.append(c.created_at >= query.created_from)
    if query.created_to is not None:
        conditions.append(c.created_at < query.created_to)
    if query.updated_since is not None:
        conditions.append(c.updated_at >= query.updated_since)
    if query.waiting is not None:
        conditions.append(c.waiting_since.is_not(None) if query.waiting else c.waiting_since.is_(None))
    # As text, because idx_leads_review says `needs_review` and the planner proves nothing from `needs_review IS true`.
    for name, value in (("priority_flag", query.priority), ("needs_review", query.needs_review)):
        if value is not None:
            conditions.append(text(flags[value] + name))  # type: ignore[arg-type]
    if query.words:
        # Words are letters and digits only (domain.search), so the prefix query needs no quoting beyond its own.
        prefixes = " & ".join(f"'{word}':*" for word in query.words)
        conditions.append(text("search_words IS NOT NULL"))  # type: ignore[arg-type]
        conditions.append(func.array_to_tsvector(c.search_words).op("@@")(cast(prefixes, TSQUERY)))
    return conditions


def _after(order: Order, position: Position | None) -> list[ColumnElement[bool]]:
    if position is None:
        return []
    columns = tuple_(*(table.c[name] for name in _ORDERS[order]))
    values = _unseen(*zip(_ORDERS[order], position, strict=True))
    return [columns > values if order == "updated" else columns < values]


def _unseen(*values: tuple[str, Any]) -> ScalarSelect[Any]:
    """Values of columns, out of the planner's sight, so that any value is planned as any other. It guesses the rows after a
    position from the first column alone (nothing is below `priority_flag = false`), and thinks as many of the waiting leads Cold
    as of all; where it so expects no rows, all indexes look alike, and it took one that reads the lists of all owners."""
    return select(*(literal(value, table.c[name].type) for name, value in values)).scalar_subquery()
