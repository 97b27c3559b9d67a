"""The demo: the seed's users and leads, and two months of a small sales team, told day by day through the real use cases."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from leadline.domain.activities import SYSTEM, Actor
from leadline.domain.intake import Intake, WayIn
from leadline.domain.leads import Lead, counts_for_owner
from leadline.domain.lifecycle import allowed
from leadline.domain.routing import Roster, drain_order
from leadline.domain.submission import parse_submission
from leadline.domain.users import UserChange
from leadline.ports import Store, Tx
from leadline.usecases import demo_data as data
from leadline.usecases.advance import Move, advance_lead, first_contact
from leadline.usecases.assign import drain, hand_back
from leadline.usecases.capture import capture_leads
from leadline.usecases.deciding import Deciding, House, Writes
from leadline.usecases.team import NewUser, add_users

SEED = 1876
CLOSED, OPEN = 50, 14
DAYS = 60
OPEN_DAYS = 6


@dataclass(frozen=True, slots=True)
class _Event:
    """Something that happens in the story: a lead writes, or is moved on."""

    at: datetime
    number: int
    body: dict[str, str] | None = None
    move: Move | None = None


async def add_demo(store: Store, house: House, now: datetime) -> int:
    """Tell the story up to `now`; answers how many leads it has. Notifies nobody. Does nothing where leads or reps are there."""
    if any(user.role == "rep" for user in await store.list_users()):
        return 0
    telling = Deciding(house, now - timedelta(days=DAYS + 1), SYSTEM, notifies=False)
    await add_users(store, [NewUser(fields, is_demo=True) for fields in data.SEED_USERS], telling)
    seeds = [
        _intake(house, fields, now - timedelta(hours=20 + n), "manual") for n, fields in enumerate(data.SEED_LEADS)
    ]
    await capture_leads(store, house, seeds, now - timedelta(hours=20))
    await add_users(store, [NewUser(fields, is_demo=True) for fields in data.MORE_REPS], telling)
    names = {user.id: user.full_name for user in await store.list_users()}
    told: dict[int, UUID] = {}
    for event in sorted(_story(now), key=lambda event: (event.at, event.number)):
        if event.body is not None:
            (captured,) = await capture_leads(store, house, [_intake(house, event.body, event.at, "webflow")], event.at)
            if captured.lead is not None:
                told[event.number] = captured.lead.id
        elif event.move is not None:
            await _move(store, house, told[event.number], event.move, event.at, names)
    return len(told) + len(seeds)


async def remove_demo(store: Store, deciding: Deciding) -> int:
    """Take every demo lead and demo user away, with their trail; answers how many leads went. Real leads that a demo rep had
    go back to routing, and keep their trail; they stand behind those of their worth that wait already."""

    async def work(tx: Tx) -> int:
        demo = await tx.demo_leads()
        users = await tx.users()
        leaving = [user.id for user in users if user.is_demo]
        theirs = [lead for lead in await tx.leads_of(leaving) if not lead.is_demo]
        waiting = [lead for lead in await tx.waiting(1_000_000) if not lead.is_demo]
        writes = Writes()
        roster = Roster([replace(user, is_active=False) if user.is_demo else user for user in users])
        for lead in demo:
            _forget(lead, roster, writes)
        for lead in sorted([*theirs, *waiting], key=lambda lead: drain_order(_as_waiting(lead, deciding.now))):
            if lead.assigned_to is None:
                drain([lead], roster, deciding, writes)
            else:
                hand_back(lead, roster, deciding, writes)
        await writes.hand_to(tx, deciding.writer())
        tx.update_users([replace(user, is_active=False) for user in users if user.is_demo])
        tx.remove_demo()
        return len(demo)

    return await store.transact(work, routing=True)


def _as_waiting(lead: Lead, now: datetime) -> Lead:
    """A lead that is handed back begins to wait now, if it has to."""
    return lead if lead.waiting_since else replace(lead, waiting_since=now)


def _forget(lead: Lead, roster: Roster, writes: Writes) -> None:
    """Take what a demo lead counts for out of its owner's figures: the owner may be real."""
    owner = roster.find(lead.assigned_to)
    if owner is None:
        return
    counts = int(counts_for_owner(lead))
    contact = first_contact(lead, owner.id)
    if counts:
        roster.free_place(owner.id)
    writes.user_changes.append(
        UserChange(
            owner.id,
            current_lead_count=-counts,
            total_leads_assigned=-1,
            total_leads_contacted=-contact.total_leads_contacted,
            total_leads_qualified=-int(lead.qualification_bonus_applied),
            response_minutes_sum=-contact.response_minutes_sum,
            response_count=-contact.response_count,
        )
    )


