"""Logging in and out, and the keys of programs."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from leadline.domain.access import MIN_KEY_LENGTH, SCOPES, ApiKey, Scope, Session, is_key_live, is_session_live
from leadline.domain.emails import parse_email
from leadline.domain.errors import Fault, Forbidden, Invalid, NotFound
from leadline.domain.users import User
from leadline.ports import Store, Tx

TOUCH_EVERY = timedelta(seconds=60)
KEY_PREFIX = "ll_"
LINK = "login-link:"
LINK_LIFE = timedelta(minutes=15)

_hasher = PasswordHasher()
# Checked where there is no such account, so that the time taken does not tell which addresses have one.
_NOBODY = _hasher.hash(secrets.token_urlsafe(16))


class WrongLogin(Forbidden):
    """Address or password is wrong; which of the two is not said."""


def hash_of(token: str) -> bytes:
    """What is stored of a token or key. They are 256 bits of chance, so a plain hash is enough."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def hash_password(password: str) -> str:
    """The argon2id hash of a password; slow on purpose, so call it in a thread."""
    return _hasher.hash(password)


def verify_password(password_hash: str | None, password: str) -> bool:
    """Whether this is the password; takes the same time where there is none. Slow on purpose, so call it in a thread."""
    try:
        return _hasher.verify(password_hash or _NOBODY, password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


async def find_login(store: Store, email: str) -> User | None:
    """The account of an address, or None where there is none or it may not log in."""
    try:
        key = parse_email(email).key
    except ValueError:
        return None
    user = await store.find_user_by_email(key)
    return user if user is not None and user.is_active else None


async def start_session(store: Store, user: User, now: datetime) -> str:
    """A new session, always with a new token, which is given back and kept nowhere."""
    token = secrets.token_urlsafe(32)

    async def work(tx: Tx) -> None:
        tx.add_sessions([Session(hash_of(token), user.id, now, now)])

    await store.transact(work)
    return token


async def resume_session(store: Store, token: str, now: datetime) -> User | None:
    """Who a token belongs to, or None where its session is over or its user is not active."""
    token_hash = hash_of(token)
    session = await store.find_session(token_hash)
    if session is None or not is_session_live(session, now):
        return None
    if now - session.seen_at > TOUCH_EVERY and not await store.touch_session(token_hash, now):
        return None
    return await _find_active(store, session.user_id)


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


async def note_login(store: Store, user_id: UUID, now: datetime) -> None:
    """Remember when somebody was last here."""

    async def work(tx: Tx) -> None:
        users = [user for user in await tx.users() if user.id == user_id]
        tx.update_users([replace(user, last_login_at=now) for user in users])

    await store.transact(work)


async def add_api_key(
    store: Store,
    name: str,
    scopes: tuple[Scope, ...],
    new_id: Callable[[], UUID],
    now: datetime,
    key: str | None = None,
) -> str:
    """A new key with these scopes; given back once and stored as its hash. Raises Invalid for a given key that is too short."""
    if key is not None and len(key) < MIN_KEY_LENGTH:
        raise Invalid([Fault("/key", f"an API key has at least {MIN_KEY_LENGTH} characters")])
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown:
        raise Invalid([Fault("/scopes", f"unknown scope {scope}") for scope in unknown])
    key = key or KEY_PREFIX + secrets.token_urlsafe(32)
    record = ApiKey(new_id(), name, key[:8], hash_of(key), scopes, now)

    async def work(tx: Tx) -> None:
        tx.add_api_keys([record])

    await store.transact(work)
    return key


async def find_key(store: Store, key: str, now: datetime) -> ApiKey | None:
    """The live key behind what a client sent, or None."""
    found = await store.find_api_key(hash_of(key))
    return found if found is not None and is_key_live(found, now) else None
