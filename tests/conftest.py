"""Stores for the tests. Each test gets an empty one, connected as the application's role."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
from hypothesis import settings

from leadline.ports import Store
from leadline.storage.firestore.store import open_store as open_firestore
from leadline.storage.memory import MemoryStore
from leadline.storage.postgres import migrate
from leadline.storage.postgres.store import open_store
from tests import emulator, indexes
from tests.browser.chromium import CHROMIUM
from tests.servers import SYSTEM_FOLDERS, embedded_server, system_server

settings.register_profile("everyday", deadline=None)
settings.load_profile("everyday")

DATABASE = "leadline_test"
SERVERS = {"postgres": embedded_server, "postgres_system": system_server}


def backends() -> list[str]:
    """Which stores this machine can try. CI demands all of them (REQUIRE_BACKENDS=1); elsewhere a missing one is left out, and
    the header of the run says so."""
    found = ["memory", "postgres", *(["firestore"] if emulator.is_available() else [])]
    if SYSTEM_FOLDERS:
        return [*found, "postgres_system"]
    if os.environ.get("REQUIRE_BACKENDS") == "1":
        raise pytest.UsageError(
            "REQUIRE_BACKENDS=1 and no PostgreSQL of the system's own: install postgresql-15 or newer"
        )
    return found


def pytest_report_header() -> str:
    missing = "" if SYSTEM_FOLDERS else "; not tried: the system's PostgreSQL, which is not installed"
    if not emulator.is_available():
        missing += "; not tried: Firestore, for there is no emulator (FIRESTORE_EMULATOR_JAR) or no Java"
    missing += "" if CHROMIUM else "; not tried: the screens in a browser, for there is no chromium"
    return f"stores: {', '.join(backends())}{missing}"


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Servers"]:
    """PostgreSQL servers, started when first asked for."""
    running = Servers(tmp_path_factory.mktemp("servers"))
    yield running
    running.stop()


class Servers:
    """The owner's URL of a migrated database on each kind of server."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: dict[str, tuple[object, str]] = {}

    def url(self, kind: str) -> str:
        if kind not in self._running:
            server = SERVERS[kind](self._folder)
            url = asyncio.run(_with_database(server.__enter__()))
            asyncio.run(migrate.upgrade(url))
            self._running[kind] = (server, url)
        return self._running[kind][1]

    def stop(self) -> None:
        for server, _ in self._running.values():
            server.__exit__(None, None, None)  # type: ignore[attr-defined]


async def _with_database(url: str) -> str:
    connection = await asyncpg.connect(url)
    await connection.execute(f"CREATE DATABASE {DATABASE}")
    await connection.close()
    return f"{url.rsplit('/', 1)[0]}/{DATABASE}"


async def empty(url: str) -> None:
    """Take every row out of every table."""
    connection = await asyncpg.connect(url)
    tables = await connection.fetch(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'leadline' AND tablename <> 'alembic_version'"
    )
    # Users last, for others name them, and counts after what is counted. A DELETE of few rows takes a millisecond, a TRUNCATE makes
    # new files for each table.
    names = sorted((row["tablename"] for row in tables), key=lambda name: (name == "users", name == "lead_counts"))
    await connection.execute("; ".join(f"DELETE FROM leadline.{name}" for name in names))
    await connection.close()


@pytest.fixture(params=backends())
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def firestore_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """HOST:PORT of the Firestore emulator, started when first asked for."""
    with emulator.emulator(tmp_path_factory.mktemp("emulator")) as address:
        yield address


@pytest.fixture
def firestore_project(firestore_address: str) -> Iterator[str]:
    """A project of the emulator that nobody has used."""
    project = emulator.new_project()
    yield project
    emulator.clear(firestore_address, project)


@pytest.fixture
def database_url(backend: str, servers: Servers, request: pytest.FixtureRequest) -> str | None:
    """The owner's URL, or firestore://PROJECT; None for memory."""
    if backend == "firestore":
        return f"firestore://{request.getfixturevalue('firestore_project')}"
    return None if backend == "memory" else servers.url(backend)


@pytest_asyncio.fixture
async def store(database_url: str | None) -> AsyncIterator[Store]:
    """An empty store of each kind in turn."""
    if database_url is None:
        yield MemoryStore()
        return
    if database_url.startswith("firestore://"):
        firestore = await open_firestore(database_url.removeprefix("firestore://"))
        with indexes.demanded():
            yield firestore
        await firestore.close()
        return
    await empty(database_url)
    opened = await open_store(database_url, as_app=True)
    yield opened
    await opened.close()


@pytest.fixture
def memory() -> MemoryStore:
    """The strict store, for the tests of use cases."""
    return MemoryStore()
