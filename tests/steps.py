"""What tests do to a store, in one line each."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from leadline.domain.intake import Captured, Intake
from leadline.domain.leads import Lead, Status
from leadline.domain.notifications import Notification
from leadline.domain.users import User, UserChange
from leadline.ports import Store, Tx
from leadline.usecases.advance import Move, advance_lead
from leadline.usecases.capture import capture_leads
from leadline.usecases.index import index_leads
from leadline.usecases.team import NewUser, add_users, update_user
from tests.builders import HOUSE, NOW, deciding, intake
from tests.invariants import pages


async def add_reps(store: Store, number: int, at: datetime = NOW, **fields: Any) -> list[User]:
    """Reps 0, 1, 2 ... in this order, each with room for twenty where nothing else is said."""
    have = len(await store.list_users())
    new = [
        NewUser({"full_name": f"Rep {have + i:02}", "email": f"rep{have + i}@company.example.com"} | fields)
        for i in range(number)
    ]
    return await add_users(store, new, deciding(at))


async def capture(store: Store, *items: Intake, now: datetime = NOW) -> list[Captured]:
    """One batch."""
    return await capture_leads(store, HOUSE, items, now)


async def captured_lead(store: Store, item: Intake, now: datetime = NOW) -> Lead:
    """The lead of one posting, as the store has it."""
    (captured,) = await capture(store, item, now=now)
    assert captured.lead is not None
    return await store.get_lead(captured.lead.id)


async def advance(
    store: Store,
    lead_id: UUID,
    *statuses: Status,
    at: datetime = NOW,
    reason: str = "not_a_fit",
    note: str | None = None,
) -> Lead:
    """Take a lead through these statuses; reason and note go with the disqualification."""
    lead = await store.get_lead(lead_id)
    for status in statuses:
        move = Move(status, reason, note) if status == "Disqualified" else Move(status)
        lead = await advance_lead(store, lead_id, move, deciding(at))
    return lead


async def owned(store: Store, **fields: Any) -> tuple[User, Lead]:
    """A rep, and a lead that is the rep's."""
    (rep,) = await add_reps(store, 1)
    return rep, await captured_lead(store, intake(**fields))


def figures(user: User) -> tuple[int, ...]:
    """What a rep has and has done: open leads, then leads ever assigned, contacted, qualified."""
    return (user.current_lead_count, user.total_leads_assigned, user.total_leads_contacted, user.total_leads_qualified)


async def change(store: Store, user: User, at: datetime = NOW, **fields: Any) -> User:
    """Edit a user."""
    return await update_user(store, user.id, fields, deciding(at))


async def put(store: Store, leads: Sequence[Lead] = (), users: Sequence[User] = ()) -> None:
    """Write rows as they are, past every rule."""

    async def work(tx: Tx) -> None:
        tx.add_users(users)
        tx.add_leads(leads)

    await store.transact(work)


async def notifications(store: Store) -> list[Notification]:
    """All of them, oldest first."""
    return (await pages(lambda position, limit: store.list_notifications(None, None, position, limit)))[::-1]


async def bump(store: Store, *changes: UserChange) -> None:
    """Change counters of users."""

    async def work(tx: Tx) -> None:
        tx.change_users(changes)

    await store.transact(work)


async def rewrite(store: Store, lead_id: UUID, **fields: Any) -> None:
    """Change a lead as an edit does."""

    async def work(tx: Tx) -> None:
        (found,) = await tx.leads([lead_id])
        tx.update_leads([replace(found, **fields)])

    await store.transact(work)


async def index_all(store: Store) -> list[int]:
    """Make the words of every lead, as the worker does; answers how many were done at a time."""
    done = [await index_leads(store, None)]
    while done[-1]:
        done.append(await index_leads(store, None))
    return done
