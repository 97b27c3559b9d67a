"""Starts the server on a data folder, finds the one that runs there, and stops it."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from leadline.embedded.messages import CannotStart, say
from leadline.embedded.ways import Way
from leadline.locks import process_exists

START_SECONDS = 300  # a start after a crash replays up to max_wal_size
RETRY_SECONDS = 15
STOP_SECONDS = 60
DYING_SECONDS = 1
POLL_SECONDS = 0.01
LOG_BYTES = 5_000_000
# What a start can meet in the moments after a kill -9 of an older server, or when another program took the port.
PASSING = re.compile(r"shared memory block|lock file \"postmaster.pid\"|could not bind|could not create any TCP/IP")
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "max_wal_size": "4GB",
    "fsync": "on",
    "synchronous_commit": "on",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_destination": "stderr",
    "logging_collector": "off",
    "password_encryption": "scram-sha-256",
}


@dataclass
class Server:
    """A running postmaster: our child, or (`child` is None) one that somebody else started."""

    data: Path
    pid: int
    port: int
    child: "subprocess.Popen[bytes] | None" = None

    def alive(self) -> bool:
        """Whether the process is still there."""
        if self.child:
            return self.child.poll() is None
        return _is_postmaster_of(self.data, self.pid)

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, nothing committed is lost; ever harder if it hangs."""
        if not self.alive():
            say(f"the database server had ended by itself; see {self.data.with_name('server.log')}")
            return
        for how, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 10), (signal.SIGKILL, 10)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, how)
            if self.ends_within(seconds):
                return

    def ends_within(self, seconds: float) -> bool:
        """Wait for the end; a child is reaped."""
        deadline = time.monotonic() + seconds
        while self.alive():
            if time.monotonic() >= deadline:
                return False
            time.sleep(POLL_SECONDS)
        return True


def start(data: Path, way: Way, settings: Mapping[str, str] = SETTINGS, port: int | None = None) -> Server:
    """Start a server as our child, on `port` or on any that is free, and wait until it takes connections."""
    deadline = time.monotonic() + RETRY_SECONDS
    log = data.with_name("server.log")
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_suffix(".log.old"))
    _remove_stale_pid_file(data)
    while True:
        with open(os.open(log, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "rb") as output:
            mark = output.seek(0, os.SEEK_END)
            at = port or _free_port()
            child = way.spawn(
                data, "postgres", *_arguments(data, at, settings), stdin=subprocess.DEVNULL, stdout=output
            )
            server = Server(data, child.pid, at, child)
            if _is_ready(server):
                return server
            output.seek(mark)
            said = output.read().decode(errors="replace")
        if not PASSING.search(said) or time.monotonic() > deadline:
            raise CannotStart(
                f"PostgreSQL did not start on {data}. The end of {log}:\n{said.strip()[-1500:]}\n"
                "Mend what it complains of and start again, or set DATABASE_URL to a PostgreSQL of your own."
            )
        time.sleep(0.1)


def find_running(data: Path) -> Server | None:
    """The server that runs on the data folder, whoever started it and in whatever state."""
    pid = _pid(data)
    if pid is None or not _is_postmaster_of(data, pid):
        return None
    lines = _pid_file(data)
    return Server(data, pid, int(lines[3])) if len(lines) > 3 else None


def take_over_orphan(data: Path, *, adopt: bool) -> Server | None:
    """Deal with a server whose owner is gone: adopt it if that is wanted and it lives on, else stop it."""
    orphan = find_running(data)
    if orphan is None:
        return None
    # Its owner's locks fall an instant before its own SIGINT comes: one that is about to end still looks well.
    if adopt and not orphan.ends_within(DYING_SECONDS) and _state(data) == "ready":
        return orphan
    if orphan.alive():
        say(f"stopping a database server that an earlier leadline left behind (pid {orphan.pid})")
        orphan.stop()
    return None


def _arguments(data: Path, port: int, settings: Mapping[str, str]) -> list[str]:
    # The made-up setting puts the folder into the process list, by which the server is known again.
    named = {"port": str(port), **settings, "leadline.data": str(data)}
    return [argument for name, value in named.items() for argument in ("-c", f"{name}={value}")]


def _is_ready(server: Server) -> bool:
    """Wait until the server says so in its pid file; False when it ended before."""
    deadline = time.monotonic() + START_SECONDS
    notice = time.monotonic() + 5
    try:
        while server.alive():
            if _pid(server.data) == server.pid and _state(server.data) == "ready":
                return True
            now = time.monotonic()
            if now > deadline:
                raise CannotStart(f"PostgreSQL on {server.data} was not ready after {START_SECONDS} s; see its log.")
            if now > notice:
                say("the database is recovering from an unclean stop; this can take minutes")
                notice = deadline
            time.sleep(POLL_SECONDS)
    except BaseException:
        server.stop()
        raise
    return False


def _pid_file(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def _pid(data: Path) -> int | None:
    """The pid in the file; None where there is none, or a power cut left nothing readable."""
    first = "".join(_pid_file(data)[:1]).lstrip("-")  # a server in single mode writes its pid with a minus
    return int(first) if first.isdigit() else None


def _state(data: Path) -> str:
    """starting, ready, stopping or standby; empty while it is not said."""
    lines = _pid_file(data)
    return lines[7].strip() if len(lines) > 7 else ""


def _is_postmaster_of(data: Path, pid: int) -> bool:
    """By its command line: other traces are hidden from a root without CAP_SYS_PTRACE, as in a container."""
    try:
        if sys.platform == "linux":
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        else:
            listing = subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True)  # noqa: S603, S607
            words = listing.stdout.split(b" -")
    except OSError:
        return False
    return words[0].endswith(b"/postgres") and any(os.fsencode(data) in word for word in words[1:])


def _remove_stale_pid_file(data: Path) -> None:
    """After a reboot or in a new container the old pid can be anybody's, and PostgreSQL would refuse for ever.

    Should an old server be alive nevertheless, its shared memory still makes the new one refuse."""
    pid = _pid(data)
    if pid is None or (process_exists(pid) and not _is_postmaster_of(data, pid)):
        (data / "postmaster.pid").unlink(missing_ok=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
