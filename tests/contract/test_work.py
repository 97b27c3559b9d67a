"""Working a lead on every store: each act, its trail, and the counters and places that follow it."""

import json
from datetime import timedelta

import pytest

from leadline.domain.errors import Conflict, Invalid, NotFound
from leadline.domain.lead_edits import StaleLead, etag
from leadline.domain.lead_lists import LeadQuery
from leadline.domain.leads import Lead
from leadline.ports import Store
from leadline.usecases import hand_over, mark, work
from leadline.usecases.advance import Move, advance_lead
from leadline.usecases.capture import capture_leads
from leadline.usecases.one_lead import Act, change_lead
from leadline.usecases.signals import Signal, count_signal
from leadline.usecases.team import NewUser, add_users
from tests.builders import COLD, HOUSE, NOW, deciding, intake
from tests.invariants import broken_rules


async def team(store: Store, *caps: int) -> list:
    new = [
        NewUser({"full_name": f"Rep {i}", "email": f"rep{i}@t.example.com", "max_active_leads": cap})
        for i, cap in enumerate(caps)
    ]
    return await add_users(store, new, deciding())


async def captured(store: Store, **fields: object) -> Lead:
    (one,) = await capture_leads(store, HOUSE, [intake(**fields)], NOW)
    return one.lead


async def do(store: Store, lead: Lead, act: Act, minutes: int = 1, **options: object) -> Lead:
    changed = await change_lead(store, lead.id, act, deciding(NOW + timedelta(minutes=minutes)), **options)
    assert await broken_rules(store, may_exceed=[u.id for u in await store.list_users()]) == []
    return changed


async def trail(store: Store, lead: Lead) -> list[str]:
    return [a.action_type for a in (await store.list_activities(lead.id, None, 50)).items]


async def test_a_note_is_kept_and_counts_as_a_touch(store: Store) -> None:
    lead = await do(store, await captured(store), work.add_note("Left VM"))

    (note, *_) = (await store.list_activities(lead.id, None, 1)).items
    assert (note.action_type, note.new_value) == ("note_added", '{"note": "Left VM"}')
    assert lead.last_activity_date == NOW + timedelta(minutes=1)


async def test_an_attempt_is_kept_with_its_outcome(store: Store) -> None:
    lead = await do(store, await captured(store), work.log_attempt("call", "no_answer"))

    assert (await trail(store, lead))[0] == "attempt_logged"


@pytest.mark.parametrize("note", [None, "", "  ", 5, "a\0b", "x" * 20_001])
def test_a_note_that_is_none_is_a_fault(note: object) -> None:
    with pytest.raises(Invalid):
        work.add_note(note)


async def test_a_lead_given_by_hand_may_take_a_rep_over_the_cap(store: Store) -> None:
    full, _ = await team(store, 1, 1)
    await captured(store)
    second = await captured(store)

    given = await do(store, second, hand_over.assign_to(full.id))

    assert given.assigned_to == full.id
    assert (await store.get_user(full.id)).current_lead_count == 2


async def test_a_claim_at_the_cap_is_refused(store: Store) -> None:
    (rep,) = await team(store, 1)
    await captured(store)
    cold = await captured(store, **COLD)

    with pytest.raises(Conflict, match="1 of 1"):
        await do(store, cold, hand_over.claim(rep.id))


async def test_what_is_closed_or_spam_cannot_be_claimed(store: Store) -> None:
    (rep,) = await team(store, 5)
    closed, spam = await captured(store, **COLD), await captured(store, **COLD)
    await advance_lead(store, closed.id, Move("Disqualified", "not_a_fit"), deciding())
    await do(store, spam, mark.set_spam(True))

    for lead, why in ((closed, "Disqualified"), (spam, "spam")):
        with pytest.raises(Conflict, match=f"the lead is {why}: there is nothing to claim"):
            await do(store, lead, hand_over.claim(rep.id))


async def test_of_two_who_claim_one_gets_the_lead(store: Store) -> None:
    one, two = await team(store, 5, 5)
    cold = await captured(store, **COLD)

    claimed = await do(store, cold, hand_over.claim(one.id))

    assert claimed.assigned_to == one.id
    with pytest.raises(Conflict):
        await do(store, cold, hand_over.claim(two.id))


async def test_unassigning_frees_the_place_for_one_who_waits(store: Store) -> None:
    (rep,) = await team(store, 1)
    first, second = await captured(store), await captured(store)
    assert second.waiting_reason == "no_capacity"

    freed = await do(store, first, hand_over.unassign)

    assert (freed.assigned_to, (await store.get_lead(second.id)).assigned_to) == (None, rep.id)


async def test_an_unknown_or_inactive_user_gets_nothing(store: Store) -> None:
    lead = await captured(store)

    with pytest.raises(Invalid):
        await do(store, lead, hand_over.assign_to(lead.id))


async def test_priority_is_told_once(store: Store) -> None:
    lead = await captured(store)

    flagged = await do(store, await do(store, lead, mark.set_priority(True)), mark.set_priority(True))

    assert flagged.priority_flag
    assert (await trail(store, lead)).count("priority_flagged") == 1


async def test_spam_frees_the_place_and_release_brings_the_lead_back_to_its_owner(store: Store) -> None:
    (rep,) = await team(store, 1)
    first, second = await captured(store), await captured(store)

    await do(store, first, mark.set_spam(True))
    assert (await store.get_lead(second.id)).assigned_to == rep.id
    released = await do(store, first, mark.set_spam(False))

    assert (released.assigned_to, (await store.get_user(rep.id)).current_lead_count) == (rep.id, 2)


