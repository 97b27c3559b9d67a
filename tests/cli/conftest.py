"""Commands on a real, empty database."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result

from leadline.cli import main
from leadline.config import load
from leadline.databases import open_database
from leadline.ports import Store
from tests.conftest import backends, empty

Run = Callable[..., Result]


@pytest.fixture(params=[kind for kind in backends() if kind != "memory"])
def backend(request: pytest.FixtureRequest) -> str:
    """Memory is no database that a command could be pointed at."""
    return str(request.param)


@pytest.fixture
def run(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command on an empty database."""
    if not database_url.startswith("firestore"):
        asyncio.run(empty(database_url))
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("PUBLIC_URL", "https://leads.example.com")
    return lambda *arguments: CliRunner().invoke(main, [str(argument) for argument in arguments])


def on_store(work: Callable[[Store], Any]) -> Any:
    """Do something to the database that the commands work on."""

    async def run() -> Any:
        async with open_database(load(), pool_size=1) as store:
            return await work(store)

    return asyncio.run(run())
