"""Imports on every store: each row once, for ever; resumed where they were cut off; taken back without a trace in the lists."""

from datetime import UTC, datetime, timedelta

import pytest

from leadline.domain.errors import Conflict
from leadline.domain.imports import ImportRun, status_of
from leadline.domain.leads import Lead
from leadline.ports import Store
from leadline.usecases import mark
from leadline.usecases.import_leads import import_rows
from leadline.usecases.one_lead import change_lead
from leadline.usecases.rejected_rows import rejected_rows
from leadline.usecases.team import update_user
from leadline.usecases.undo_import import undo_import
from leadline.usecases.work import add_note
from tests.builders import HOT, HOUSE, NOW, deciding, intake
from tests.contract.imports import CRM, CRM_COUNTS, begun, counts, cut_off, imported
from tests.invariants import broken_rules, every_lead, trail
from tests.steps import add_reps, capture

YEAR = timedelta(days=365)
MANY = "Name,Email\n" + "".join(f"Name {n},n{n}@many.example.com\n" for n in range(90))


async def visible(store: Store) -> list[Lead]:
    return [lead for lead in await every_lead(store) if not lead.is_deleted]


async def test_every_row_is_counted_once_and_the_file_says_when_a_lead_came(store: Store) -> None:
    run = await imported(store)
    leads = {lead.email: lead for lead in await every_lead(store)}
    ann = leads["ann@alpha.example.com"]

    assert (counts(run), run.done, run.preset, status_of(run)) == (CRM_COUNTS, 4, "HubSpot", "done")
    assert (ann.created_at, ann.contact_name) == (datetime(2024, 3, 12, 9, 14, tzinfo=UTC), "Ann Lee")
    assert (ann.source, ann.import_id, ann.extra["Record ID"]) == ("CSV Import", run.id, "1")
    assert (ann.company_size, ann.last_activity_date) == ("201-1000", None)
    assert await store.list_import_runs() == [run]
    assert await broken_rules(store) == []


async def test_a_second_import_makes_no_lead_however_much_later(store: Store) -> None:
    text = "Name,Email\nAnn,ann@alpha.example.com\nBo,bo@beta.example.com\n"
    await imported(store, text)
    before = await every_lead(store)

    again = await imported(store, text, NOW + YEAR)

    assert counts(again) == (0, 2, 0, 0)
    assert await every_lead(store) == before


async def test_a_record_of_a_crm_is_known_in_another_file_and_a_mended_one_is_taken_in(store: Store) -> None:
    await imported(store)
    later = CRM.replace("Bo,Ray", "Bob,Ray").replace("3,Cy,,,", "3,Cy,Lo,cy@gamma.example.com,")

    again = await imported(store, later, NOW + YEAR)

    assert counts(again) == (1, 3, 0, 0)
    assert len(await every_lead(store)) == 3


async def test_nobody_is_routed_or_told_unless_the_import_says_so(store: Store) -> None:
    await add_reps(store, 1)
    text = "Company,Name,Email,Company size,Industry,Inquiry type,Budget timeline\n"
    text += "Acme,Ann,ann@alpha.example.com," + ",".join(HOT.values()) + "\n"
    await imported(store, text)
    (quiet,) = await every_lead(store)
    told = text.replace("ann@alpha", "bo@beta")

    await imported(store, told, routes=True, notifies=True)
    (loud,) = [lead for lead in await every_lead(store) if lead.id != quiet.id]

    assert (quiet.category, quiet.assigned_to, quiet.waiting_since) == ("Hot", None, None)
    assert quiet.route_decision == {"how": "imported"}
    assert loud.assigned_to is not None
    told_of = {row.lead_id for row in (await store.list_notifications(None, None, None, 50)).items}
    assert told_of == {loud.id}
    assert await broken_rules(store) == []


async def test_an_owner_named_in_the_file_owns_the_lead_if_active(store: Store) -> None:
    (ann,) = await add_reps(store, 1, full_name="Ann Lee")
    (gone,) = await add_reps(store, 1)
    await update_user(store, gone.id, {"is_active": False}, deciding())
    text = f"Email,Owner\na@a.example.com,ann  lee\nb@b.example.com,{ann.email.upper()}\nc@c.example.com,{gone.email}\nd@d.example.com,Nobody\n"

    await imported(store, text)
    owners = {lead.email[0]: lead.assigned_to for lead in await every_lead(store)}

    assert owners == {"a": ann.id, "b": ann.id, "c": None, "d": None}
    assert (await store.get_user(ann.id)).current_lead_count == 2
    assert await broken_rules(store) == []


async def test_an_import_that_was_killed_goes_on_and_counts_as_if_it_had_not_been(store: Store) -> None:
    run, rows = await begun(store, MANY)
    with pytest.raises(KeyboardInterrupt):
        await import_rows(store, HOUSE, run, cut_off(rows, 40), NOW)
    made = len(await every_lead(store))

    resumed, _ = await begun(store, MANY, NOW + YEAR)
    done = await import_rows(store, HOUSE, resumed, rows[resumed.done :], NOW + YEAR)

    assert 0 < made < 90
    assert (resumed.id, counts(done)) == (run.id, (90, 0, 0, 0))
    assert len(await every_lead(store)) == 90
    assert len(await store.list_import_runs()) == 1


async def test_rejected_rows_keep_their_columns_and_say_why(store: Store) -> None:
    run = await imported(store)

    rows = [row async for row in rejected_rows(store, run)]

    assert [(cells["First Name"], cells["Record ID"], why) for cells, why in rows] == [("Cy", "3", "email is required")]


