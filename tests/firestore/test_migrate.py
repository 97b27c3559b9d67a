"""Migrations of documents: there, back, and there again; broken off and taken up; by two at a time."""

import asyncio
from typing import Any

import pytest
from google.cloud.firestore_v1 import AsyncClient

from leadline.domain.errors import NotFound
from leadline.storage.firestore import migrate
from leadline.storage.firestore.documents import document_id
from leadline.storage.firestore.store import open_store
from tests.builders import an_id, lead
from tests.invariants import every_lead
from tests.steps import put

FIRST = "000_version_1_0"


async def stored(project: str, number: int) -> dict[str, Any]:
    client = AsyncClient(project=project)
    found = await client.document(f"leads/{document_id(an_id(number))}").get()
    await client._transport.close()
    return found.to_dict() or {}


async def test_a_new_database_is_brought_to_the_newest_revision_once(firestore_project: str) -> None:
    assert await migrate.current_revision(firestore_project) is None

    assert [await migrate.upgrade(firestore_project), await migrate.upgrade(firestore_project)] == [True, False]

    assert await migrate.current_revision(firestore_project) == migrate.HEAD
    assert migrate.HEAD == "013_ways_in"


async def test_a_website_that_somebody_entered_survives_the_way_back_and_there_again(firestore_project: str) -> None:
    store = await open_store(firestore_project)
    await migrate.upgrade(firestore_project)
    own = lead(id=an_id(1), company_website="https://own.example.com", extra={"a": 1})
    await put(store, [own, lead(id=an_id(2)), lead(id=an_id(3), email_class="free")])

    await migrate.downgrade(firestore_project, FIRST)

    assert "companyWebsite" not in await stored(firestore_project, 1)
    assert await migrate.current_revision(firestore_project) == FIRST

    await migrate.upgrade(firestore_project)

    leads = {found.id: found for found in await every_lead(store)}
    assert leads[an_id(1)] == own
    assert leads[an_id(2)].company_website == "https://firm.example.com"
    assert leads[an_id(2)].field_sources == {"company_website": {"source": "derived"}}
    assert leads[an_id(3)].company_website is None
    await store.close()


async def test_a_step_that_was_broken_off_is_done_to_the_end_by_the_next(
    firestore_project: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "COMMIT_WRITES_MAX", 2)
    store = await open_store(firestore_project)
    await migrate.upgrade(firestore_project)
    await migrate.downgrade(firestore_project, "001_add_company_website")
    await put(store, [lead(id=an_id(n), company_website=f"https://{n}.example.com") for n in range(1, 6)])
    commits = 0

    async def fail_at_the_second(self: Any, client: AsyncClient, commit: Any = migrate.Changes.commit) -> None:
        nonlocal commits
        commits += 1
        if commits == 2:
            raise KeyboardInterrupt
        await commit(self, client)

    with monkeypatch.context() as patch:
        patch.setattr(migrate.Changes, "commit", fail_at_the_second)
        with pytest.raises(KeyboardInterrupt):
            await migrate.downgrade(firestore_project, FIRST)
    assert await migrate.current_revision(firestore_project) == "001_add_company_website"

    await migrate.downgrade(firestore_project, FIRST)
    await migrate.upgrade(firestore_project)

    assert {found.company_website for found in await every_lead(store)} == {
        f"https://{n}.example.com" for n in range(1, 6)
    }
    await store.close()


async def test_two_processes_may_migrate_at_once(firestore_project: str) -> None:
    await asyncio.gather(*(migrate.upgrade(firestore_project) for _ in range(3)))

    assert await migrate.current_revision(firestore_project) == migrate.HEAD


async def test_back_to_the_beginning_and_an_unknown_revision(firestore_project: str) -> None:
    await migrate.upgrade(firestore_project)

    await migrate.downgrade(firestore_project, "base")

    assert await migrate.current_revision(firestore_project) == "base"
    with pytest.raises(NotFound, match="no revision 999"):
        await migrate.upgrade(firestore_project, "999")