async def test_a_deleted_lead_is_gone_from_the_lists_and_comes_back_whole(store: Store) -> None:
    await team(store, 3)
    lead = await captured(store)

    await do(store, lead, mark.delete)
    with pytest.raises(NotFound):
        await do(store, lead, work.add_note("too late"))
    assert (await store.list_leads(LeadQuery(), None, 10)).items == []
    back = await do(store, lead, mark.restore, deleted=True, address=lambda found: found.email_key)

    assert (back.assigned_to, back.is_deleted, back.deleted_at) == (lead.assigned_to, False, None)
    assert (await trail(store, lead))[:2] == ["restored", "deleted"]


async def test_a_deleted_lead_stays_out_where_a_newer_one_has_its_place(store: Store) -> None:
    lead = await captured(store, email="ann@firm.example.com")
    await do(store, lead, mark.delete)
    newer = await captured(store, email="ann@firm.example.com")

    with pytest.raises(Conflict, match=str(newer.id)):
        await do(store, lead, mark.restore, deleted=True, address=lambda found: found.email_key)


async def test_an_edit_rescores_and_routes_a_lead_that_becomes_hot(store: Store) -> None:
    (rep,) = await team(store, 3)
    cold = await captured(store, **COLD)

    hot = await do(
        store,
        cold,
        mark.edit(
            {"inquiry_type": "Demo Request", "company_size": "1000+", "industry": "SaaS", "budget_timeline": "now"}
        ),
    )

    assert (hot.category, hot.assigned_to) == ("Hot", rep.id)
    assert {"edited", "score_updated", "category_changed", "assigned"} <= set(await trail(store, hot))


@pytest.mark.parametrize(
    "name", ["id", "lead_score", "created_at", "status", "assigned_to", "email_key", "version", "is_demo", "role"]
)
async def test_what_one_may_not_set_is_a_fault(store: Store, name: str) -> None:
    lead = await captured(store)

    with pytest.raises(Invalid, match=name):
        await do(store, lead, mark.edit({name: "x", "company_name": "New"}))

    assert (await store.get_lead(lead.id)).company_name == lead.company_name


async def test_a_stale_edit_is_refused_and_a_doing_of_the_system_makes_none_stale(store: Store) -> None:
    lead = await captured(store)
    seen = etag(lead)
    await count_signal(store, Signal("pricing_page_visit", "e1", NOW, lead.id), deciding())

    edited = await do(store, lead, mark.edit({"company_name": "First"}), seen=seen)
    with pytest.raises(StaleLead):
        await do(store, lead, mark.edit({"company_name": "Second"}), seen=seen)

    assert edited.company_name == "First"


async def test_a_review_takes_the_later_answer_where_it_is_chosen(store: Store) -> None:
    lead = await captured(store, email="ann@firm.example.com", industry="Education")
    again = await captured(store, email="ann@firm.example.com", industry="Healthcare", company_name="Other Name")
    assert (again.id, again.needs_review) == (lead.id, True)

    settled = await do(store, lead, mark.review({"industry": "later", "company_name": "first"}))

    assert (settled.industry, settled.company_name, settled.needs_review) == ("Healthcare", "Acme Corp", False)
    assert settled.score_breakdown["industry"] == 15


async def test_a_review_is_taken_back_with_the_fields_and_the_doubts_it_replaced(store: Store) -> None:
    lead = await captured(store, email="ann@firm.example.com", industry="Education")
    doubted = await captured(store, email="ann@firm.example.com", industry="Healthcare", company_name="Other Name")
    await do(store, lead, mark.review({"industry": "later", "company_name": "first"}))
    (entry, *_) = [a for a in (await store.list_activities(lead.id, None, 50)).items if a.action_type == "reviewed"]

    back = await do(store, lead, mark.unreview(json.loads(entry.old_value)), minutes=2)

    assert (back.industry, back.company_name, back.needs_review) == ("Education", "Acme Corp", True)
    assert (back.field_sources, back.raw_score) == (doubted.field_sources, doubted.raw_score)
    assert await do(store, lead, mark.unreview(json.loads(entry.old_value)), minutes=3) == back


async def test_an_event_counts_once_however_often_it_comes(store: Store) -> None:
    lead = await captured(store, **COLD)
    signal = Signal("email_reply", "evt-7", NOW, lead.id)

    counted = [await count_signal(store, signal, deciding()) for _ in range(3)]

    after = await store.get_lead(lead.id)
    assert (counted, after.email_reply_count) == ([True, False, False], 1)
    assert after.raw_score == lead.raw_score + 5


async def test_an_event_finds_its_lead_by_address(store: Store) -> None:
    lead = await captured(store, email="ann@firm.example.com")

    await count_signal(store, Signal("demo_video_watched", "v1", NOW, email_key="ann@firm.example.com"), deciding())

    assert (await store.get_lead(lead.id)).demo_video_watched
    with pytest.raises(NotFound):
        await count_signal(store, Signal("demo_video_watched", "v2", NOW, email_key="who@firm.example.com"), deciding())


async def test_bant_is_kept_at_qualify(store: Store) -> None:
    lead = await captured(store)
    await advance_lead(store, lead.id, Move("Contacted"), deciding())

    await advance_lead(store, lead.id, Move("Qualified", bant={"budget": "yes", "need": "unknown"}), deciding())

    assert "qualified_bant" in await trail(store, lead)
    with pytest.raises(Invalid, match="/bant/budget"):
        await advance_lead(store, lead.id, Move("Opportunity", bant={"budget": "maybe"}), deciding())
