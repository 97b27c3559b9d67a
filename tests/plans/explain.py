"""What PostgreSQL does for a statement as the store sends it: prepared, with arguments, under either kind of plan."""

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import asyncpg

Mode = Literal["force_custom_plan", "force_generic_plan"]
MODES: tuple[Mode, ...] = ("force_custom_plan", "force_generic_plan")


@dataclass(frozen=True)
class Plan:
    """One execution."""

    root: dict[str, Any]
    milliseconds: float

    @property
    def buffers(self) -> int:
        """Pages touched, found in memory or not."""
        return int(self.root["Shared Hit Blocks"] + self.root["Shared Read Blocks"])

    def nodes(self) -> Iterator[dict[str, Any]]:
        """Every node of the plan that ran."""
        waiting = [self.root]
        while waiting:
            node = waiting.pop()
            if node["Actual Loops"]:
                yield node
            waiting.extend(node.get("Plans", ()))

    def indexes(self) -> set[str]:
        """The indexes it read."""
        return {node["Index Name"] for node in self.nodes() if "Index Name" in node}

    def scanned(self) -> set[str]:
        """The tables it read from end to end."""
        return {node["Relation Name"] for node in self.nodes() if node["Node Type"] == "Seq Scan"}

    def sorted_rows(self) -> int:
        """The most rows that went into one sort."""
        inputs = (node["Plans"][0] for node in self.nodes() if node["Node Type"] in ("Sort", "Incremental Sort"))
        return max((int(node["Actual Rows"] * node["Actual Loops"]) for node in inputs), default=0)

    def __str__(self) -> str:
        return json.dumps(self.root, indent=1)


async def explain(connection: "asyncpg.Connection[Any]", sql: str, args: Sequence[Any], mode: Mode) -> Plan:
    """Run a prepared statement and say what it did; what it wrote is taken back. EXPLAIN with arguments of its own would always
    be planned for them, so the statement is prepared first, as a driver does it."""
    given = ", ".join(map(_literal, args))
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(f"SET LOCAL plan_cache_mode = {mode}; PREPARE asked AS {sql}")
        execute = f"EXECUTE asked ({given})" if args else "EXECUTE asked"
        text = await connection.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {execute}")
    finally:
        await transaction.rollback()
        with suppress(asyncpg.InvalidSQLStatementNameError):  # where it did not get as far as that
            await connection.execute("DEALLOCATE asked")
    report = json.loads(text)[0]
    return Plan(report["Plan"], report["Execution Time"])


def _literal(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, (list, tuple)):
        items = ",".join("NULL" if item is None else f'"{item}"' for item in value)
        return f"'{{{items}}}'"
    if isinstance(value, datetime):
        return f"'{value.isoformat()}'"
    if isinstance(value, timedelta):
        return f"'{value.total_seconds()} seconds'"
    if isinstance(value, bytes):
        return f"'\\x{value.hex()}'"
    return "'" + str(value).replace("'", "''") + "'"
