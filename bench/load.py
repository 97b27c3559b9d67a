"""The cases: pgbench on the floor, and HTTP intake by wrk, or by a client of our own where there is no wrk."""

import json
import os
import re
import secrets
import shutil
import subprocess
from dataclasses import dataclass, field

from bench import client
from bench.databases import FLOOR, HERE, Databases
from bench.house import House
from leadline.embedded.cluster import OWNER


@dataclass
class Reading:
    """One case of one round."""

    case: str
    per_second: float
    answers: int
    not_201: int = 0
    p50_ms: float | None = None
    p99_ms: float | None = None
    indexed_after_seconds: float | None = None
    cpu_us: dict[str, float] = field(default_factory=dict)


def generator() -> str:
    """What makes the load, as a sentence for the report."""
    return "wrk" if shutil.which("wrk") else "the bench's own asyncio client (no wrk here: the client is the limit)"


def floor(found: Databases, seconds: int) -> Reading:
    """The statement of floor.sql by 8 clients."""
    command = [found.programs / "pgbench", "-n", "-M", "prepared", "-c", "8", "-j", "1", "-T", str(seconds)]
    command += ["-f", HERE / "floor.sql", "-h", "127.0.0.1", "-p", str(found.port), "-U", OWNER, FLOOR]
    environment = {**os.environ, "PGPASSWORD": found.passwords[OWNER]}
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    tps = re.search(r"tps = ([\d.]+)", done.stdout)
    mean = re.search(r"latency average = ([\d.]+)", done.stdout)
    count = re.search(r"actually processed: (\d+)", done.stdout)
    assert tps is not None, done.stdout
    assert mean is not None, done.stdout
    assert count is not None, done.stdout
    return Reading("floor", float(tps[1]), int(count[1]), p50_ms=float(mean[1]))


def intake(target: House, connections: int, seconds: int) -> Reading:
    """Posts of new leads over that many connections, each sending its next when it has its answer."""
    case, run = f"intake_{connections}", secrets.token_hex(4)
    if not shutil.which("wrk"):
        heard = client.run(target.port, target.key, run, connections, seconds)
    else:
        command = [
            "wrk",
            "-t",
            "1",
            "-c",
            str(connections),
            "-d",
            f"{seconds}s",
            "--timeout",
            "10s",
            "-s",
            HERE / "intake.lua",
        ]
        environment = {**os.environ, "BENCH_KEY": target.key, "BENCH_RUN": run}
        done = subprocess.run(
            [*command, f"http://127.0.0.1:{target.port}"], env=environment, check=True, capture_output=True, text=True
        )
        heard = json.loads(done.stdout.partition("RESULT ")[2])
    answers = heard["requests"] - heard["not_2xx"]
    return Reading(
        case,
        answers / heard["microseconds"] * 1e6,
        answers,
        heard["not_2xx"] + heard["socket_errors"],
        heard["p50_us"] / 1000,
        heard["p99_us"] / 1000,
    )
