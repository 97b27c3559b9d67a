"""The demo on every store: told through the real use cases, spoken about to nobody, gone in one step."""

from datetime import timedelta

import pytest

from leadline.domain.lead_lists import LeadQuery
from leadline.domain.leads import OPEN_STATUSES
from leadline.ports import Store
from leadline.usecases.capture import capture_leads
from leadline.usecases.demo import add_demo, remove_demo
from leadline.usecases.team import NewUser, add_users, update_user
from tests.builders import HOT, HOUSE, NOW, WARM, deciding, intake
from tests.invariants import broken_rules

ALL = LeadQuery(statuses=())
DEMO_REP = {"full_name": "Dee Demo", "email": "dee@company.example.com"}
REAL_REP = {"full_name": "Rea Real", "email": "rea@company.example.com"}


async def test_the_demo_tells_two_months_of_a_team_and_notifies_nobody(store: Store) -> None:
    count = await add_demo(store, HOUSE, NOW)

    leads = (await store.list_leads(ALL, None, 200)).items
    seeds = {lead.company_name: (lead.lead_score, lead.category) for lead in leads if lead.source == "Manual Entry"}
    closed = [lead for lead in leads if lead.status not in OPEN_STATUSES]
    assert seeds == {"Salesforce": (100, "Hot"), "Brooklyn Agency": (73, "Warm"), "Local Coffee Shop": (15, "Cold")}
    assert len(leads) == count
    assert 0.7 < len(closed) / count < 0.8
    assert 2 < sum(lead.waiting_since is not None for lead in leads) < 9
    assert all(lead.is_demo for lead in leads)
    assert (NOW - min(lead.created_at for lead in leads)).days >= 59
    assert (await store.list_notifications(None, None, None, 10)).items == []
    assert await broken_rules(store) == []


async def test_the_demo_is_not_told_twice(store: Store) -> None:
    await add_demo(store, HOUSE, NOW)

    assert await add_demo(store, HOUSE, NOW) == 0


async def test_the_demo_goes_in_one_step_and_what_is_real_stays(store: Store) -> None:
    count = await add_demo(store, HOUSE, NOW)
    (real,) = await capture_leads(store, HOUSE, [intake()], NOW)
    (rep,) = await add_users(
        store, [NewUser({"full_name": "Rea Real", "email": "rea@company.example.com"})], deciding()
    )

    removed = await remove_demo(store, deciding())

    leads = (await store.list_leads(ALL, None, 200)).items
    users = await store.list_users()
    assert removed == count
    assert [(lead.id, lead.assigned_to) for lead in leads] == [(real.lead.id, rep.id)]
    assert [(user.full_name, user.current_lead_count) for user in users] == [("Rea Real", 1)]
    assert len((await store.list_submissions(None, None, None, 10)).items) == 1
    assert await broken_rules(store) == []


async def test_a_real_lead_of_a_demo_rep_goes_back_to_routing(store: Store) -> None:
    await add_demo(store, HOUSE, NOW)
    demo_rep = next(user for user in await store.list_users() if user.role == "rep")
    await update_user(store, demo_rep.id, {"max_active_leads": 50}, deciding())
    (real,) = await capture_leads(store, HOUSE, [intake()], NOW)
    assert real.lead.assigned_to == demo_rep.id

    await remove_demo(store, deciding())

    lead = await store.get_lead(real.lead.id)
    assert (lead.assigned_to, lead.waiting_reason) == (None, "no_active_rep")
    assert [a.action_type for a in (await store.list_activities(lead.id, None, 10)).items].count("assigned") == 2
    assert await store.list_users() == []
    assert await broken_rules(store) == []


@pytest.mark.parametrize(
    ("handed_back", "waiting", "gets_the_place"),
    [(WARM, HOT, "waiting"), (HOT, HOT, "waiting"), (HOT, WARM, "handed back")],
    ids=["Hot waits", "both are Hot", "Warm waits"],
)
async def test_what_is_handed_back_goes_before_nobody_who_waits_and_is_worth_as_much(
    store: Store, handed_back: dict[str, str], waiting: dict[str, str], gets_the_place: str
) -> None:
    """The demo leaves a real lead of a demo rep and one place, which a demo lead had with a real rep."""
    await add_users(store, [NewUser(DEMO_REP | {"max_active_leads": 1}, is_demo=True)], deciding())
    (theirs,) = await capture_leads(store, HOUSE, [intake(**handed_back)], NOW)
    (rep,) = await add_users(store, [NewUser(REAL_REP | {"max_active_leads": 1})], deciding())
    await capture_leads(store, HOUSE, [intake(is_demo=True, is_live=False)], NOW)
    (late,) = await capture_leads(store, HOUSE, [intake(**waiting)], NOW)
    later = deciding(NOW + timedelta(hours=1))

    await remove_demo(store, later)

    found = {"handed back": await store.get_lead(theirs.lead.id), "waiting": await store.get_lead(late.lead.id)}
    assert late.lead.waiting_since == NOW
    assert {name for name, lead in found.items() if lead.assigned_to == rep.id} == {gets_the_place}
    assert {name for name, lead in found.items() if lead.waiting_since} == {*found} - {gets_the_place}
    assert await broken_rules(store) == []
