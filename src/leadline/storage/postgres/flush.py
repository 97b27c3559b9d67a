"""The write half of a transaction: all buffered rows in one statement, a CTE for each table over `unnest` of typed arrays."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql

from leadline.domain.activities import Activity
from leadline.domain.leads import Lead
from leadline.domain.notifications import Notification
from leadline.domain.search import INDEXED
from leadline.domain.users import UserChange
from leadline.storage.postgres import idempotency, rows
from leadline.storage.postgres.columns import SCHEMA
from leadline.storage.postgres.tables import activities, idempotency_keys, leads, notifications, submissions

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def _types(table: Table, columns: Sequence[str]) -> tuple[str, ...]:
    """The plain type of each column, lengths left out so that the column itself refuses what is too long."""
    return tuple(
        table.c[name].type.compile(dialect=_DIALECT).split("(")[0].replace("VARCHAR", "text") for name in columns
    )


@dataclass(frozen=True, slots=True)
class Part:
    """One table's share of the flush. `sql` takes the unnested arrays in place of {rows} and gives back a row for each written."""

    name: str
    columns: tuple[str, ...]
    types: tuple[str, ...]
    sql: str


def _insert(name: str, table: Table, columns: tuple[str, ...], on_conflict: str = "") -> Part:
    values = ", ".join("faults::jsonb" if column == "faults" else column for column in columns)
    types = tuple(
        "text" if column == "faults" else kind for column, kind in zip(columns, _types(table, columns), strict=True)
    )
    return Part(
        name,
        columns,
        types,
        f"INSERT INTO {SCHEMA}.{table.name} ({', '.join(columns)}) SELECT {values} FROM {{rows}} {on_conflict} RETURNING 1",
    )


def _update_leads() -> Part:
    changed = [c for c in rows.LEAD if c not in ("id", "version", "created_at")]
    sets = ", ".join(f"{c} = v.{c}" for c in changed)
    # A change of what the indexing worker reads sends the lead back to it.
    old, new = (", ".join(f"{alias}.{name}" for name in INDEXED) for alias in "lv")
    sql = (
        f"UPDATE {SCHEMA}.leads l SET {sets}, version = l.version + 1, search_words ="
        f" CASE WHEN ({old}) IS NOT DISTINCT FROM ({new}) THEN l.search_words END"
        " FROM {rows} WHERE l.id = v.id AND l.version = v.version RETURNING 1"
    )
    return Part("changed_leads", rows.LEAD, _types(leads, rows.LEAD), sql)


_COUNTERS = (
    "current_lead_count",
    "total_leads_assigned",
    "total_leads_contacted",
    "total_leads_qualified",
    "response_count",
)


def _change_users() -> Part:
    columns = ("user_id", *_COUNTERS, "response_minutes_sum", "last_turn_seq", "last_turn_at")
    types = ("uuid", *("int" for _ in _COUNTERS), "bigint", "bigint", "timestamptz")
    sums = ", ".join(f"{c} = u.{c} + v.{c}" for c in (*_COUNTERS, "response_minutes_sum"))
    total, count = "(u.response_minutes_sum + v.response_minutes_sum)", "(u.response_count + v.response_count)"
    # The mean is half-up in integers, as domain.users.mean_minutes has it; the contract suite holds the two equal.
    sql = (
        f"UPDATE {SCHEMA}.users u SET {sums}, last_turn_seq = COALESCE(v.last_turn_seq, u.last_turn_seq),"
        " last_turn_at = COALESCE(v.last_turn_at, u.last_turn_at),"
        f" avg_response_time_minutes = (2 * {total} + {count}) / NULLIF(2 * {count}, 0)"
        " FROM {rows} WHERE u.id = v.user_id RETURNING 1"
    )
    return Part("user_changes", columns, types, sql)


# What a lead that was just captured never has: left out of the insert, which halves it, wherever all of it is at its default.
RARE = frozenset({
    "status", "priority_flag", "linkedin_url", "company_revenue", "enrichment_status", "email_reply_count",
    "pricing_page_visits", "demo_video_watched", "last_activity_date", "is_deleted", "deleted_at", "is_spam",
    "qualification_bonus_applied", "version", "phone_e164", "extra", "field_sources", "first_contacted_at", "is_demo",
    "is_test", "import_id", "needs_review",
})  # fmt: skip
FRESH_LEAD = tuple(name for name in rows.LEAD if name not in RARE)
_EPOCH = datetime.fromtimestamp(0, UTC)
_rare_values = attrgetter(*sorted(RARE))
_USUAL = _rare_values(Lead(UUID(int=0), "", "", "", "", "business", _EPOCH, _EPOCH))


