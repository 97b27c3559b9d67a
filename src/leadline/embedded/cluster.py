"""Makes the data folder, its roles, its database and their passwords, each wholly or not at all."""

import contextlib
import json
import os
import secrets
import shutil
import subprocess
import tempfile
from pathlib import Path

from leadline.embedded.messages import CannotStart
from leadline.embedded.ways import Way

OWNER, APP, DATABASE = "leadline_owner", "leadline_app", "leadline"
INITDB = (
    f"--username={OWNER}",
    "--auth=scram-sha-256",
    "--pwfile=/dev/stdin",
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-instructions",
)


def prepare(folder: Path, way: Way) -> dict[str, str]:
    """See that there is a data folder that `way` can run on; answers the password of each role.

    No server may be running on it."""
    passwords, are_new = _passwords(folder / "credentials.json")
    data = folder / "data"
    if not (data / "PG_VERSION").exists():
        _create(folder, way, passwords)
        return passwords
    way.own_tree(data)
    if are_new:
        _execute(data, way, [f"ALTER ROLE {role} PASSWORD '{password}'" for role, password in passwords.items()])
    return passwords


def read_passwords(folder: Path) -> dict[str, str]:
    """The passwords that the running server was started with."""
    passwords: dict[str, str] = json.loads((folder / "credentials.json").read_bytes())
    return passwords


def _passwords(path: Path) -> tuple[dict[str, str], bool]:
    if path.exists():
        return read_passwords(path.parent), False
    passwords = {role: secrets.token_urlsafe(24) for role in (OWNER, APP)}
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(passwords, file)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    return passwords, True


def _create(folder: Path, way: Way, passwords: dict[str, str]) -> None:
    for left_by_a_kill in folder.glob("new-*"):
        shutil.rmtree(left_by_a_kill, ignore_errors=True)
    new = Path(tempfile.mkdtemp(prefix="new-", dir=folder))
    try:
        way.own(new)
        _run(new, way, "initdb", *INITDB, stdin=f"{passwords[OWNER]}\n")
        statements = [f"CREATE ROLE {APP} LOGIN PASSWORD '{passwords[APP]}'", f"CREATE DATABASE {DATABASE}"]
        _execute(new, way, statements)
        new.rename(folder / "data")
        _sync(folder)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise


def _execute(data: Path, way: Way, statements: list[str]) -> None:
    """Run statements in a server without clients: nobody else can be in it, and no password is needed."""
    script = "".join(f"{statement};\n\n" for statement in statements)
    arguments = ("--single", "-j", "-c", "exit_on_error=on", "-c", "log_checkpoints=off", "postgres")
    _run(data, way, "postgres", *arguments, stdin=script)


def _run(data: Path, way: Way, program: str, *arguments: str, stdin: str) -> None:
    # A file and not a pipe: initdb opens /dev/stdin anew, which another user may not do with our pipe.
    with tempfile.TemporaryFile() as written:
        written.write(stdin.encode())
        written.seek(0)
        way.own(written.fileno())
        child = way.spawn(data, program, *arguments, stdin=written, stdout=subprocess.PIPE)
    with child:
        try:
            output = child.communicate()[0].decode(errors="replace")
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, 9)
            raise
    if child.returncode:
        raise CannotStart(
            f"The database in {data.parent} could not be made: {program} failed.\n{output.strip()[-1500:]}\n"
            "Mend what it complains of (often: a full disk, or a user id without a name in /etc/passwd) and start "
            "again, or set DATABASE_URL to a PostgreSQL of your own."
        )


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
