"""Logging in and out, and changing one's password."""

import hashlib
import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from leadline.domain.access import Session, is_session_live
from leadline.domain.emails import key_of
from leadline.domain.errors import Conflict, Fault, Invalid, NotFound
from leadline.domain.passwords import check_password, normalized
from leadline.domain.users import User
from leadline.ports import Store, Tx
from leadline.usecases.passwords import PasswordGuard

TOUCH_EVERY = timedelta(seconds=60)
LINK = "login-link:"
LINK_LIFE = timedelta(minutes=15)


def hash_of(token: str) -> bytes:
    """What is stored of a token or key. They are 256 bits of chance, so a plain hash is enough."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


@dataclass(frozen=True, slots=True)
class Login:
    """What somebody types who wants to come in, and from where."""

    email: str
    password: str = field(repr=False)
    address: str


@dataclass(frozen=True, slots=True)
class PasswordChange:
    """What somebody types to change the own password, and from where."""

    old: str = field(repr=False)
    new: str = field(repr=False)
    address: str


async def find_by_password(store: Store, guard: PasswordGuard, login: Login, now: datetime) -> User | None:
    """Who signs in, or None: which of address and password was wrong, or whether the account is active, is not said. Raises
    TooManyTries and Unavailable."""
    key = key_of(login.email)
    account = key or login.email
    await guard.count(account, login.address, now)
    user = await store.find_user_by_email(key) if key else None
    user = user if user is not None and user.is_active else None
    if not await guard.fits(user.password_hash if user else None, login.password) or user is None:
        return None
    await guard.forgive(account, login.address, now)
    return user


async def change_password(
    store: Store, guard: PasswordGuard, user_id: UUID, change: PasswordChange, now: datetime
) -> str:
    """Set another password for whoever knows the old one, and end every session and open link of the account. Gives back the token
    of a new session, for the browser that asked. Wrong old ones count as wrong logins do.

    Raises TooManyTries, Invalid at /old_password and /new_password, NotFound, Conflict where it was changed meanwhile, Unavailable."""
    user = await store.get_user(user_id)
    await guard.count(user.email_key, change.address, now)
    faults = check_password(change.new, user, "/new_password")
    if await guard.fits(user.password_hash, change.old):
        await guard.forgive(user.email_key, change.address, now)
        if normalized(change.new) == normalized(change.old):
            faults.append(Fault("/new_password", "is the one you have"))
    else:
        faults.append(Fault("/old_password", "is not your password"))
    if faults:
        raise Invalid(faults)
    password_hash, token = await guard.hash(change.new), secrets.token_urlsafe(32)

    async def work(tx: Tx) -> None:
        found = next((u for u in await tx.users() if u.id == user_id and u.is_active), None)
        if found is None or found.password_hash != user.password_hash:
            raise Conflict("this account was changed meanwhile; sign in again")
        set_password(tx, found, password_hash, now)
        tx.add_sessions([Session(hash_of(token), user_id, now, now)])

    await store.transact(work)
    return token


def set_password(tx: Tx, user: User, password_hash: str, now: datetime) -> None:
    """Write another password; whatever was opened with an older one, or could set one more, ends."""
    tx.update_users([replace(user, password_hash=password_hash, updated_at=now)])
    tx.revoke_sessions(user_id=user.id, at=now)
    tx.revoke_invitations(user.id, now)


async def sign_in(store: Store, user: User, now: datetime) -> str | None:
    """A new session for whoever has shown who they are, and the time of it kept. None where the account has another password by
    now, or is active no longer: what was shown is worth nothing then."""
    token = secrets.token_urlsafe(32)

    async def work(tx: Tx) -> bool:
        found = next((u for u in await tx.users() if u.id == user.id and u.is_active), None)
        if found is None or found.password_hash != user.password_hash:
            return False
        # The change of the user is what this and a change of the password meet at.
        tx.update_users([replace(found, last_login_at=now)])
        tx.add_sessions([Session(hash_of(token), user.id, now, now)])
        return True

    return token if await store.transact(work) else None


async def resume_session(store: Store, token: str, now: datetime) -> User | None:
    """Who a token belongs to, or None where its session is over or its user is not active."""
    token_hash = hash_of(token)
    session = await store.find_session(token_hash)
    if session is None or not is_session_live(session, now):
        return None
    if now - session.seen_at > TOUCH_EVERY and not await store.touch_session(token_hash, now):
        return None
    return await _find_active(store, session.user_id)


async def watch_session(store: Store, token: str, now: datetime) -> User | None:
    """Like `resume_session`, for a page that only stands open: that is no use of it, and keeps no session alive."""
    session = await store.find_session(hash_of(token))
    return await _find_active(store, session.user_id) if session and is_session_live(session, now) else None


async def end_session(store: Store, token: str, now: datetime) -> None:
    """Log out; a request of this session that is still in flight cannot bring it back."""

    async def work(tx: Tx) -> None:
        tx.revoke_sessions(token_hash=hash_of(token), at=now)

    await store.transact(work)


async def start_login_link(store: Store, user: User, now: datetime) -> str:
    """The token of a link that logs this user in, once, within the next quarter of an hour."""
    token = secrets.token_urlsafe(32)

    async def work(tx: Tx) -> None:
        tx.add_sessions([Session(hash_of(LINK + token), user.id, now, now)])

    await store.transact(work)
    return token


async def follow_login_link(store: Store, token: str, now: datetime) -> User | None:
    """Whom a link logs in, or None where it was used before, is too old, or never was."""
    link = await store.take_session(hash_of(LINK + token), now)
    if link is None or now - link.created_at > LINK_LIFE:
        return None
    return await _find_active(store, link.user_id)


async def _find_active(store: Store, user_id: UUID) -> User | None:
    """Who may be here. Demo users are taken out altogether, perhaps while one of them looks."""
    try:
        user = await store.get_user(user_id)
    except NotFound:
        return None
    return user if user.is_active else None