async def _move(store: Store, house: House, lead_id: UUID, move: Move, at: datetime, names: dict[UUID, str]) -> None:
    lead = await store.get_lead(lead_id)
    if move.status not in allowed(lead.status) or (lead.assigned_to is None and lead.waiting_since is not None):
        return  # Nobody has this one yet, so nobody did this.
    owner = lead.assigned_to
    actor = Actor("user", names[owner], owner) if owner else SYSTEM
    await advance_lead(store, lead_id, move, Deciding(house, at, actor, notifies=False))


def _intake(house: House, body: dict[str, str], at: datetime, way: WayIn) -> Intake:
    submission = parse_submission(body, strict=False)
    actor = Actor("provider", "Webflow") if way == "webflow" else SYSTEM
    return Intake(
        house.new_id(),
        way,
        json.dumps(body).encode(),
        at,
        actor,
        submission,
        is_live=False,
        is_demo=True,
    )


def _story(now: datetime) -> Iterator[_Event]:
    """Leads that were closed one after another over the two months, and those of the last days that are still open."""
    chance = random.Random(SEED)  # noqa: S311 - a story that is the same each time, not a secret
    for number in range(CLOSED):
        came = (
            now
            - timedelta(days=DAYS)
            + timedelta(days=(DAYS - OPEN_DAYS - 8) * number / CLOSED, minutes=chance.randrange(600))
        )
        yield _Event(came, number, body=_body(number, chance))
        yield from _closing(number, came, chance)
    for number in range(CLOSED, CLOSED + OPEN):
        came = (
            now
            - timedelta(days=OPEN_DAYS * (CLOSED + OPEN - number) / OPEN, minutes=chance.randrange(40))
            + timedelta(hours=7)
        )
        came = min(came, now - timedelta(minutes=4))
        yield _Event(came, number, body=_body(number, chance))
        if number % 3:
            yield _Event(came + (now - came) / 5, number, move=Move("Contacted"))
        if number % 3 == 2:
            yield _Event(came + (now - came) / 2, number, move=Move("Qualified"))


def _closing(number: int, came: datetime, chance: random.Random) -> Iterator[_Event]:
    touched = came + timedelta(minutes=chance.randrange(3, 300))
    yield _Event(touched, number, move=Move("Contacted"))
    decided = touched + timedelta(hours=chance.randrange(4, 60))
    if chance.random() < 0.45:
        yield _Event(decided, number, move=Move("Qualified"))
        settled = decided + timedelta(hours=chance.randrange(10, 90))
        last = Move("Opportunity") if chance.random() < 0.65 else Move("Disqualified", chance.choice(data.CLOSINGS))
        yield _Event(settled, number, move=last)
    else:
        yield _Event(decided, number, move=Move("Disqualified", chance.choice(data.CLOSINGS)))


def _body(number: int, chance: random.Random) -> dict[str, str]:
    company = data.COMPANIES[number % len(data.COMPANIES)]
    first, last = chance.choice(data.FIRST_NAMES), chance.choice(data.LAST_NAMES)
    kind = chance.choices(("Hot", "Warm", "Cold"), (35, 45, 20))[0]
    domain = "".join(c for c in company.lower() if c.isalnum())
    utm_source, utm_medium, utm_campaign = chance.choice(data.CAMPAIGNS)
    optional = {
        "utm_source": utm_source,
        "utm_medium": utm_medium,
        "utm_campaign": utm_campaign,
        "message": chance.choice(data.MESSAGES),
    }
    return {
        "company_name": company,
        "contact_name": f"{first} {last}",
        "email": f"{first}.{last}@{domain}.example.com".lower(),
        "phone": f"+1-555-01{chance.randrange(10, 99)}",
        "source": chance.choice(data.SOURCES),
        **chance.choice(data.ANSWERS[kind]),
        **{name: value for name, value in optional.items() if value},
    }
