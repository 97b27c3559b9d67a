"""Version 1.1 and its rollback lose nothing that anybody entered, and make nothing up."""

import json
from typing import Any

from leadline.storage.postgres import migrate
from tests.migrations.databases import add_lead

FIRST = "000_version_1_0"
GIVEN = "https://given.example.com/start"
DERIVED = {"company_website": {"source": "derived"}}
# More than two of the back-fill's steps.
MANY = 4100


async def leads(owner: Any) -> dict[int, tuple[str | None, dict[str, Any]]]:
    rows = await owner.fetch(
        "SELECT id, company_website, field_sources FROM leadline.leads"
        " UNION ALL SELECT id, company_website, field_sources FROM leadline.leads_archive"
    )
    return {row["id"].int: (row["company_website"], json.loads(row["field_sources"])) for row in rows}


async def test_a_given_website_survives_the_way_back_and_there_again(url: str, owner: Any) -> None:
    await migrate.upgrade(url)
    given = {"company_website": GIVEN, "extra": '{"company_website": "of the form"}', "message": "hello"}
    await add_lead(owner, 1, "ann@acme.example", "business", **given)
    await add_lead(owner, 2, "bob@acme.example", "free", table="leads_archive", **given)
    sql = "SELECT to_jsonb(l) FROM leadline.leads l UNION ALL SELECT to_jsonb(a) FROM leadline.leads_archive a"
    before = {row[0] for row in await owner.fetch(sql)}

    await migrate.downgrade(url, FIRST)
    await migrate.upgrade(url)

    assert {row[0] for row in await owner.fetch(sql)} == before


async def test_a_business_address_gives_its_domain_marked_as_derived_and_gmail_gives_nothing(
    url: str, owner: Any
) -> None:
    await migrate.upgrade(url, FIRST)
    await add_lead(owner, 1, "ann@acme.example", "business", field_sources='{"company_name": {"source": "derived"}}')
    await add_lead(owner, 2, "bob@gmail.com", "free")
    await add_lead(owner, 3, "eve@mailinator.com", "disposable")
    await add_lead(owner, 4, "dan@old.example", "business", table="leads_archive")
    await migrate.upgrade(url)
    once = await leads(owner)
    await migrate.downgrade(url, FIRST)
    await migrate.upgrade(url)

    assert once == {
        1: ("https://acme.example", {"company_name": {"source": "derived"}, **DERIVED}),
        2: (None, {}),
        3: (None, {}),
        4: ("https://old.example", DERIVED),
    }
    assert await leads(owner) == once


async def test_the_back_fill_reaches_every_lead_however_many_steps_it_takes(url: str, owner: Any) -> None:
    await migrate.upgrade(url, FIRST)
    await owner.execute(
        "INSERT INTO leadline.leads (company_name, contact_name, email, email_key, email_class, ruleset_version)"
        " SELECT 'Acme', 'Ann', mail, mail, 'business', 1"
        f" FROM (SELECT 'ann@firm' || n || '.example' AS mail FROM generate_series(1, {MANY}) n) made"
    )
    await migrate.upgrade(url)

    filled = "SELECT count(*) FROM leadline.leads WHERE company_website = 'https://' || split_part(email, '@', 2)"
    assert await owner.fetchval(filled) == MANY


async def test_a_website_also_comes_back_to_a_lead_that_was_archived_meanwhile(url: str, owner: Any) -> None:
    await migrate.upgrade(url)
    await add_lead(owner, 1, "ann@acme.example", "business", company_website=GIVEN)
    await migrate.downgrade(url, FIRST)
    await owner.execute("DELETE FROM leadline.leads")
    await add_lead(owner, 1, "ann@acme.example", "business", table="leads_archive")
    await migrate.upgrade(url)

    assert await leads(owner) == {1: (GIVEN, {})}


async def test_an_upgrade_that_was_cut_off_in_the_back_fill_is_finished_by_the_next(url: str, owner: Any) -> None:
    await migrate.upgrade(url)
    await add_lead(owner, 1, "ann@acme.example", "business", company_website=GIVEN)
    await migrate.downgrade(url, FIRST)
    # As it stands when the columns have been committed and the filling has not begun.
    await owner.execute("ALTER TABLE leadline.leads ADD company_website VARCHAR(500)")
    await owner.execute("ALTER TABLE leadline.leads_archive ADD company_website VARCHAR(500)")

    assert await migrate.upgrade(url)
    assert await leads(owner) == {1: (GIVEN, {})}
    assert await migrate.current_revision(url) == migrate.HEAD
    assert await owner.fetchval("SELECT to_regclass('leadline.company_website_kept')") is None
