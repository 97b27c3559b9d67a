"""One browser for each worker, one site for each test, and no trouble at its end."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.chromium import CHROMIUM, IS_DEMANDED, chromium
from tests.browser.kit import Site, looked_at
from tests.browser.screens import furnished


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a browser these tests are left out; the header of the run says so. CI demands one."""
    if CHROMIUM is None and not IS_DEMANDED:
        for item in items:
            if "tests/browser/" in item.nodeid:
                item.add_marker(pytest.mark.skip(reason="there is no chromium"))


@pytest_asyncio.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The browser of this worker."""
    async with chromium() as started:
        yield started


@pytest_asyncio.fixture
async def site(browser: Browser) -> AsyncIterator[Site]:
    """A house with something in every room. At the end no page has caused trouble."""
    async with furnished() as house, looked_at(house, browser) as made:
        yield made
    made.assert_no_trouble()
