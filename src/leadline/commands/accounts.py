"""What the commands about accounts and keys do."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from leadline.bootstrap import build_house
from leadline.clock import utc_now
from leadline.commands.database import with_store
from leadline.config import Settings
from leadline.domain.access import ApiKey, is_key_live
from leadline.domain.activities import SYSTEM
from leadline.domain.emails import parse_email
from leadline.domain.errors import Fault, Invalid, NotFound
from leadline.domain.users import User
from leadline.ids import new_id
from leadline.ports import Store
from leadline.start import find_secrets
from leadline.usecases import api_keys
from leadline.usecases.deciding import Deciding
from leadline.usecases.invitations import Invited, Mailing, invite_person, invite_user
from leadline.usecases.team import update_user
from leadline.web.answers import user_json
from leadline.web.welcome import mailing_by, welcome_link


def list_users() -> list[dict[str, Any]]:
    """Everybody, by name, without secrets."""

    async def work(settings: Settings, store: Store) -> list[dict[str, Any]]:
        return [user_json(user) for user in await store.list_users()]

    return with_store(work)


def invite(fields: dict[str, Any]) -> dict[str, Any]:
    """A new account and its link, by mail too where mail is configured."""

    async def work(settings: Settings, store: Store) -> dict[str, Any]:
        deciding = await _deciding(settings, store)
        return _linked(settings, await invite_person(store, fields, deciding, _mailing(settings)))

    return with_store(work)


def new_link(email: str) -> dict[str, Any]:
    """Another link for an account, by mail too where mail is configured."""

    async def work(settings: Settings, store: Store) -> dict[str, Any]:
        user = await _find(store, email)
        return _linked(settings, await invite_user(store, user.id, utc_now(), _mailing(settings)))

    return with_store(work)


def set_active(email: str, *, is_active: bool) -> str:
    """Let somebody come in, or no longer; answers in a sentence."""

    async def work(settings: Settings, store: Store) -> str:
        user = await _find(store, email)
        await update_user(store, user.id, {"is_active": is_active}, await _deciding(settings, store))
        state = "active" if is_active else "not active"
        return f"{user.email} is {state}" if user.is_active != is_active else f"{user.email} was {state} already"

    return with_store(work)


def create_api_key(name: str, scopes: tuple[Any, ...], days: int | None) -> str:
    """A new key."""

    async def work(settings: Settings, store: Store) -> str:
        now = utc_now()
        new = api_keys.NewKey(name, scopes, now + timedelta(days=days) if days else None)
        return (await api_keys.give_api_key(store, new, new_id, now))[0]

    return with_store(work)


def list_api_keys() -> list[dict[str, Any]]:
    """Every key, with its state in a word."""

    async def work(settings: Settings, store: Store) -> list[dict[str, Any]]:
        now = utc_now()
        return [
            {name: value for name, value in asdict(key).items() if name != "key_hash"} | {"state": _state(key, now)}
            for key in await store.list_api_keys()
        ]

    return with_store(work)


def revoke_api_key(named: str) -> str:
    """End a key; answers in a sentence. Raises NotFound, and Invalid where several are meant."""

    async def work(settings: Settings, store: Store) -> str:
        keys = [key for key in await store.list_api_keys() if named in (str(key.id), key.prefix)]
        if not keys:
            raise NotFound(f"no API key has the id or prefix {named}")
        if len(keys) > 1:
            raise Invalid(
                [Fault("/key", f"is the prefix of several; name one by its id: {', '.join(str(k.id) for k in keys)}")]
            )
        await api_keys.revoke_api_key(store, keys[0].id, utc_now())
        return f"{keys[0].prefix} ({keys[0].name}) is revoked"

    return with_store(work)


def _state(key: ApiKey, now: Any) -> str:
    if key.revoked_at is not None:
        return "revoked"
    return "live" if is_key_live(key, now) else "expired"


def _linked(settings: Settings, invited: Invited) -> dict[str, Any]:
    link = welcome_link(settings, invited.token)
    mailed = {"is_mailed": settings.can_mail}
    return {"email": invited.user.email, "link": link, "expires_at": invited.expires_at} | mailed


def _mailing(settings: Settings) -> Mailing | None:
    """The links of a running server and of its worker are made with the same key."""
    return mailing_by(settings, find_secrets(settings).secret_key, new_id) if settings.can_mail else None


async def _deciding(settings: Settings, store: Store) -> Deciding:
    return Deciding(await build_house(settings, store), utc_now(), SYSTEM)


async def _find(store: Store, email: str) -> User:
    try:
        key = parse_email(email).key
    except ValueError as error:
        raise NotFound(f"no user {email}: {error}") from error
    user = await store.find_user_by_email(key)
    if user is None:
        raise NotFound(f"no user {email}")
    return user
