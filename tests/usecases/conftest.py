"""Stores whose n-th call fails."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio

from leadline.ports import Store
from leadline.storage.postgres.connection import open_pool
from leadline.storage.postgres.store import APP_ROLE
from tests.conftest import Servers, empty
from tests.faults import KINDS, Faults, Kind, faulty_memory, faulty_postgres

Fresh = Callable[[], Awaitable[tuple[Store, Faults]]]

# Memory loses no answer but that of the commit, which is the last call, so its `after` would show nothing new.
EVERYDAY = [("memory", "before"), ("memory", "for_good"), ("postgres", "before"), ("postgres", "after")]
LONG = [("postgres", "for_good"), *(("postgres_system", kind) for kind in KINDS)]


@pytest.fixture(
    params=[*EVERYDAY, *(pytest.param(each, marks=pytest.mark.long) for each in LONG)],
    ids=lambda param: "-".join(param),
)
def way(request: pytest.FixtureRequest) -> tuple[str, Kind]:
    """Which store, and how its calls fail."""
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def kind(way: tuple[str, Kind]) -> Kind:
    return way[1]


@pytest.fixture
def url(way: tuple[str, Kind], servers: Servers) -> str | None:
    """Where the store is; None for memory."""
    return None if way[0] == "memory" else servers.url(way[0])


@pytest_asyncio.fixture
async def fresh(url: str | None) -> AsyncIterator[Fresh]:
    """An empty store whose calls can be made to fail, each time it is asked for."""

    async def memory() -> tuple[Store, Faults]:
        faults = Faults()
        return faulty_memory(faults), faults

    if url is None:
        yield memory
        return
    pool = await open_pool(url, size=4, role=APP_ROLE, through_pooler=False)

    async def postgres() -> tuple[Store, Faults]:
        await empty(url)
        faults = Faults()
        return faulty_postgres(pool, faults), faults

    yield postgres
    pool.terminate()
