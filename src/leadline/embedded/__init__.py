"""The embedded PostgreSQL: one server per data folder, shared by the commands that need it, never left behind."""

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from leadline.embedded.cluster import APP, DATABASE, OWNER, prepare, read_passwords
from leadline.embedded.messages import AlreadyServing, CannotStart, say
from leadline.embedded.server import Server, find_running, start, take_over_orphan
from leadline.embedded.ways import Chooser, choose_way
from leadline.locks import POLL_SECONDS, LockFile, process_exists

__all__ = ["AlreadyServing", "CannotStart", "EmbeddedUrls", "attach", "choose_way", "serve"]

WAIT_SECONDS = 60  # for others, at the start
LET_GO_SECONDS = 5  # for others, when a serve stops: shorter than the patience of service managers
RELEASE_SECONDS = 0.3
SUCCESSION_SECONDS = 10


@dataclass(frozen=True)
class EmbeddedUrls:
    """Where the server is, for each of its two roles. The passwords are in it: it does not print itself."""

    owner: str = field(repr=False)
    app: str = field(repr=False)
    alive: Callable[[], bool] = field(repr=False, compare=False)
    """Whether the server still runs: False after it was killed from outside."""
    start_again: Callable[[], None] = field(repr=False, compare=False)
    """Start it again after that, for its owner, from the main thread. These URLs stay good. Raises CannotStart."""


@contextmanager
def serve(home: Path, *, way: Chooser = choose_way) -> Iterator[EmbeddedUrls]:
    """For `leadline serve`: a server of its own on `home`, from the main thread, stopped at the end.

    Raises AlreadyServing while another serve holds `home`, and CannotStart."""
    with ExitStack() as stack:
        with _explained(home):
            folder = _folder(home)
            serving = stack.enter_context(LockFile(folder.parent / "serve.lock"))
            _claim(serving, folder.parent)
            owning = stack.enter_context(LockFile(folder / "owner.lock"))
            if not owning.take_exclusive():
                say(f"waiting up to {WAIT_SECONDS} s for the command that uses the database ({_holder(owning)})")
                if not owning.take_exclusive(WAIT_SECONDS):
                    raise CannotStart(
                        f"A leadline command ({_holder(owning)}) still uses {home}: start when it is done."
                    )
            urls = stack.enter_context(_own(folder, owning, way, adopt=False, patience_seconds=LET_GO_SECONDS))
        yield urls


@contextmanager
def attach(home: Path, *, way: Chooser = choose_way) -> Iterator[EmbeddedUrls]:
    """For every other command: the server that runs on `home`, or else a new one for as long as anybody uses it.

    Raises CannotStart."""
    with ExitStack() as stack:
        with _explained(home):
            folder = _folder(home)
            owning = stack.enter_context(LockFile(folder / "owner.lock"))
            using = stack.enter_context(LockFile(folder / "use.lock"))
            server = _join_or_claim(folder, owning, using)
            if server is None:
                urls = stack.enter_context(_own(folder, owning, way, adopt=True, patience_seconds=None))
            else:
                urls = _urls(server.port, read_passwords(folder), server.alive, _leave_to_the_owner)
        yield urls


def _join_or_claim(folder: Path, owning: LockFile, using: LockFile) -> Server | None:
    """Share the server of a living owner, or (None) become the owner."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        if owning.take_exclusive():
            return None
        if using.take_shared():
            # The owner names its server once that is ready: another one found here is about to end.
            server = find_running(folder / "data")
            if server and owning.read_numbers()[1:] == [server.pid]:
                return server
            using.release()
        time.sleep(POLL_SECONDS)
    raise CannotStart(f"The database in {folder} is still starting or stopping ({_holder(owning)}): try again.")


@contextmanager
def _own(
    folder: Path, owning: LockFile, way: Chooser, *, adopt: bool, patience_seconds: float | None
) -> Iterator[EmbeddedUrls]:
    """Run a server for ourselves and for those who join, and stop it when they have let go or patience ends."""
    owning.write(f"{os.getpid()}")
    data = folder / "data"
    orphan = take_over_orphan(data, adopt=adopt)
    if orphan is None:
        chosen = way(folder)
        passwords = prepare(folder, chosen)
        server = start(data, chosen)
    else:
        server, passwords = orphan, read_passwords(folder)

    def start_again() -> None:
        nonlocal server
        owning.write(f"{os.getpid()}")
        server = start(data, way(folder), port=server.port)
        owning.write(f"{os.getpid()} {server.pid}")

    with LockFile(folder / "use.lock") as using:
        try:
            owning.write(f"{os.getpid()} {server.pid}")
            yield _urls(server.port, passwords, lambda: server.alive(), start_again)
        finally:
            try:
                if server.alive() and not using.take_exclusive():
                    say("waiting for the other leadline commands that use the database")
                    using.take_exclusive(patience_seconds)
            finally:
                server.stop()


def _claim(serving: LockFile, home: Path) -> None:
    """Take the one place of a serve on `home`. One that is just dying, or its last workers, get a moment to end."""
    begin = time.monotonic()
    while not serving.take_exclusive(RELEASE_SECONDS):
        holder = serving.read_numbers()[:1]
        if time.monotonic() > begin + SUCCESSION_SECONDS or (holder and process_exists(holder[0])):
            raise AlreadyServing(f"a leadline serve is already running on {home} ({_holder(serving)})")
    serving.write(f"{os.getpid()}")


def _holder(lock: LockFile) -> str:
    return " ".join(["pid", *map(str, lock.read_numbers()[:1])])


def _urls(
    port: int, passwords: dict[str, str], alive: Callable[[], bool], start_again: Callable[[], None]
) -> EmbeddedUrls:
    owner, app = (f"postgresql://{role}:{passwords[role]}@127.0.0.1:{port}/{DATABASE}" for role in (OWNER, APP))
    return EmbeddedUrls(owner, app, alive, start_again)


def _leave_to_the_owner() -> None:
    raise CannotStart("the database server belongs to another leadline process, which starts it again")


def _folder(home: Path) -> Path:
    """The database's folder in `home`. Only what is made here gets its mode set; no other folder is touched."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = home.resolve() / "postgres"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


@contextmanager
def _explained(home: Path) -> Iterator[None]:
    """What the system refuses at the start, in words that name the folder."""
    try:
        yield
    except (OSError, json.JSONDecodeError, KeyError) as error:
        raise CannotStart(
            f"The embedded database in {home} cannot be used: {error}. "
            "Make the folder writable for this user, choose another LEADLINE_HOME, or set DATABASE_URL."
        ) from error