def is_fresh(lead: Lead) -> bool:
    """Whether the short insert holds all of a new lead."""
    return bool(_rare_values(lead) == _USUAL)


# Likewise of a message that was just queued.
FRESH_NOTIFICATION = ("id", "lead_id", "user_id", "notification_type", "template_name", "recipient", "created_at")
_later_values = attrgetter(*(name for name in rows.NOTIFICATION if name not in FRESH_NOTIFICATION))
_QUEUED = _later_values(Notification(UUID(int=0), "email", "", "", _EPOCH))


def is_fresh_notification(row: Notification) -> bool:
    """Whether the short insert holds all of a new message."""
    return bool(_later_values(row) == _QUEUED)


def _update_notifications() -> Part:
    changed = [c for c in rows.NOTIFICATION if c not in FRESH_NOTIFICATION]
    sets = ", ".join(f"{c} = v.{c}" for c in changed)
    columns = ("id", *changed)
    sql = f"UPDATE {SCHEMA}.notifications n SET {sets} FROM {{rows}} WHERE n.id = v.id RETURNING 1"
    return Part("changed_notifications", columns, _types(notifications, columns), sql)


PARTS = {
    part.name: part
    for part in (
        _insert("submissions", submissions, rows.SUBMISSION),
        _insert("fresh_leads", leads, FRESH_LEAD),
        _insert("new_leads", leads, rows.LEAD),
        _update_leads(),
        _insert("activities", activities, rows.ACTIVITY),
        _insert("fresh_notifications", notifications, FRESH_NOTIFICATION),
        _insert("notifications", notifications, rows.NOTIFICATION),
        _update_notifications(),
        _change_users(),
        _insert("answers", idempotency_keys, rows.KEPT_ANSWER, idempotency.ON_CONFLICT),
    )
}

# Whoever delivers hears of new rows at the commit, and of no other.
QUEUE_TOPIC = "leadline_queue"
QUEUING = frozenset({"fresh_notifications", "notifications"})

_GETTERS: dict[str, Callable[[Any], Any]] = {
    "submissions": rows.from_submission,
    "fresh_leads": attrgetter(*FRESH_LEAD),
    "new_leads": attrgetter(*rows.LEAD),
    "changed_leads": attrgetter(*rows.LEAD),
    "activities": attrgetter(*rows.ACTIVITY),
    "fresh_notifications": attrgetter(*FRESH_NOTIFICATION),
    "notifications": attrgetter(*rows.NOTIFICATION),
    "answers": attrgetter(*rows.KEPT_ANSWER),
    "changed_notifications": attrgetter(*PARTS["changed_notifications"].columns),
    "user_changes": attrgetter(*PARTS["user_changes"].columns),
}

Row = Lead | Activity | Notification | UserChange | Any


@cache
def statement(names: tuple[str, ...]) -> str:
    """The flush for these parts. Few combinations occur, so the server keeps each prepared."""
    ctes, number = [], 0
    for part in (PARTS[name] for name in names):
        params = ", ".join(f"${number + i + 1}::{kind}[]" for i, kind in enumerate(part.types))
        number += len(part.types)
        unnested = f"unnest({params}) AS v({', '.join(part.columns)})"
        ctes.append(f"{part.name} AS ({part.sql.format(rows=unnested)})")
    counts = ", ".join(f"(SELECT count(*) FROM {name}) AS {name}" for name in names)
    if not QUEUING.isdisjoint(names):
        counts += f", pg_notify('{QUEUE_TOPIC}', '')"
    return f"WITH {', '.join(ctes)} SELECT {counts}"


def arguments(buffers: Iterable[tuple[str, Sequence[Row]]]) -> list[Sequence[Any]]:
    """The arrays of a flush: for each part, one array a column."""
    return [column for name, buffer in buffers for column in zip(*map(_GETTERS[name], buffer), strict=True)]
