"""`make bench`: HTTP intake against the floor, in turn, several rounds in one run."""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench import cpu, report
from bench import house as houses
from bench.databases import HERE, Databases, databases
from bench.load import Reading, floor, generator, intake

CONNECTIONS = (1, 16, 64)
WARM_UP_SECONDS = 3


def main() -> int:
    arguments = _arguments()
    faults: list[str] = []
    with tempfile.TemporaryDirectory(prefix="leadline-bench-") as temporary:
        folder = Path(temporary)
        _say("starting PostgreSQL, loading the floor")
        with databases(folder) as found:
            facts = report.facts(found, vars(arguments))
            _say(f"starting Leadline with 100,000 leads; the load comes from {generator()}")
            with houses.house(found, folder) as target:
                floor(found, WARM_UP_SECONDS)
                faults += _case(found, target, 64, WARM_UP_SECONDS)[1]
                rounds = []
                for number in range(arguments.rounds):
                    readings, seen = _round(found, target, arguments)
                    rounds.append(readings)
                    faults += seen
                    _say(f"round {number + 1}: " + ", ".join(f"{r.case} {r.per_second:.0f}/s" for r in readings))
    path = report.write(HERE / "results", facts, rounds, faults)
    print(report.table(report.summary(rounds)))
    print(*(f"FAULT: {fault}" for fault in faults) if faults else ["The books agree after every case."], sep="\n")
    print(f"Kept in bench/results/{path.name}")
    return 1 if faults else 0


def _round(found: Databases, target: houses.House, arguments: argparse.Namespace) -> tuple[list[Reading], list[str]]:
    readings, faults = [floor(found, arguments.seconds)], []
    for connections in arguments.connections:
        reading, seen = _case(found, target, connections, arguments.seconds)
        readings.append(reading)
        faults += seen
    return readings, faults


def _case(found: Databases, target: houses.House, connections: int, seconds: int) -> tuple[Reading, list[str]]:
    """One load, and the books after it. A repeat is answered 200 and stands in the books: every address was new."""
    before = houses.books(found)
    used = [cpu.seconds(target.pid), cpu.seconds(found.pid)]
    reading = intake(target, connections, seconds)
    reading.indexed_after_seconds = houses.settle(found)
    names = ("leadline", "postgresql")
    spent = [cpu.seconds(target.pid) - used[0], cpu.seconds(found.pid) - used[1]]
    reading.cpu_us = {name: one / max(reading.answers, 1) * 1e6 for name, one in zip(names, spent, strict=True)}
    after = houses.books(found)
    reading.not_201 += after["duplicates"] - before["duplicates"]
    faults = houses.faults_in(before, after, reading.answers, connections)
    if reading.not_201:
        faults.append(f"{reading.not_201} answers were not 201")
    return reading, [f"{reading.case}: {fault}" for fault in faults]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.run", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often all cases run in turn (default 5)")
    parser.add_argument("--seconds", type=int, default=5, help="length of a case (default 5)")
    parser.add_argument("--connections", type=int, nargs="+", default=list(CONNECTIONS), help="the HTTP cases")
    return parser.parse_args()


def _say(text: Any) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
