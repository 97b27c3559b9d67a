"""Servers of these tests' own, where the role `leadline_app` comes and goes, and an empty database for each test."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio

from tests.conftest import SERVERS, backends
from tests.migrations.databases import at

KINDS = [kind for kind in backends() if kind in SERVERS]


@pytest.fixture(scope="session", params=KINDS)
def server_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The superuser's URL of a server on which nothing has been migrated."""
    with ExitStack() as stack:
        url = stack.enter_context(SERVERS[request.param](tmp_path_factory.mktemp("migrations")))
        asyncio.run(_forget_the_app_role(url))
        yield url


@pytest_asyncio.fixture
async def url(server_url: str) -> AsyncIterator[str]:
    """The superuser's URL of an empty database. Roles belong to the server, so those that a test made go with it."""
    name = f"migrations_{uuid4().hex}"
    server = await asyncpg.connect(server_url)
    before = await _roles(server)
    await server.execute(f"CREATE DATABASE {name}")
    yield at(server_url, name)
    await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    for role in await _roles(server) - before:
        await server.execute(f'DROP ROLE "{role}"')
    await server.close()


@pytest_asyncio.fixture
async def owner(url: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """A connection to the empty database as the superuser."""
    connection = await asyncpg.connect(url)
    yield connection
    await connection.close()


async def _forget_the_app_role(url: str) -> None:
    """The embedded server is made with it; elsewhere the migrations make it."""
    connection = await asyncpg.connect(url)
    if "leadline_app" in await _roles(connection):
        await connection.execute("DROP OWNED BY leadline_app; DROP ROLE leadline_app")
    await connection.close()


async def _roles(server: "asyncpg.Connection[asyncpg.Record]") -> set[str]:
    return {row["rolname"] for row in await server.fetch("SELECT rolname FROM pg_roles")}
