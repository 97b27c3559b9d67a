"""Leadline as it is run: `leadline serve --no-demo` in a process of its own, and the books it keeps."""

import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.servers import free_port

from bench import databases
from bench.databases import Databases

START_SECONDS = 60
STOP_SECONDS = 20
SETTLE_SECONDS = 120


@dataclass(frozen=True)
class House:
    """A running Leadline."""

    port: int
    key: str
    pid: int


@contextmanager
def house(found: Databases, folder: Path, load: Callable[[Databases], None] = databases.load) -> Iterator[House]:
    """Migrate, load, serve; stopped at the end. What it writes to stderr goes to a file in the folder."""
    key, port = secrets.token_urlsafe(24), free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": found.app,
        "DATABASE_OWNER_URL": found.owner,
        "LEADLINE_HOME": str(folder / "home"),
        "LEADLINE_API_KEY": key,
        "PORT": str(port),
    }
    leadline = [sys.executable, "-c", "from leadline.cli import main; main()"]
    subprocess.run([*leadline, "migrate"], env=environment, check=True, stdout=subprocess.DEVNULL)
    load(found)
    with (folder / "leadline.log").open("wb") as log:
        process = subprocess.Popen([*leadline, "serve", "--no-demo"], env=environment, stderr=log)
    try:
        _wait_until_ready(port, process)
        yield House(port, key, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(STOP_SECONDS)


def settle(found: Databases) -> float:
    """Wait until nothing is in flight and the worker has indexed every lead; answers how many seconds that took."""
    began = time.monotonic()
    time.sleep(0.3)
    while databases.row(found.owner, databases.UNINDEXED)[0]:
        if time.monotonic() - began > SETTLE_SECONDS:
            raise RuntimeError("the worker did not index every lead in time")
        time.sleep(0.1)
    return time.monotonic() - began


def books(found: Databases) -> dict[str, Any]:
    """What the database holds now, counters and their recount among it."""
    return dict(databases.row(found.owner, databases.BOOKS))


def faults_in(before: dict[str, Any], after: dict[str, Any], answers: int, connections: int) -> list[str]:
    """What the books say against what the load generator heard. A run ends with requests in flight: those may be stored
    without an answer, never the other way round."""
    new = after["leads"] - before["leads"]
    faults = []
    if not answers <= new <= answers + connections:
        faults.append(f"{answers} answers of 201 but {new} new leads, with at most {connections} in flight")
    if after["counted"] != after["recounted"]:
        faults.append(f"counters say {after['counted']} open leads, a recount {after['recounted']}")
    if after["spread"] > 1:
        faults.append(f"turns differ by {after['spread']}")
    return faults


def _wait_until_ready(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError("leadline serve ended by itself")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError("leadline serve was not ready in time")
