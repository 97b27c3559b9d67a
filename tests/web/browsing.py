"""A whole application on the strict memory store, and browsers that look at it."""

import html
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2
from argon2 import PasswordHasher

from leadline.bootstrap import build
from leadline.clock import utc_now
from leadline.config import Settings
from leadline.domain.access import Scope
from leadline.domain.intake import SubmissionRecord
from leadline.domain.leads import Lead
from leadline.domain.users import Role, User
from leadline.domain.workers import Worker
from leadline.ids import new_id
from leadline.storage.memory import MemoryStore
from leadline.usecases.api_keys import add_api_key
from leadline.web.app import create_app
from leadline.web.services import Services
from leadline.web.sessions import session_cookie_name
from tests.builders import lead, user
from tests.sessions import start_session
from tests.steps import put

ORIGIN = "http://127.0.0.1:8000"
HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
PASSWORD = "a long enough password"
# Cheap, so that the tests are quick; what a hash costs stands in it.
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD_HASH = CHEAP.hash(PASSWORD)
SECRET_KEY = "the secret of the tests"


@dataclass
class House:
    """One running application with a small team."""

    services: Services
    store: MemoryStore
    app: Any
    stack: AsyncExitStack
    team: dict[str, User] = field(default_factory=dict)
    postings: list[SubmissionRecord] = field(default_factory=list)

    async def hire(self, name: str, role: Role = "rep", **fields: Any) -> User:
        """A user who can sign in with PASSWORD."""
        email = f"{name.lower().replace(' ', '.')}@company.example.com"
        values = {"full_name": name, "email": email, "email_key": email, "role": role, "password_hash": PASSWORD_HASH}
        hired = user(**(values | fields))
        await put(self.store, users=[hired])
        self.team[name] = hired
        return hired

    async def lead(self, **fields: Any) -> Lead:
        """A lead as it is, past every rule."""
        now = utc_now()
        made = lead(**({"created_at": now, "updated_at": now} | fields))
        await put(self.store, leads=[made])
        return made

    async def key(self, *scopes: Scope) -> dict[str, str]:
        """The header of a new API key."""
        key = await add_api_key(self.store, "a test", scopes, new_id, utc_now())
        return {"Authorization": f"Bearer {key}"}

    async def browser(self, viewer: User | None = None, **options: Any) -> httpx2.AsyncClient:
        """A browser; signed in where a user is named."""
        transport = httpx2.ASGITransport(app=self.app, raise_app_exceptions=False)
        values: dict[str, Any] = {"base_url": ORIGIN, "headers": HTML} | options
        client = await self.stack.enter_async_context(httpx2.AsyncClient(transport=transport, **values))
        if viewer is not None:
            token = await start_session(self.store, viewer, utc_now())
            client.cookies.set(session_cookie_name(self.services.settings), token)
        return client


@asynccontextmanager
async def running(on_call: Callable[[str], None] = lambda name: None, **settings: Any) -> AsyncIterator[House]:
    """An application with these settings, until the end of the block."""
    store = MemoryStore(on_call=on_call)
    async with AsyncExitStack() as stack:
        home = Path(stack.enter_context(TemporaryDirectory(prefix="leadline-test-")))
        configured = replace(Settings(home=home, webflow_secrets=("a webflow secret",)), **settings)
        services = await stack.enter_async_context(build(configured, store, SECRET_KEY))
        # Pages would say, rightly, that nobody sends messages.
        await store.touch_worker(Worker(new_id(), "a test", utc_now(), utc_now() + timedelta(days=1)))
        await services.attendance.look()
        yield House(services, store, create_app(services), stack)


def form_token(page: str) -> str:
    """The hidden token of the first form of a page."""
    found = re.search(r'name="_csrf_token" value="([0-9a-f]{64})"', page)
    assert found, "the page has no form token"
    return found[1]


async def log_in(
    browser: httpx2.AsyncClient, email: str, password: str = PASSWORD, query: str = "", **fields: str
) -> httpx2.Response:
    """Open the login page and send its form."""
    page = await browser.get(f"/login{query}")
    back_to = re.search(r'name="next" value="([^"]*)"', page.text)
    assert back_to
    sent = {"_csrf_token": form_token(page.text), "next": html.unescape(back_to[1])}
    return await browser.post("/login", data=sent | {"email": email, "password": password} | fields)


def text_of(page: str) -> str:
    """What a page says, without its tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())
