"""Every way in while the database is away, over HTTP: what is taken, by whom, what is answered, and what became of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from leadline.bootstrap import build, open_standby
from leadline.clock import utc_now
from leadline.config import Settings
from leadline.domain.access import Scope
from leadline.domain.errors import Unavailable
from leadline.ids import new_id
from leadline.storage.memory import MemoryStore
from leadline.usecases import outage
from leadline.usecases.api_keys import add_api_key
from leadline.web.app import create_app
from leadline.web.health import NO_WORKER
from leadline.web.services import Services
from tests.builders import body, user
from tests.sessions import start_session
from tests.steps import put
from tests.web.browsing import HTML, ORIGIN, PASSWORD_HASH, text_of


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OUTAGE_SECONDS", "LOOK_SECONDS", "LOOK_AGAIN_SECONDS"):
        monkeypatch.setattr(outage, name, 0.02)


@dataclass
class Place:
    """An application on a store that goes away when it is told to."""

    services: Services
    store: MemoryStore
    app: Any
    is_gone: bool = False

    async def key(self, *scopes: Scope) -> dict[str, str]:
        return {"Authorization": f"Bearer {await add_api_key(self.store, 'a test', scopes, new_id, utc_now())}"}

    def client(self, headers: dict[str, str]) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=self.app), base_url=ORIGIN, headers=headers, timeout=30
        )

    async def learn(self) -> None:
        await self.services.keys.learn()
        await self.services.endpoints.learn()

    async def go(self) -> None:
        self.is_gone = True
        await self._until(lambda: self.services.watch is not None and self.services.watch.is_away)

    async def come_back(self) -> None:
        self.is_gone = False
        standby = self.services.standby
        assert standby is not None
        await self._until(lambda: not standby.takes_over)

    async def _until(self, is_so: Any) -> None:
        async with asyncio.timeout(30):
            while not is_so():
                await asyncio.sleep(0.005)


@asynccontextmanager
async def place(
    home: Path, *, store: MemoryStore | None = None, is_there: bool = True, **settings: Any
) -> AsyncIterator[Place]:
    """One run of the server. Another on the same home and store, not `is_there`, starts during an outage."""
    made: list[Place] = []

    def on_call(name: str) -> None:
        if made and made[0].is_gone:
            raise Unavailable("the database does not answer")

    store = store or MemoryStore(on_call=on_call)
    configured = Settings(home=home, webflow_secrets=("a webflow secret",), **settings)
    async with (
        open_standby(configured, store, is_there=is_there) as standby,
        build(configured, store, "a secret", standby) as services,
    ):
        made.append(Place(services, store, create_app(services)))
        yield made[0]


@pytest_asyncio.fixture
async def here(tmp_path: Path) -> AsyncIterator[Place]:
    async with place(tmp_path) as made:
        yield made


async def leads_of(here: Place) -> list[dict[str, Any]]:
    async with here.client(await here.key("leads:read")) as client:
        return (await client.get("/api/v1/leads", params={"status": "any"})).json()["items"]  # type: ignore[no-any-return]


@pytest.mark.parametrize("is_seen", [True, False], ids=["a key seen a moment ago", "a key not used for days"])
async def test_a_post_is_202_with_a_receipt_that_resolves(here: Place, is_seen: bool) -> None:
    async with here.client(await here.key("leads:create")) as client:
        await here.learn()
        if is_seen:
            await client.post("/api/v1/leads", json=body(email="before@firm.example.com"))
        await here.go()

        answer = await client.post("/api/v1/leads", json=body(email="ann@firm.example.com"))

        assert answer.status_code == 202
        receipt = answer.headers["location"]
        assert (receipt, answer.json()["status"]) == (f"/api/v1/receipts/{answer.json()['receipt']}", "pending")
        assert (await client.get(receipt)).json()["status"] == "pending"
        await here.come_back()
        (lead,) = [lead for lead in await leads_of(here) if lead["email"] == "ann@firm.example.com"]
        resolved = (await client.get(receipt)).json()
        assert (resolved["status"], resolved["lead_id"], resolved["duplicate"]) == ("captured", lead["id"], False)
        assert resolved["received_at"] == lead["created_at"]


async def test_both_ways_of_a_post_answer_alike(here: Place) -> None:
    async with here.client(await here.key("leads:create")) as client:
        await client.post("/api/v1/leads", json=body())
        await here.learn()
        await here.go()

        quick = await client.post("/api/v1/leads", json=body())
        slow = await client.post("/api/v1/leads?", json=body(), headers={"Idempotency-Key": "k"})

        for answer in (quick, slow):
            assert (answer.status_code, answer.headers["content-type"]) == (202, "application/json")
            assert sorted(answer.json()) == ["receipt", "status"]
            assert answer.headers["location"].endswith(answer.json()["receipt"])


async def test_a_post_sent_again_under_its_key_gets_the_first_answer_and_another_body_is_422(here: Place) -> None:
    async with here.client(await here.key("leads:create", "leads:read")) as client:
        await here.learn()
        await here.go()
        sent, items = body(), {"items": [body(), {}, body()]}
        once, of_list = {"Idempotency-Key": "an order"}, {"Idempotency-Key": "a list"}

        answers = [await client.post("/api/v1/leads", json=sent, headers=once) for _ in range(2)]
        other = await client.post("/api/v1/leads", json=body(), headers=once)
        lists = [await client.post("/api/v1/leads/bulk", json=items, headers=of_list) for _ in range(2)]
        other_list = await client.post("/api/v1/leads/bulk", json={"items": [body()]}, headers=of_list)

        for first, again in (answers, lists):
            assert (first.status_code, first.content) == (again.status_code, again.content)
            assert first.headers.get("location") == again.headers.get("location")
        assert (other.status_code, other_list.status_code) == (422, 422)
        assert "Idempotency-Key was used" in other.text
        await here.come_back()
        after = await client.post("/api/v1/leads", json=sent, headers=once)
        assert (after.status_code, after.content) == (202, answers[0].content)
        assert len(await leads_of(here)) == 3


async def test_a_receipt_is_for_its_key_and_for_an_admin(here: Place) -> None:
    mine, other, admin, reader = [
        await here.key(scope) for scope in ("leads:create", "leads:create", "admin", "leads:read")
    ]
    await here.learn()
    await here.go()
    async with here.client(mine) as client:
        receipt = (await client.post("/api/v1/leads", json=body())).headers["location"]

        statuses = [(await client.get(receipt, headers=key)).status_code for key in (mine, other, admin, reader)]
        unknown = await client.get(f"/api/v1/receipts/{new_id()}")

        assert (statuses, unknown.status_code) == ([200, 404, 200, 403], 404)


async def test_a_key_nobody_knows_is_503_and_nothing_is_kept(here: Place) -> None:
    await here.learn()
    await here.go()
    async with here.client({"Authorization": "Bearer ll_who-knows-this-one"}) as client:
        answer = await client.post("/api/v1/leads", json=body())

        assert (answer.status_code, "retry-after" in answer.headers) == (503, True)
        assert here.services.standby is not None
        assert here.services.standby.journal.depth == 0


async def test_a_key_that_was_used_or_revoked_since_all_were_read_counts_as_it_is(here: Place) -> None:
    used, revoked = await here.key("leads:create"), await here.key("leads:create")
    await here.learn()
    later, admin = await here.key("leads:create"), await here.key("admin")
    async with here.client(admin) as client:
        for key in (used, revoked, later):
            await client.post("/api/v1/leads", json=body(), headers=key)
        listed = (await client.get("/api/v1/api-keys")).json()["items"]
        sent = revoked["Authorization"].removeprefix("Bearer ")
        (of_revoked,) = [key for key in listed if sent.startswith(key["prefix"])]
        await client.delete(f"/api/v1/api-keys/{of_revoked['id']}")
        await here.go()

        statuses = [(await client.post("/api/v1/leads", json=body(), headers=key)).status_code
                    for key in (used, revoked, later)]  # fmt: skip

        assert statuses == [202, 503, 202]


async def test_a_faulty_body_is_told_its_faults_as_ever(here: Place) -> None:
    async with here.client(await here.key("leads:create")) as client:
        await here.learn()
        await here.go()

        answers = [await client.post("/api/v1/leads", content=sent, headers={"Content-Type": "application/json"})
                   for sent in (b'{"email": "x"}', b"{")]  # fmt: skip

        assert [answer.status_code for answer in answers] == [422, 400]


async def test_a_list_is_answered_item_by_item(here: Place) -> None:
    async with here.client(await here.key("leads:create")) as client:
        await here.learn()
        await here.go()

        answer = await client.post("/api/v1/leads/bulk", json={"items": [body(), {}, body()]})

        items = answer.json()["items"]
        assert (answer.status_code, [item["status"] for item in items]) == (200, [202, 422, 202])
        await here.come_back()
        assert (await client.get(f"/api/v1/receipts/{items[2]['receipt']}")).json()["status"] == "captured"


async def test_a_provider_is_told_yes_once_and_its_event_makes_one_lead(here: Place) -> None:
    async with here.client(await here.key("admin")) as client:
        made = (await client.post("/api/v1/endpoints", json={"name": "contact", "provider": "generic"})).json()
        await here.learn()
        await here.go()

        answer = await client.post(made["path"], json={"email": "ann@firm.example.com"})

        assert (answer.status_code, answer.json()["outcome"]) == (202, "journalled")
        await here.come_back()
        (lead,) = await leads_of(here)
        assert lead["email"] == "ann@firm.example.com"


async def test_reading_is_503_at_once_and_says_that_leads_are_taken(here: Place) -> None:
    person = user(role="admin", password_hash=PASSWORD_HASH)
    await put(here.store, users=[person])
    token = await start_session(here.store, person, utc_now())
    key = await here.key("admin")
    await here.learn()
    await here.go()
    async with here.client(HTML | {"Cookie": f"session={token}"}) as browser:
        page = await browser.get("/")
        program = await browser.get("/api/v1/leads", headers=key | {"Accept": "application/json"})

        assert (page.status_code, program.status_code) == (503, 503)
        assert "Leads are taken all the same" in text_of(page.text)


async def test_readiness_is_a_warning_until_the_journal_is_full(tmp_path: Path) -> None:
    async with place(tmp_path, journal_max=1) as here, here.client(await here.key("leads:create")) as client:
        await here.learn()
        well = await client.get("/readyz")
        await here.go()
        taking = await client.get("/readyz")
        await client.post("/api/v1/leads", json=body())
        full = await client.get("/readyz")
        refused = await client.post("/api/v1/leads", json=body())

        numbers = (await client.get("/metrics")).text

        assert "\nleadline_journal_entries 1\n" in numbers
        assert "\nleadline_database_away 1\n" in numbers
        assert "\nleadline_journal_oldest_seconds 0." in numbers
        assert (well.status_code, well.json()["warnings"]) == (200, [NO_WORKER])
        assert (taking.status_code, "does not answer" in taking.json()["warnings"][0]) == (200, True)
        assert (full.status_code, "full: 1 submissions" in full.json()["reason"]) == (503, True)
        assert (refused.status_code, "retry-after" in refused.headers) == (503, True)


async def test_the_list_says_how_many_are_being_brought_in(here: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    person = user(role="admin", password_hash=PASSWORD_HASH)
    await put(here.store, users=[person])
    token = await start_session(here.store, person, utc_now())
    gate, queue = asyncio.Event(), here.services.queue
    real = queue._capture

    async def slowly(items: Any) -> Any:
        await gate.wait()
        return await real(items)

    async with here.client(await here.key("leads:create")) as client:
        await here.learn()
        await here.go()
        await client.post("/api/v1/leads/bulk", json={"items": [body(), body()]})
    monkeypatch.setattr(queue, "_capture", slowly)
    here.is_gone = False
    async with here.client(HTML | {"Cookie": f"session={token}"}) as browser:
        async with asyncio.timeout(30):
            while (page := await browser.get("/")).status_code == 503:
                await asyncio.sleep(0.005)

        assert "2 leads taken while the database was away are being brought in." in text_of(page.text)
        gate.set()
        await here.come_back()
        assert "brought in" not in text_of((await browser.get("/")).text)