async def test_an_import_taken_back_leaves_the_lists_as_they_were_and_may_come_again(store: Store) -> None:
    at = datetime(2024, 3, 13, 12, 0, tzinfo=UTC)
    await capture(store, intake(at, email="bo@beta.example.com", company_size="", contact_name="Bo Ray"))
    (before,) = await every_lead(store)
    text = CRM.replace("2,Bo,Ray,bo@beta.example.com,lead,NEW,2024-03-13 09:14,,", "2,Bo,Ray,bo@beta.example.com,lead,NEW,2024-03-13 09:14,,250")  # fmt: skip
    run = await imported(store, text)
    filled = await store.get_lead(before.id)

    undone = await undo_import(store, run.id, deciding())
    (after,) = await visible(store)
    again = await imported(store, text, NOW + YEAR)

    assert (counts(run), filled.company_size, before.company_size) == ((1, 2, 1, 0), "201-1000", None)
    assert (undone.deleted, undone.given_back, undone.kept) == (1, 1, {})
    assert status_of(undone) == "undone"
    told = (
        "id",
        "company_size",
        "extra",
        "field_sources",
        "needs_review",
        "lead_score",
        "category",
        "last_activity_date",
    )
    assert [getattr(after, name) for name in told] == [getattr(before, name) for name in told]
    assert counts(again) == counts(run)
    assert again.id != run.id
    assert len(await visible(store)) == 2
    assert await broken_rules(store) == []


async def test_what_people_have_worked_on_since_is_kept_and_said(store: Store) -> None:
    run = await imported(store)
    worked = next(lead for lead in await every_lead(store) if lead.email.startswith("ann"))
    await change_lead(store, worked.id, add_note("Called her"), deciding())

    undone = await undo_import(store, run.id, deciding())
    repeated = await undo_import(store, run.id, deciding())

    assert [lead.id for lead in await visible(store)] == [worked.id]
    assert (undone.deleted, undone.kept_count, list(undone.kept)) == (1, 1, [str(worked.id)])
    assert "Added a note" in undone.kept[str(worked.id)]
    assert repeated == undone


async def test_a_lead_deleted_by_hand_stands_in_no_way(store: Store) -> None:
    run = await imported(store)
    for lead in await every_lead(store):
        await change_lead(store, lead.id, mark.delete, deciding())

    undone = await undo_import(store, run.id, deciding())

    assert (undone.deleted, undone.kept) == (0, {})


async def test_the_trail_says_that_an_import_did_it(store: Store) -> None:
    run = await imported(store)
    (lead,) = [lead for lead in await every_lead(store) if lead.email.startswith("ann")]

    rows = await trail(store, lead.id)

    assert {row.actor_kind for row in rows} == {"system"}
    assert {row.actor_name for row in rows} == {"the import of leads.csv"}
    assert run.actor_name == "Ann Lee"


async def test_an_undo_that_was_cut_off_goes_on_and_counts_as_if_it_had_not_been(store: Store) -> None:
    run = await imported(store, MANY)
    worked = (await every_lead(store))[0]
    await change_lead(store, worked.id, add_note("Called"), deciding())

    def kill(run: ImportRun) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await undo_import(store, run.id, deciding(), kill)
    (halfway,) = await store.list_import_runs()
    again = await begun(store, MANY, NOW + YEAR)
    undone = await undo_import(store, run.id, deciding(NOW + YEAR))

    assert (status_of(halfway), 0 < halfway.undo_rows < 90) == ("undoing", True)
    assert again[0].id != run.id
    assert (undone.deleted, undone.kept_count, undone.undo_rows, status_of(undone)) == (89, 1, 90, "undone")
    assert [lead.id for lead in await visible(store)] == [worked.id]
    assert await broken_rules(store) == []


async def test_places_that_an_undo_frees_go_to_those_who_wait(store: Store) -> None:
    (rep,) = await add_reps(store, 1, max_active_leads=5)
    text = "Email,Owner\n" + "".join(f"n{n}@many.example.com,{rep.email}\n" for n in range(5))
    run = await imported(store, text)
    await capture(store, *(intake(email=f"w{n}@waits.example.com", **HOT) for n in range(7)))

    await undo_import(store, run.id, deciding())

    owners = [lead.assigned_to for lead in await visible(store)]
    assert (owners.count(rep.id), owners.count(None)) == (5, 2)
    assert await broken_rules(store) == []


async def test_an_import_that_goes_on_is_not_taken_back_under_its_hands(store: Store) -> None:
    run, rows = await begun(store, MANY)
    with pytest.raises(KeyboardInterrupt):
        await import_rows(store, HOUSE, run, cut_off(rows, 40), NOW)

    with pytest.raises(Conflict):
        await undo_import(store, run.id, deciding())
    undone = await undo_import(store, run.id, deciding(NOW + YEAR))

    assert status_of(undone) == "undone"
    assert await visible(store) == []


async def test_a_default_source_stands_where_the_file_names_none(store: Store) -> None:
    text = "Email,Source\na@a.example.com,\nb@b.example.com,Trade fair\n"

    run = await imported(store, text, source="Old CRM")

    assert {lead.email[0]: lead.source for lead in await every_lead(store)} == {"a": "Old CRM", "b": "Trade fair"}
    assert run.source == "Old CRM"
