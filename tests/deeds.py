"""Everything that can be done to a lead or a user, each as one deed that chance fills in: for the state machine, which checks after
each, and the simulation, which does several at once."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from leadline.domain.default_ruleset import DEFAULT_RULESET
from leadline.domain.errors import Conflict, Forbidden, Invalid, NotFound
from leadline.domain.intake import Intake
from leadline.domain.lead_lists import LeadQuery
from leadline.domain.leads import COMPANY_SIZES, STATUSES, Lead
from leadline.domain.users import User
from leadline.ports import Store
from leadline.usecases import hand_over, mark, work
from leadline.usecases.advance import Move, advance_lead
from leadline.usecases.capture import capture_leads
from leadline.usecases.deciding import Deciding
from leadline.usecases.index import index_leads
from leadline.usecases.one_lead import Act, change_lead
from leadline.usecases.publish import Publication, publish_rules
from leadline.usecases.rescore_leads import rescore_leads
from leadline.usecases.rules import current_ruleset
from leadline.usecases.signals import SIGNAL_TYPES, Signal, count_signal
from leadline.usecases.team import NewUser, add_users, update_user
from tests.builders import COLD, HOT, WARM, faulty_intake, intake

ADDRESSES = 16
EVENTS = 12
USERS_MAX = 6
# What anybody is told who asks for what cannot be done, or was done by another already.
NO = (Conflict, Forbidden, Invalid, NotFound)

Deed = Callable[[Store, Deciding, random.Random], Awaitable[Any]]


async def do(name: str, store: Store, deciding: Deciding, chance: random.Random) -> None:
    """One deed; a refusal is an answer like any other."""
    try:
        await DEEDS[name](store, deciding, chance)
    except NO:
        return


def posting(at: datetime, new_id: Callable[[], UUID], chance: random.Random) -> Intake:
    """A posting of one of a few people, now and then a faulty one, or an event that comes again."""
    if chance.random() < 0.1:
        return replace(faulty_intake(at), id=new_id())
    fields: dict[str, Any] = dict(chance.choice([HOT, HOT, WARM, COLD]))
    fields["email"] = f"lead{chance.randrange(ADDRESSES)}@firm.example.com"
    if chance.random() < 0.3:
        fields["phone"] = f"+1-555-01{chance.randrange(10, 99)}"
    if chance.random() < 0.3:
        fields |= {"endpoint": "main", "event_id": f"evt-{chance.randrange(EVENTS)}"}
    return replace(intake(at, **fields), id=new_id())


async def begin(store: Store, deciding: Deciding, chance: random.Random) -> None:
    """A team of three with little room, and twice as many leads as fit: some wait."""
    await current_ruleset(store, DEFAULT_RULESET, deciding.now)
    room = chance.randrange(3)
    names = [
        {"full_name": f"Rep {n}", "email": f"rep{n}@company.example.com", "max_active_leads": room} for n in range(3)
    ]
    await add_users(store, [NewUser(fields) for fields in names], deciding)
    items = [
        replace(intake(deciding.now, email=f"lead{n}@firm.example.com", **answers), id=deciding.house.new_id())
        for n, answers in enumerate((HOT, WARM, HOT, HOT, WARM, COLD, COLD))
    ]
    await capture_leads(store, deciding.house, items, deciding.now)


async def capture(store: Store, deciding: Deciding, chance: random.Random) -> None:
    items = [posting(deciding.now, deciding.house.new_id, chance) for _ in range(chance.randrange(1, 4))]
    await capture_leads(store, deciding.house, items, deciding.now)


async def advance(store: Store, deciding: Deciding, chance: random.Random) -> None:
    if lead := await some_lead(store, chance):
        status = chance.choice(STATUSES)
        reason = chance.choice(["not_a_fit", "spam", "no_response"]) if status == "Disqualified" else None
        await advance_lead(store, lead.id, Move(status, reason), deciding)


async def signal(store: Store, deciding: Deciding, chance: random.Random) -> None:
    if lead := await some_lead(store, chance):
        event = Signal(chance.choice(SIGNAL_TYPES), f"signal-{chance.randrange(EVENTS)}", deciding.now, lead.id)
        await count_signal(store, event, deciding)


async def edit(store: Store, deciding: Deciding, chance: random.Random) -> None:
    fields = chance.choice([
        {"company_size": chance.choice(COMPANY_SIZES)}, {"company_name": f"Firm {chance.randrange(9)}"},
        {"budget_timeline": chance.choice(["Immediate", "Just Researching"])}, chance.choice([HOT, COLD]),
    ])  # fmt: skip
    await _act(mark.edit(dict(fields)), store, deciding, chance)


async def move_house(store: Store, deciding: Deciding, chance: random.Random) -> None:
    """Change the address, perhaps to one that another lead has."""
    if lead := await some_lead(store, chance):
        email = f"lead{chance.randrange(ADDRESSES)}@firm.example.com"
        await change_lead(store, lead.id, mark.edit({"email": email}), deciding, address=lambda _: email)


async def restore(store: Store, deciding: Deciding, chance: random.Random) -> None:
    if lead := await some_lead(store, chance, LeadQuery(statuses=(), deleted=True)):
        await change_lead(store, lead.id, mark.restore, deciding, deleted=True, address=lambda lead: lead.email_key)


async def set_spam(store: Store, deciding: Deciding, chance: random.Random) -> None:
    flag = chance.random() < 0.5
    query = LeadQuery(statuses=(), spam=not flag)
    if lead := await some_lead(store, chance, query):
        await change_lead(store, lead.id, mark.set_spam(flag), deciding)


async def assign(store: Store, deciding: Deciding, chance: random.Random) -> None:
    if user := await some_user(store, chance):
        await _act(chance.choice([hand_over.assign_to, hand_over.claim])(user.id), store, deciding, chance)


async def change_user(store: Store, deciding: Deciding, chance: random.Random) -> None:
    fields: dict[str, Any] = chance.choice([
        {"max_active_leads": chance.randrange(5)}, {"is_active": chance.random() < 0.6},
        {"role": chance.choice(["rep", "rep", "manager"])},
    ])  # fmt: skip
    if user := await some_user(store, chance):
        await update_user(store, user.id, fields, deciding)


async def add_user(store: Store, deciding: Deciding, chance: random.Random) -> None:
    number = chance.randrange(USERS_MAX)
    fields = {"full_name": f"Rep {number}", "email": f"rep{number}@company.example.com", "max_active_leads": 2}
    await add_users(store, [NewUser(fields)], deciding)


async def publish(store: Store, deciding: Deciding, chance: random.Random) -> None:
    """Other bounds of Hot and Warm, from now on."""
    bounds = replace(DEFAULT_RULESET.thresholds, hot=chance.choice([60, 80, 95]))
    await publish_rules(store, replace(DEFAULT_RULESET, thresholds=bounds), Publication(deciding.actor, deciding.now))


async def rescore(store: Store, deciding: Deciding, chance: random.Random) -> None:
    """What a worker does after a publication."""
    await rescore_leads(store, deciding.house, deciding.now)


async def index(store: Store, deciding: Deciding, chance: random.Random) -> None:
    await index_leads(store, None)


async def some_lead(store: Store, chance: random.Random, query: LeadQuery | None = None) -> Lead | None:
    """One of those that stand in a list."""
    leads = (await store.list_leads(query or LeadQuery(statuses=()), None, 50)).items
    return chance.choice(leads) if leads else None


async def some_user(store: Store, chance: random.Random) -> User | None:
    users = await store.list_users()
    return chance.choice(users) if users else None


async def _act(act: Act, store: Store, deciding: Deciding, chance: random.Random) -> None:
    if lead := await some_lead(store, chance):
        await change_lead(store, lead.id, act, deciding)


def _acting(make: Callable[[random.Random], Act]) -> Deed:
    return lambda store, deciding, chance: _act(make(chance), store, deciding, chance)


# What moves places and turns happens more often than what only leaves a word.
_WEIGHTS = {"capture": 3, "advance": 4, "change_user": 3, "assign": 2, "delete": 2, "restore": 2, "set_spam": 2}

DEEDS: dict[str, Deed] = {
    "capture": capture,
    "advance": advance,
    "signal": signal,
    "edit": edit,
    "move_house": move_house,
    "assign": assign,
    "unassign": _acting(lambda _: hand_over.unassign),
    "assign_auto": _acting(lambda _: hand_over.assign_auto),
    "set_priority": _acting(lambda chance: mark.set_priority(chance.random() < 0.5)),
    "set_spam": set_spam,
    "delete": _acting(lambda _: mark.delete),
    "restore": restore,
    "review": _acting(lambda _: mark.review("keep")),
    "note": _acting(lambda _: work.add_note("a note")),
    "attempt": _acting(lambda _: work.log_attempt("call", "no_answer")),
    "change_user": change_user,
    "add_user": add_user,
    "index": index,
    "publish": publish,
    "rescore": rescore,
}

NAMES = [name for name in DEEDS for _ in range(_WEIGHTS.get(name, 1))]
