"""What the tests of the embedded server share: commands as real processes, the process table, SQL by psql."""

import atexit
import contextlib
import functools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from leadline.embedded import serve
from leadline.embedded.server import find_running
from leadline.embedded.ways import find_binaries

PROCESS = Path(__file__).with_name("embedded_process.py")


class Command:
    """A leadline command on the embedded server, as a process of its own."""

    def __init__(
        self,
        mode: str,
        home: Path,
        *options: str,
        uid: int | None = None,
        python: str = sys.executable,
        script: Path = PROCESS,
        environment: dict[str, str] | None = None,
    ) -> None:
        who: dict[str, Any] = {} if uid is None else {"user": uid, "group": uid, "extra_groups": []}
        self.process = subprocess.Popen(
            [python, str(script), mode, str(home), *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            process_group=0,
            env={**os.environ, **(environment or {})},
            cwd="/",
            **who,
        )

    def __enter__(self) -> "Command":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe:
                pipe.close()
        self.process.wait()

    def answer(self) -> dict[str, Any]:
        """The next line that it prints; its urls, or its refusal."""
        assert self.process.stdout
        assert self.process.stderr
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read()
        answer: dict[str, Any] = json.loads(line)
        return answer

    def let_go(self) -> None:
        """Tell it that its work is done."""
        assert self.process.stdin
        self.process.stdin.close()

    def end(self) -> int:
        self.let_go()
        return self.process.wait(60)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def complaint(self) -> str:
        """The next line that it says on stderr."""
        assert self.process.stderr
        return self.process.stderr.readline()


def make_folder() -> Path:
    """A 0700 folder, in memory where there is enough: this is about processes, and a busy disk costs minutes."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > 2**30
    return Path(tempfile.mkdtemp(dir=memory if roomy else None))


@functools.cache
def make_home() -> Path:
    """A home, once per test run, that was served freshly and holds one committed row."""
    parent = make_folder()
    atexit.register(shutil.rmtree, parent)
    parent.chmod(0o755)
    with serve(parent / "new/home") as urls:
        sql(urls.owner, "CREATE TABLE kept AS SELECT 42 AS answer")
    return parent / "new/home"


@contextlib.contextmanager
def copied_home() -> Iterator[Path]:
    """A copy of it for one test, below a 0700 folder. What still runs on it at the end is killed by its pid."""
    folder = make_folder()
    home = folder / "a long name with spaces" / ("and more " * 20).strip() / "home"
    shutil.copytree(make_home(), home)
    try:
        yield home
    finally:
        if server := find_running(home.resolve() / "postgres/data"):
            kill_all(family(server.pid))
        shutil.rmtree(folder)


def sql(url: str, statement: str) -> str:
    done = subprocess.run(
        [find_binaries() / "psql", url, "-AtqX", "-v", "ON_ERROR_STOP=1", "-c", statement],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def answer(url: str) -> str:
    """What the committed row of `make_home` says."""
    return sql(url, "SELECT answer FROM kept")


def postmaster(home: Path) -> int:
    return int((home / "postgres/data/postmaster.pid").read_text().split()[0])


def family(pid: int) -> set[tuple[int, str]]:
    """A process and all below it, each by its id and the time of its start: ids come again."""
    table = {int(entry.name): _stat(int(entry.name)) for entry in Path("/proc").iterdir() if entry.name.isdigit()}
    members = {pid} if table.get(pid) else set()
    grown = True
    while grown:
        below = {child for child, state in table.items() if state and int(state[1]) in members}
        grown = not below <= members
        members |= below
    return {(member, table[member][19]) for member in members}


def living(processes: set[tuple[int, str]]) -> set[int]:
    """Those that still run; what waits to be reaped does not."""
    states = [(pid, started, _stat(pid)) for pid, started in processes]
    return {pid for pid, started, state in states if state and state[19] == started and state[0] not in "ZX"}


def gone(processes: set[tuple[int, str]]) -> bool:
    """None runs any more. One that is ending loses its memory, and with it its command line and its share of the data,
    an instant before the kernel lists it as ended: who waited for the former can still see it for that instant."""
    return eventually(lambda: not living(processes), seconds=1)


def kill_all(processes: set[tuple[int, str]]) -> None:
    for pid in living(processes):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    assert eventually(lambda: not living(processes))


def eventually(question: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not question():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _stat(pid: int) -> list[str]:
    """Fields of /proc/PID/stat from the third on (state, parent, ...)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
