"""Endpoints on every store: written once under a name, changed by one at a time, read back as they are."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from leadline.domain.endpoints import Endpoint
from leadline.domain.errors import Conflict, Invalid, NotFound
from leadline.domain.forms import FORM_SPAM, Form, Question, SpamSettings
from leadline.ports import LostRace, Store, Tx
from leadline.sealing import Sealer
from leadline.usecases.endpoints import add_endpoint, update_endpoint
from tests.builders import HOUSE, NOW

SEALER = Sealer("the key of the tests")
FULL = {
    "name": "contact-us",
    "provider": "typeform",
    "secrets": ["a good secret"],
    "mapping": {"Welche Firma?": "company_name", "a.b/c": "", "ключ": "message"},
    "defaults": {"industry": "Manufacturing"},
    "source": "Messe 2026",
    "active": False,
    "routing": "all",
}


async def added(store: Store, taken: frozenset[str] = frozenset(), **changes: Any) -> Endpoint:
    fields = {"name": "contact", "provider": "generic"} | changes
    return await add_endpoint(store, fields, SEALER.seal, HOUSE.new_id, NOW, taken)


async def changed(store: Store, endpoint_id: UUID, **fields: Any) -> Endpoint:
    return await update_endpoint(store, endpoint_id, fields, SEALER.seal, NOW)


async def test_an_endpoint_comes_back_as_it_was_written(store: Store) -> None:
    full, plain = await added(store, **FULL), await added(store)

    assert await store.find_endpoint("contact-us") == full
    assert await store.list_endpoints() == [plain, full]
    assert await store.find_endpoint("contact-u") is None
    assert (full.routing, plain.routing) == ("all", "house")
    assert (full.source, full.is_active, full.path) == ("Messe 2026", False, "/hooks/typeform/contact-us")
    assert full.sealed_secrets is not None
    assert SEALER.open(full.sealed_secrets) == ("a good secret",)
    assert plain.path == f"/hooks/generic/contact.{plain.token}"
    assert len(plain.token) >= 32


async def test_a_change_keeps_what_it_does_not_name(store: Store) -> None:
    before = await added(store, **FULL)

    after = await changed(store, before.id, active=True, source=None)

    assert after == replace(before, is_active=True, source=None, version=2)
    assert await store.find_endpoint("contact-us") == after


async def test_secrets_are_replaced_and_taken_away(store: Store) -> None:
    before = await added(store, **FULL)

    both = await changed(store, before.id, secrets=["a good secret", "the next secret"])
    none = await changed(store, before.id, secrets=[])

    assert SEALER.open(both.sealed_secrets or b"") == ("a good secret", "the next secret")
    assert (none.sealed_secrets, none.path) == (None, f"/hooks/typeform/contact-us.{before.token}")


async def test_a_name_is_given_once_and_never_one_of_the_settings(store: Store) -> None:
    await added(store)

    with pytest.raises(Conflict, match="an endpoint contact already"):
        await added(store)
    with pytest.raises(Conflict, match="an endpoint main already"):
        await added(store, frozenset({"main"}), name="main")


async def test_of_two_who_take_a_name_at_once_one_gets_it(store: Store) -> None:
    results = await asyncio.gather(*(added(store) for _ in range(4)), return_exceptions=True)

    assert sum(isinstance(result, Endpoint) for result in results) == 1
    assert all(isinstance(result, Endpoint | Conflict) for result in results)
    assert len(await store.list_endpoints()) == 1


async def test_a_stale_version_is_a_lost_race(store: Store) -> None:
    before = await added(store)
    await changed(store, before.id, active=False)

    async def work(tx: Tx) -> None:
        tx.update_endpoints([before])

    with pytest.raises(LostRace):
        await store.transact(work)


async def test_faults_and_unknown_ids_change_nothing(store: Store) -> None:
    before = await added(store)

    with pytest.raises(Invalid):
        await changed(store, before.id, mapping={"Firma": "company"})
    with pytest.raises(NotFound):
        await changed(store, HOUSE.new_id(), active=False)

    assert await store.list_endpoints() == [before]


async def test_a_form_of_ours_comes_back_as_it_was_written(store: Store) -> None:
    asked = [
        {"name": "email", "label": "E-mail", "required": True},
        {"name": "industry", "label": "Branche", "options": ["A", "B"]},
    ]
    said = {
        "title": "Sprechen wir",
        "fields": asked,
        "consent": "Ich stimme zu",
        "origins": ["https://www.company.com"],
    }
    plain = await added(store, provider="form")
    full = await added(store, name="full", provider="form", form=said, spam={"seconds_min": 0, "links_max": None})

    assert await store.list_endpoints() == [plain, full]
    assert (plain.path, plain.form, plain.spam) == ("/f/contact", Form(), FORM_SPAM)
    assert full.form is not None
    assert full.form.fields[1] == Question("industry", "Branche", options=("A", "B"))
    assert full.spam == SpamSettings()


async def test_spam_settings_are_for_every_provider_and_a_form_only_for_ours(store: Store) -> None:
    hook = await added(store)

    after = await changed(store, hook.id, spam={"links_max": 2})
    with pytest.raises(Invalid):
        await changed(store, hook.id, form={})
    with pytest.raises(Invalid):
        await changed(store, hook.id, spam={"honeypot": True})

    assert await store.find_endpoint("contact") == after
    assert after.spam == SpamSettings(links_max=2)
