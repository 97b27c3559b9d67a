"""A real `leadline serve` in a process of its own, talked to over HTTP."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from tests.servers import free_port

START_SECONDS = 60
API_KEY = "ll_a-key-of-the-tests-0123456789"
WEBFLOW_SECRET = "webflow-secret-of-the-tests"


@dataclass
class Serving:
    """One running server. `lines` is what it printed so far."""

    home: Path
    port: int
    process: "subprocess.Popen[bytes]"
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {API_KEY}"}

    def client(self) -> httpx2.AsyncClient:
        """A client with the key; it keeps up to 64 connections."""
        return httpx2.AsyncClient(
            base_url=self.url, headers=self.headers, timeout=30, limits=httpx2.Limits(max_connections=64)
        )

    def kill(self, sign: signal.Signals = signal.SIGKILL) -> None:
        self.process.send_signal(sign)
        self.process.wait(30)

    def wait_until_ready(self) -> None:
        """Return when leads can be taken."""
        deadline = time.monotonic() + START_SECONDS
        while not _is_ready(self):
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.02)

    def said(self) -> str:
        return self.log.read_text()


def start(home: Path, *arguments: str, port: int | None = None, **environment: str) -> Serving:
    """Start a server and wait until it can take leads."""
    port = port or free_port()
    own = {
        "LEADLINE_HOME": str(home),
        "PORT": str(port),
        "LEADLINE_API_KEY": API_KEY,
        "LEADLINE_WEBFLOW_SECRET": WEBFLOW_SECRET,
    }
    log = home.parent / f"{home.name}-{port}.log"
    with log.open("ab") as out:
        process = subprocess.Popen(
            [Path(sys.executable).parent / "leadline", "serve", *arguments],
            env=os.environ | own | environment,
            stdout=out,
            stderr=out,
        )
    serving = Serving(home, port, process, log)
    serving.wait_until_ready()
    return serving


@contextmanager
def serving(home: Path, *arguments: str, **environment: str) -> Iterator[Serving]:
    """A server that is stopped, and seen to stop cleanly, at the end."""
    running = start(home, *arguments, **environment)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.kill(signal.SIGTERM)


def processes_of(home: Path) -> list[int]:
    """Every process whose command line names this folder, or whose working data lies in it."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            try:
                words = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
            except OSError:
                continue
            if str(home).encode() in words:
                found.append(int(folder.name))
    return found


def _is_ready(serving: Serving) -> bool:
    try:
        return httpx2.get(f"{serving.url}/readyz", timeout=2).status_code == 200
    except httpx2.TransportError:
        return False
