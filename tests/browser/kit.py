"""A site to look at: the real application on loopback, pages that are watched, and what every page must bear."""

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import uvicorn
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from leadline.clock import utc_now
from leadline.domain.users import User
from leadline.web.sessions import session_cookie_name
from tests.sessions import start_session
from tests.web.browsing import House

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
WIDE, PHONE, NARROW = 1440, 390, 320
HEIGHT = 900
# A loaded machine with one core is slow, and nothing here is about speed.
PATIENCE_MS = 30_000

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

_REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", event =>
  window.reportViolation(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""


@dataclass
class Site:
    """One running application and the browser that looks at it. `trouble` is what no page may cause; `bears` are patterns of
    trouble that a test provokes."""

    house: House
    origin: str
    browser: Browser
    trouble: list[str] = field(default_factory=list)
    bears: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    async def page(
        self, viewer: User | None = None, *, width: int = WIDE, theme: Theme = "light", script: bool = True
    ) -> Page:
        """A watched page in a window of its own; signed in where a user is named."""
        context = await self.browser.new_context(
            base_url=self.origin,
            viewport={"width": width, "height": HEIGHT},
            color_scheme=theme,
            java_script_enabled=script,
            reduced_motion="reduce",
            timezone_id="Europe/Berlin",
            locale="en-GB",
        )
        context.set_default_timeout(PATIENCE_MS)
        self.contexts.append(context)
        if viewer is not None:
            token = await start_session(self.house.store, viewer, utc_now())
            name = session_cookie_name(self.house.services.settings)
            await context.add_cookies([{"name": name, "value": token, "url": self.origin, "httpOnly": True}])
        await context.expose_function("reportViolation", lambda text: self.trouble.append(f"policy: {text}"))
        await context.add_init_script(_REPORT_VIOLATIONS)
        context.on("console", self._note_console)
        context.on("weberror", lambda error: self.trouble.append(f"error: {error.error}"))
        context.on("request", self._note_request)
        return await context.new_page()

    async def open(self, path: str, viewer: User | None = None, *, status: int = 200, **window: Any) -> Page:
        """A page at this path, which answered with this status."""
        page = await self.page(viewer, **window)
        if status != 200:
            self.bears.append(f"console: .*status of {status}")
        answer = await page.goto(path)
        assert answer is not None
        assert answer.status == status, f"{path} answered {answer.status}"
        return page

    async def close(self) -> None:
        """Close every window."""
        for context in self.contexts:
            await context.close()
        self.contexts.clear()

    def assert_no_trouble(self) -> None:
        """No error on the console, no breach of the policy, no request to anybody else."""
        left = [said for said in self.trouble if not any(re.search(pattern, said) for pattern in self.bears)]

        assert not left, "\n".join(left)

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.trouble.append(f"console: {message.text}")

    def _note_request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.origin}/", "data:")):
            self.trouble.append(f"foreign: {request.url}")


@asynccontextmanager
async def serving(house: House) -> AsyncIterator[str]:
    """The origin of a house that is served on loopback, until the end of the block."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = _Server(
            uvicorn.Config(
                house.app, ws="none", lifespan="off", log_config=None, access_log=False, timeout_graceful_shutdown=1
            )
        )
        running = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            house.services.live.stop()
            server.should_exit = True
            await running


class _Server(uvicorn.Server):
    """Leaves the signals to pytest."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def assert_accessible(page: Page) -> None:
    """axe-core finds nothing against WCAG 2.2 AA."""
    await page.evaluate(AXE.read_text())
    options = {"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]}
    violations = await page.evaluate("options => axe.run(document, options).then(found => found.violations)", options)
    told = [
        f"{found['id']}: {found['help']}: {node['html'][:200]} {json.dumps(node['failureSummary'])[:400]}"
        for found in violations
        for node in found["nodes"]
    ]

    assert not told, "\n".join(told)


async def assert_fits(page: Page, width: int = NARROW) -> None:
    """At this width nothing but a table in a box of its own has to be scrolled sideways."""
    await page.set_viewport_size({"width": width, "height": HEIGHT})
    wide = await page.evaluate(_WIDER_THAN_THE_WINDOW)

    assert await page.evaluate("document.documentElement.scrollWidth") <= width, wide


_WIDER_THAN_THE_WINDOW = """() => [...document.body.querySelectorAll("*")]
  .filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map(e => `${e.tagName.toLowerCase()}.${[...e.classList].join(".")} ${e.textContent.trim().slice(0, 40)}`).slice(0, 12)"""
