"""Inviting people: a link, used once, by which they set their password. The same link is how a forgotten one is set anew."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from leadline.domain.access import Session
from leadline.domain.errors import Conflict, Forbidden, Invalid, NotFound
from leadline.domain.invitations import INVITATION_LIFE, Invitation, is_invitation_open
from leadline.domain.notifications import Notification
from leadline.domain.passwords import check_password
from leadline.domain.sent_links import SentLinks
from leadline.domain.users import User
from leadline.ports import Store, Tx
from leadline.usecases.accounts import hash_of, set_password
from leadline.usecases.deciding import Deciding
from leadline.usecases.passwords import PasswordGuard
from leadline.usecases.team import NewUser, add_users


class SpentInvitation(Forbidden):
    """The link was used, replaced by a newer one or withdrawn, is too old, or never was; which of these is not said."""

    def __init__(self) -> None:
        super().__init__("This link was used before, replaced by a newer one, or is too old. Ask for a new one.")


@dataclass(frozen=True, slots=True)
class Invited:
    """Who is invited, until when, and the token of the link: given back once and kept nowhere."""

    user: User
    token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Mailing:
    """What it takes to send a link by mail: the link follows from the id of the row that queues it, and stands nowhere."""

    links: SentLinks
    new_id: Callable[[], UUID]


async def invite_person(
    store: Store, fields: Mapping[str, Any], deciding: Deciding, mailing: Mailing | None = None
) -> Invited:
    """A new account and the link to it. Raises what `add_users` raises."""
    (user,) = await add_users(store, [NewUser(fields)], deciding)
    return await invite_user(store, user.id, deciding.now, mailing)


async def invite_user(store: Store, user_id: UUID, now: datetime, mailing: Mailing | None = None) -> Invited:
    """A new link to an account, by mail too where there is `mailing`; older ones end. Raises NotFound, and Conflict for an account
    that is not active."""
    row_id = mailing.new_id() if mailing else None
    token = mailing.links.welcome_token(row_id) if mailing and row_id else secrets.token_urlsafe(32)
    invitation = Invitation(hash_of(token), user_id, now, now + INVITATION_LIFE)

    async def work(tx: Tx) -> User:
        user = _found(await tx.users(), user_id)
        if not user.is_active:
            raise Conflict(f"{user.email} is not active; activate the account first")
        # The change of the user is what two who invite at once meet at: so one link at most is open.
        tx.update_users([replace(user, updated_at=now)])
        tx.revoke_invitations(user_id, now)
        tx.add_invitations([invitation])
        if row_id is not None:
            tx.add_notifications([Notification(row_id, "email", "invitation", user.email, now)])
        return user

    return Invited(await store.transact(work), token, invitation.expires_at)


async def find_invited(store: Store, token: str, now: datetime) -> User | None:
    """Whom an open link is for, or None."""
    invitation = await store.find_invitation(hash_of(token))
    if invitation is None or not is_invitation_open(invitation, now):
        return None
    try:
        user = await store.get_user(invitation.user_id)
    except NotFound:
        return None
    return user if user.is_active else None


async def accept_invitation(store: Store, guard: PasswordGuard, token: str, password: str, now: datetime) -> str:
    """Set the password of whom the link is for, and sign them in: gives back the token of the session. Of two who use a link, one
    gets in. Raises SpentInvitation, Invalid at /password, Unavailable."""
    invited = await find_invited(store, token, now)
    if invited is None:
        raise SpentInvitation
    faults = check_password(password, invited)
    if faults:
        raise Invalid(faults)
    password_hash, session_token = await guard.hash(password), secrets.token_urlsafe(32)
    link = hash_of(token)

    async def work(tx: Tx) -> None:
        invitation = await tx.invitation(link)
        user = next((user for user in await tx.users() if user.id == invited.id and user.is_active), None)
        if user is None or invitation is None or not is_invitation_open(invitation, now):
            raise SpentInvitation
        tx.use_invitation(link, now)
        set_password(tx, replace(user, last_login_at=now), password_hash, now)
        tx.add_sessions([Session(hash_of(session_token), user.id, now, now)])

    await store.transact(work)
    return session_token


def _found(users: list[User], user_id: UUID) -> User:
    for user in users:
        if user.id == user_id:
            return user
    raise NotFound(f"no user {user_id}")
