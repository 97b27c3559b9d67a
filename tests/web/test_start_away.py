"""A start while the database is away, over HTTP: who was known before may send, nobody else, and all of it is captured as it
would have been."""

from dataclasses import replace
from pathlib import Path

from leadline.clock import utc_now
from leadline.domain.default_ruleset import DEFAULT_RULESET
from leadline.ids import new_id
from leadline.storage.memory import MemoryStore
from leadline.usecases.endpoints import add_endpoint
from leadline.usecases.publish import Publication, publish_rules
from tests.builders import NOW, ROBOT, body, user
from tests.steps import put
from tests.web.browsing import text_of
from tests.web.test_outage import HTML, Place, _quick, leads_of, place

__all__ = ["_quick"]


async def come_up(here: Place) -> None:
    """What `serve` does when the database is there at last."""
    assert here.services.watch is not None
    here.services.watch.release()
    await here.come_back()


async def learn_by_a_run(home: Path, store: MemoryStore) -> None:
    """A run while the database is there: it keeps who may send."""
    async with place(home, store=store):
        pass


async def test_who_was_known_may_send_and_a_stranger_may_not(tmp_path: Path) -> None:
    async with place(tmp_path) as before:
        known = await before.key("admin")
        async with before.client(known) as client:
            made = (await client.post("/api/v1/endpoints", json={"name": "contact", "provider": "generic"})).json()
        await learn_by_a_run(tmp_path, before.store)
        stranger = await before.key("leads:create")

    async with place(tmp_path, store=before.store, is_there=False) as here, here.client(known) as client:
        lead = await client.post("/api/v1/leads", json=body(email="ann@firm.example.com"))
        hook = await client.post(made["path"], json={"email": "bob@firm.example.com"})
        unknown_key = await client.post("/api/v1/leads", json=body(), headers=stranger)
        unknown_path = await client.post("/hooks/generic/other.token", json={"email": "x@firm.example.com"})
        wrong_token = await client.post(f"{made['path']}x", json={"email": "x@firm.example.com"})
        page = await client.get("/", headers=HTML | {"Cookie": "session=whatever"})
        ready = await client.get("/readyz")

        assert [lead.status_code, hook.status_code] == [202, 202]
        assert [unknown_key.status_code, unknown_path.status_code, wrong_token.status_code] == [503, 503, 404]
        assert "retry-after" in unknown_key.headers
        assert "retry-after" in unknown_path.headers
        assert (page.status_code, ready.status_code) == (503, 200)
        assert "does not answer" in ready.json()["warnings"][0]

        await come_up(here)

        assert {one["email"] for one in await leads_of(here)} == {"ann@firm.example.com", "bob@firm.example.com"}
        assert (await client.get(lead.headers["location"])).json()["status"] == "captured"
        assert (await client.post("/api/v1/leads", json=body(), headers=stranger)).status_code == 201


async def test_the_endpoint_of_the_settings_needs_nobody_to_know_it(tmp_path: Path) -> None:
    async with place(tmp_path, store=MemoryStore(), is_there=False) as here, here.client({}) as client:
        answer = await client.post("/hooks/webflow/main", json={})

        assert answer.status_code == 401


async def test_what_comes_before_the_rules_are_read_is_scored_by_those_in_force(tmp_path: Path) -> None:
    async with place(tmp_path) as before:
        known = await before.key("leads:create")
        await put(before.store, users=[user()])
        everything_is_hot = replace(DEFAULT_RULESET, thresholds=replace(DEFAULT_RULESET.thresholds, hot=1, warm=0))
        await publish_rules(before.store, everything_is_hot, Publication(ROBOT, NOW, notifies=False))
        await learn_by_a_run(tmp_path, before.store)

    async with place(tmp_path, store=before.store, is_there=False) as here, here.client(known) as client:
        await client.post("/api/v1/leads", json=body())
        await come_up(here)

        (lead,) = await leads_of(here)
        assert (lead["category"], lead["ruleset_version"]) == ("Hot", 2)


async def test_the_journal_of_the_process_before_comes_first(tmp_path: Path) -> None:
    async with place(tmp_path) as before:
        known = await before.key("leads:create")
        await before.learn()
        await learn_by_a_run(tmp_path, before.store)
        await before.go()
        async with before.client(known) as client:
            first = (await client.post("/api/v1/leads", json=body(email="ann@firm.example.com"))).json()["receipt"]

    async with place(tmp_path, store=before.store, is_there=False) as here, here.client(known) as client:
        second = await client.post("/api/v1/leads", json=body(email="ann@firm.example.com"))
        before.is_gone = False
        await come_up(here)

        said = [(await client.get(f"/api/v1/receipts/{id}")).json() for id in (first, second.json()["receipt"])]
        assert [one["duplicate"] for one in said] == [False, True]


async def test_a_form_of_ours_thanks_and_makes_its_lead_later_with_consent_and_campaign(tmp_path: Path) -> None:
    agreed = "I agree that you write to me."
    async with place(tmp_path) as before:
        fields = {"name": "contact", "provider": "form", "form": {"consent": agreed}, "spam": {"honeypot": True}}
        await add_endpoint(before.store, fields, lambda secrets: None, new_id, utc_now(), frozenset())
        await learn_by_a_run(tmp_path, before.store)

    async with place(tmp_path, store=before.store, is_there=False) as here, here.client(HTML) as client:
        page = await client.get("/f/contact?utm_source=news")
        sent = {"contact_name": "Ann", "email": "ann@firm.example.com", "company_name": "Acme", "message": "Hello"}
        sent |= {"consent": agreed, "utm_source": "news", "utm_term": "x"}
        thanks = await client.post("/f/contact", data=sent, follow_redirects=True)

        assert (page.status_code, thanks.status_code) == (200, 200)
        assert "Thank you" in text_of(thanks.text)
        await come_up(here)
        (listed,) = await leads_of(here)
        async with here.client(await here.key("leads:read")) as reader:
            lead = (await reader.get(f"/api/v1/leads/{listed['id']}")).json()
        assert (lead["email"], lead["utm_source"]) == ("ann@firm.example.com", "news")
        assert (lead["extra"]["consent"], lead["extra"]["utm_term"]) == (agreed, "x")
