"""`leadline doctor` and `leadline copy` as they are typed: what they print, how they end, what a kill leaves behind."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from tests import emulator
from tests.conftest import DATABASE, Servers, empty

SECONDS = 120


def leadline(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """A command, run to its end."""
    return subprocess.run(
        [Path(sys.executable).parent / "leadline", *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )


@pytest.fixture
def url(servers: Servers) -> str:
    """The owner's URL of a database."""
    return servers.url("postgres")


@pytest_asyncio.fixture
async def seeded(url: str) -> str:
    """The URL of a database with the demo, and nothing else."""
    await empty(url)
    assert leadline("seed", DATABASE_URL=url).returncode == 0
    return url


async def execute(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


async def test_a_house_in_order_is_told_so_on_stderr_and_nothing_on_stdout(seeded: str) -> None:
    done = leadline("doctor", DATABASE_URL=seeded)

    assert (done.returncode, done.stdout) == (0, "")
    assert "nothing found, 0 mended (looked at 8 users, 67 leads" in done.stderr
    assert "the trail: leadline_app is refused UPDATE, DELETE and TRUNCATE on activities, submissions" in done.stderr
    assert "can leave that role" in done.stderr


async def test_what_is_found_is_printed_with_its_cure_and_mended_when_asked(seeded: str) -> None:
    await execute(seeded, "UPDATE leadline.users SET total_leads_assigned = 99 WHERE full_name = 'Marcus Johnson'")

    plain = leadline("doctor", DATABASE_URL=seeded)
    told = leadline("doctor", "--json", DATABASE_URL=seeded)
    mended = leadline("doctor", "--fix", DATABASE_URL=seeded)
    after = leadline("doctor", "--json", DATABASE_URL=seeded)

    assert (plain.returncode, told.returncode, mended.returncode, after.returncode) == (1, 1, 0, 0)
    assert "Marcus Johnson has total_leads_assigned 99, and a recount says" in plain.stdout
    assert "cure  leadline doctor --fix" in plain.stdout
    (finding,) = json.loads(told.stdout)["findings"]
    assert (finding["rule"], finding["cure"]) == ("counters", "leadline doctor --fix")
    assert mended.stdout.startswith("mended  counters")
    assert json.loads(after.stdout)["findings"] == []


@pytest.mark.long
async def test_a_right_to_rewrite_the_trail_is_found(seeded: str) -> None:
    await execute(seeded, "GRANT UPDATE, TRUNCATE ON leadline.activities TO leadline_app")
    try:
        done = leadline("doctor", "--json", DATABASE_URL=seeded)
    finally:
        await execute(seeded, "REVOKE UPDATE, TRUNCATE ON leadline.activities FROM leadline_app")

    (finding,) = json.loads(done.stdout)["findings"]
    assert (done.returncode, finding["where"]) == (1, "leadline.activities")
    assert finding["cure"].startswith("REVOKE UPDATE, TRUNCATE ON leadline.activities FROM leadline_app")


@pytest_asyncio.fixture
async def another(url: str) -> str:
    """The URL of a second database on the same server, with nothing in it."""
    await execute(url, "DROP DATABASE IF EXISTS leadline_copied", "CREATE DATABASE leadline_copied")
    return url.replace(f"/{DATABASE}", "/leadline_copied")


async def test_a_database_that_waits_for_a_migration_is_not_looked_into(another: str) -> None:
    done = leadline("doctor", "--json", DATABASE_URL=another)

    (finding,) = json.loads(done.stdout)["findings"]
    assert (done.returncode, finding["rule"], finding["cure"]) == (1, "migrations", "leadline migrate")
    assert finding["what"].startswith("has nothing of Leadline's yet")


@pytest.fixture
def firestore_url(request: pytest.FixtureRequest) -> str:
    if not emulator.is_available():
        pytest.skip("no Firestore emulator")
    return f"firestore://{request.getfixturevalue('firestore_project')}"


def checksums(answer: str) -> dict[str, Any]:
    """What the target holds, where that is what the source holds."""
    told = json.loads(answer)
    assert all(each["from"] == each["to"] for each in told.values()), told
    return {name: each["to"] for name, each in told.items()}


@pytest.mark.long
@pytest.mark.timeout(400)
async def test_the_demo_goes_to_firestore_and_back_though_the_way_there_is_cut_off(
    seeded: str, another: str, firestore_url: str
) -> None:
    kill_in_the_middle("copy", "--from", seeded, "--to", firestore_url, after="activities: ")

    there = leadline("copy", "--from", seeded, "--to", firestore_url, "--json")
    back = leadline("copy", "--from", firestore_url, "--to", another, "--json")
    again = leadline("copy", "--from", firestore_url, "--to", another, "--json")

    assert (there.returncode, back.returncode, again.returncode) == (0, 0, 0), (there.stderr, back.stderr)
    assert checksums(there.stdout) == checksums(back.stdout) == checksums(again.stdout)
    assert checksums(back.stdout)["leads"]["count"] == 67
    assert 0 < activities_written(there.stderr) < checksums(there.stdout)["activities"]["count"]
    assert activities_written(again.stderr) == 0
    for url in (firestore_url, another):
        assert json.loads(leadline("doctor", "--json", DATABASE_URL=url).stdout)["findings"] == []


def activities_written(said: str) -> int:
    """What the last line about them says."""
    return [int(line.split()[1]) for line in said.splitlines() if line.startswith("activities: ")][-1]


def kill_in_the_middle(*arguments: str, after: str) -> None:
    """Kill a command at once when it says something."""
    command = [str(Path(sys.executable).parent / "leadline"), *arguments]
    with subprocess.Popen(
        command, env=os.environ | {"PYTHONUNBUFFERED": "1"}, stderr=subprocess.PIPE, text=True
    ) as run:
        assert run.stderr is not None
        assert any(line.startswith(after) for line in run.stderr)
        run.send_signal(signal.SIGKILL)
