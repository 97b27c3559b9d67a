"""Importing a large file, against COPY of the very rows that it makes into the same tables; and a gigabyte in flat memory.

python -m bench.imports [ROWS]
python -m bench.imports --wide [MEGABYTES]
As the importer, in a process of its own: python -m bench.imports --import URL FILE
"""

import asyncio
import csv
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

from leadline.clock import utc_now
from leadline.domain.activities import SYSTEM
from leadline.domain.default_ruleset import DEFAULT_RULESET
from leadline.domain.scoring import compile as compile_rules
from leadline.ids import new_id
from leadline.sources.csv.plan import plan_file
from leadline.sources.csv.preview import preview
from leadline.sources.csv.table import open_table
from leadline.storage.postgres.store import open_store
from leadline.usecases.deciding import Deciding, House
from leadline.usecases.import_leads import Order, begin_import, import_rows
from leadline.usecases.rules import current_ruleset
from leadline.usecases.undo_import import undo_import

TABLES = ("submissions", "leads", "activities")
HEAD = (
    "First Name", "Last Name", "Email", "Company Name", "Phone", "Employees", "Industry", "Inquiry type", "Created at", "Notes",
)  # fmt: skip
INDUSTRIES = ("Software/SaaS", "Healthcare", "Retail/E-commerce", "Manufacturing", "Education")
INQUIRIES = ("Demo Request", "Pricing Information", "Product Question", "Content Download")


def write_file(path: Path, rows: int) -> None:
    """A list of leads in which every domain and every phone number is new."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEAD)
        for n in range(rows):
            writer.writerow((
                f"First{n % 997}", f"Last{n % 1009}", f"person{n}@company{n}.example.com", f"Company {n}",
                f"+1 312 {n % 10_000_000:07d}", n % 2_000, INDUSTRIES[n % 5], INQUIRIES[n % 4],
                f"202{n % 5}-{n % 12 + 1:02d}-{n % 28 + 1:02d} 10:00:00", "Met at the fair, wants a call back",
            ))  # fmt: skip


def write_wide(path: Path, megabytes: int) -> int:
    """Rows of a megabyte each, in one cell; answers how many."""
    cell = "x" * 1_000_000
    with path.open("w", encoding="utf-8") as file:
        file.write("Name,Email,Notes\n")
        for n in range(megabytes):
            file.write(f"Name {n},n{n}@wide.example.com,{cell}\n")
    return megabytes


async def import_file(url: str, path: Path) -> dict[str, Any]:
    """Import, undo, and what both took."""
    store = await open_store(url, as_app=True, pool_size=2)
    await current_ruleset(store, DEFAULT_RULESET, utc_now())
    house = House(compile_rules(DEFAULT_RULESET), new_id)
    began = time.monotonic()
    plan = plan_file(open_table(path))
    looked = time.monotonic()
    order = Order(
        path.name, plan.table.digest, plan.mapping, plan.columns, plan.rows_total, "the benchmark", plan.preset
    )
    run = await begin_import(store, order, new_id, utc_now())
    run = await import_rows(store, house, run, plan.rows(), utc_now())
    done = time.monotonic()
    await store.close()
    return {
        "run": str(run.id), "rows": run.done, "created": run.created, "look_seconds": looked - began,
        "seconds": done - looked, "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }  # fmt: skip


async def undo(url: str, run_id: UUID) -> dict[str, Any]:
    """Take it back; the longest batch kept others waiting so long."""
    store = await open_store(url, as_app=True, pool_size=2)
    deciding = Deciding(House(compile_rules(DEFAULT_RULESET), new_id), utc_now(), SYSTEM, notifies=False)
    steps, last, began = [0.0], time.monotonic(), time.monotonic()

    def tell(run: Any) -> None:
        nonlocal last
        steps.append(time.monotonic() - last)
        last = time.monotonic()

    undone = await undo_import(store, run_id, deciding, tell)
    await store.close()
    return {"deleted": undone.deleted, "seconds": time.monotonic() - began, "longest_batch_seconds": max(steps)}


async def take_out(owner_url: str, folder: Path) -> None:
    """The rows that the import made, in files."""
    connection = await asyncpg.connect(owner_url)
    for table in TABLES:
        await connection.copy_from_table(table, schema_name="leadline", output=folder / table, format="binary")
    await connection.close()


async def copy_in(owner_url: str, folder: Path) -> dict[str, float]:
    """Bring them in by COPY, into empty tables with every index, trigger and key there is."""
    connection = await asyncpg.connect(owner_url)
    await connection.execute(f"TRUNCATE {', '.join(f'leadline.{table}' for table in TABLES)}")
    await connection.execute("CHECKPOINT")
    seconds = {}
    for table in TABLES:
        began = time.monotonic()
        await connection.copy_to_table(table, schema_name="leadline", source=folder / table, format="binary")
        seconds[table] = time.monotonic() - began
    await connection.close()
    return seconds


def _child(*arguments: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.imports", *arguments], capture_output=True, text=True, check=True
    )
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def measure(rows: int) -> None:
    """The whole case on a server of its own."""
    from tests.conftest import Servers  # What an importer need not wait for.

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        write_file(folder / "leads.csv", rows)
        servers = Servers(folder)
        try:
            url = servers.url("postgres")
            imported = _child("--import", url, str(folder / "leads.csv"))
            asyncio.run(take_out(url, folder))
            undone = _child("--undo", url, imported["run"])
            copied = asyncio.run(copy_in(url, folder))
        finally:
            servers.stop()
    total = sum(copied.values())
    print(json.dumps({"imported": imported, "undone": undone, "copied": copied}, indent=1))
    print(
        f"{rows} rows: imported {rows / imported['seconds']:,.0f} a second, copied {rows / total:,.0f} a second,"
        f" {total / imported['seconds']:.2f} of COPY, {imported['rss_mb']} MB at most;"
        f" undone {undone['deleted'] / undone['seconds']:,.0f} a second"
    )


def look_at_wide(megabytes: int) -> None:
    """A dry run over a file of wide rows."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "wide.csv"
        write_wide(path, megabytes)
        print(json.dumps(_child("--look", str(path))))


def main(arguments: Sequence[str]) -> None:
    """One of the cases, or a part of one in a process of its own."""
    match list(arguments):
        case ["--import", url, path]:
            print(json.dumps(asyncio.run(import_file(url, Path(path)))))
        case ["--undo", url, run]:
            print(json.dumps(asyncio.run(undo(url, UUID(run)))))
        case ["--look", path]:
            began = time.monotonic()
            found = preview(plan_file(open_table(Path(path))))
            rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            size = Path(path).stat().st_size // 1_000_000
            told = {"rows": found.looked_at, "megabytes": size, "seconds": time.monotonic() - began, "rss_mb": rss}
            print(json.dumps(told))
        case ["--wide", *rest]:
            look_at_wide(int(rest[0]) if rest else 1_000)
        case rest:
            measure(int(rest[0]) if rest else 200_000)


if __name__ == "__main__":
    main(sys.argv[1:])
