"""The application of each test: a rep, another rep, a manager, an admin, and somebody who left."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from leadline.usecases import passwords
from tests.web.browsing import CHEAP, PASSWORD_HASH, House, running


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", CHEAP)
    monkeypatch.setattr(passwords, "_NOBODY", PASSWORD_HASH)


@pytest_asyncio.fixture
async def house() -> AsyncIterator[House]:
    """A team, and no lead yet."""
    async with running() as made:
        await made.hire("Rep One")
        await made.hire("Rep Two")
        await made.hire("Manager", "manager")
        await made.hire("Admin", "admin")
        await made.hire("Gone", is_active=False)
        yield made
