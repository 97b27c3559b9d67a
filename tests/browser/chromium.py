"""The system's chromium, started once for each worker. Playwright's own browsers are never fetched."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
IS_DEMANDED = os.environ.get("REQUIRE_BACKENDS") == "1"

_ARGUMENTS = [
    # Who is root has no sandbox to offer.
    *(["--no-sandbox"] if os.geteuid() == 0 else []),
    # /dev/shm of a container is small.
    "--disable-dev-shm-usage",
    "--disable-gpu",
    # The browser itself must call nobody.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # The same pixels on every machine.
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
]


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A running browser without a window."""
    assert CHROMIUM is not None, "there is no chromium: apt-get install chromium"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS)
        yield browser
        await browser.close()
