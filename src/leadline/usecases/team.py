"""The team: users and their capacity. Room that opens is given to waiting leads in the same transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from leadline.domain.emails import parse_email
from leadline.domain.errors import Conflict, Fault, Invalid, NotFound
from leadline.domain.routing import Roster, drain_order, is_eligible
from leadline.domain.users import OWN_FIELDS, User, check_quiet_hours, check_user_fields
from leadline.ports import Store, Tx
from leadline.usecases.assign import drain, hand_back
from leadline.usecases.deciding import Deciding, Writes


@dataclass(frozen=True, slots=True)
class NewUser:
    """What a user is made of; everything not said has the seed's default."""

    fields: Mapping[str, Any]
    password_hash: str | None = None
    is_demo: bool = False


async def add_users(store: Store, new_users: list[NewUser], deciding: Deciding) -> list[User]:
    """Create users, active and eligible at once; leads that wait go to them. Raises Invalid with every fault, Conflict for an
    e-mail in use."""
    users = [_made(new, deciding) for new in new_users]

    async def work(tx: Tx) -> list[User]:
        existing = await tx.users()
        taken = {u.email_key for u in existing}
        for user in users:
            if user.email_key in taken:
                raise Conflict(f"{user.email} has an account already")
            taken.add(user.email_key)
        room = sum(user.max_active_leads for user in users if is_eligible(user))
        waiting = await tx.waiting(room) if room else []
        writes = Writes(new_users=users)
        drain(waiting, Roster([*existing, *users]), deciding, writes)
        await writes.hand_to(tx, deciding.writer())
        return users

    await store.transact(work, routing=True)
    return [await store.get_user(user.id) for user in users]


async def update_user(store: Store, user_id: UUID, fields: Mapping[str, Any], deciding: Deciding) -> User:
    """Change what a person edits of a user. Raising a cap or making a rep active drains the waiting list; whoever is no longer
    active, or no rep any more, hands open leads back to routing, the worthiest first. Sessions end with the rights they were
    begun with. Raises NotFound, Invalid, Conflict: for an address in use, and for the last admin, who stays one."""

    async def work(tx: Tx) -> None:
        users = {u.id: u for u in await tx.users()}
        if user_id not in users:
            raise NotFound(f"no user {user_id}")
        before = users[user_id]
        user = replace(before, **_checked(fields, is_new=False), updated_at=deciding.now)
        _keep_quiet_hours_whole(user)
        if any(u.email_key == user.email_key and u.id != user.id for u in users.values()):
            raise Conflict(f"{user.email} has an account already")
        users[user_id] = user
        _keep_an_admin(before, users)
        leaves = (before.is_active and not user.is_active) or (before.role == "rep" and user.role != "rep")
        room = max(0, user.max_active_leads - user.current_lead_count) if is_eligible(user) else 0
        owned = await tx.leads_of([user_id]) if leaves else []
        waiting = await tx.waiting(room) if room else []
        writes = Writes()
        roster = Roster(users.values())
        for lead in sorted(owned, key=drain_order):
            hand_back(lead, roster, deciding, writes)
        drain(waiting, roster, deciding, writes)
        await writes.hand_to(tx, deciding.writer())
        if replace(user, updated_at=before.updated_at) != before:
            tx.update_users([user])
        if leaves or user.role != before.role:
            tx.revoke_sessions(user_id=user_id, at=deciding.now)
        if (user.is_active, user.role, user.email_key) != (before.is_active, before.role, before.email_key):
            # A link was sent to who they were then, with the rights of then.
            tx.revoke_invitations(user_id, deciding.now)

    await store.transact(work, routing=True)
    return await store.get_user(user_id)


async def update_own(store: Store, user_id: UUID, fields: Mapping[str, Any], deciding: Deciding) -> User:
    """Change what people may set on themselves: how they are reached, and their time zone. Raises what `update_user` raises."""
    faults = [Fault(f"/{name}", "cannot be set by oneself") for name in fields if name not in OWN_FIELDS]
    if faults:
        raise Invalid(faults)
    return await update_user(store, user_id, fields, deciding)


def _keep_quiet_hours_whole(user: User) -> None:
    if faults := check_quiet_hours(user):
        raise Invalid(faults)


def _keep_an_admin(before: User, users: Mapping[UUID, User]) -> None:
    """Raises Conflict where nobody would be left who may set up the house; the invented admins of a demo leave with it."""
    if _is_lasting_admin(before) and not any(map(_is_lasting_admin, users.values())):
        raise Conflict(f"{before.email} is the only active admin: make somebody else one first")


def _is_lasting_admin(user: User) -> bool:
    return user.role == "admin" and user.is_active and not user.is_demo


def _made(new: NewUser, deciding: Deciding) -> User:
    fields = _checked(new.fields, is_new=True)
    user = User(
        id=deciding.house.new_id(), created_at=deciding.now, updated_at=deciding.now, password_hash=new.password_hash,
        is_demo=new.is_demo, **fields,
    )  # fmt: skip
    _keep_quiet_hours_whole(user)
    return user


def _checked(fields: Mapping[str, Any], *, is_new: bool) -> dict[str, Any]:
    """The fields as values, or Invalid with every fault."""
    faults = check_user_fields(fields, is_new=is_new)
    checked = dict(fields)
    if isinstance(fields.get("email"), str):
        try:
            email = parse_email(fields["email"])
            checked |= {"email": email.typed, "email_key": email.key}
        except ValueError as error:
            faults.append(Fault("/email", str(error)))
    if faults:
        raise Invalid(faults)
    return checked
