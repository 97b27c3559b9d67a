"""One browser and one furnished house for each worker, windows for each test, and no trouble at its end."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.chromium import CHROMIUM, IS_DEMANDED, chromium
from tests.browser.kit import Site, serving
from tests.browser.screens import furnished
from tests.web.browsing import House, running


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a browser these tests are left out; the header of the run says so. CI demands one.

    A real browser on a machine that does other things may miss a beat: each test has a second try, which the summary counts as a
    rerun. What is broken fails twice."""
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.flaky(reruns=1))
            if CHROMIUM is None and not IS_DEMANDED:
                item.add_marker(pytest.mark.skip(reason="there is no chromium"))


@pytest_asyncio.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The browser of this worker."""
    async with chromium() as started:
        yield started


@pytest_asyncio.fixture(scope="session")
async def served() -> AsyncIterator[tuple[House, str]]:
    """A house with something in every room, and where it is served: for tests that leave it as it is."""
    async with furnished() as house, serving(house) as origin:
        yield house, origin


@pytest_asyncio.fixture
async def site(browser: Browser, served: tuple[House, str]) -> AsyncIterator[Site]:
    """That house in a browser. At the end no page has caused trouble."""
    made = Site(*served, browser)
    yield made
    await made.close()
    made.assert_no_trouble()


@pytest_asyncio.fixture
async def own_site(browser: Browser) -> AsyncIterator[Site]:
    """An empty house of one admin, for a test that works in it."""
    async with running() as house, serving(house) as origin:
        await house.hire("Ines Admin", "admin")
        made = Site(house, origin, browser)
        yield made
        await made.close()
    made.assert_no_trouble()
