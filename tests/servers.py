"""PostgreSQL servers for the tests: the embedded 18, and the system's own where it is installed."""

import asyncio
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import asyncpg

from leadline import embedded

SYSTEM_FOLDERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
START_SECONDS = 20


@contextmanager
def embedded_server(folder: Path) -> Iterator[str]:
    """The owner's URL of the wheel's PostgreSQL 18."""
    with embedded.attach(folder) as urls:
        yield urls.owner


@contextmanager
def system_server(folder: Path) -> Iterator[str]:
    """The owner's URL of the newest PostgreSQL that the system has, on data of its own."""
    binaries, port = SYSTEM_FOLDERS[0], free_port()
    data = folder / "system"
    prefix = ["unshare", "-U", "--map-user=1000", "--map-group=1000"] if os.geteuid() == 0 else []
    prefix += ["setpriv", "--pdeathsig", "INT"] if shutil.which("setpriv") else []
    subprocess.run(
        [
            *prefix,
            binaries / "initdb",
            "-D",
            data,
            "-U",
            "leadline_owner",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
        ],
        check=True,
        capture_output=True,
        cwd="/",
    )
    settings = [f"port={port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", "jit=off", "fsync=off"]
    with (folder / "system.log").open("wb") as log:
        server = subprocess.Popen(
            [*prefix, binaries / "postgres", "-D", data, *(part for s in settings for part in ("-c", s))],
            stdout=log,
            stderr=log,
            cwd="/",
            process_group=0,
        )
    with ExitStack() as stack:
        stack.callback(server.wait, START_SECONDS)
        stack.callback(server.terminate)
        url = f"postgresql://leadline_owner@127.0.0.1:{port}/postgres"
        asyncio.run(_ready(url, server))
        yield url


async def _ready(url: str, server: "subprocess.Popen[bytes]") -> None:
    async with asyncio.timeout(START_SECONDS):
        while True:
            try:
                connection = await asyncpg.connect(url)
            except (OSError, asyncpg.CannotConnectNowError):
                assert server.poll() is None, "the system's PostgreSQL did not start; see system.log"
                await asyncio.sleep(0.05)
            else:
                return await connection.close()


def free_port() -> int:
    """A port of loopback that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
