"""API keys, for programs that may give them. A key itself is shown once, in the answer that makes it."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from litestar import Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from leadline.clock import utc_now
from leadline.domain.access import ApiKey
from leadline.domain.errors import Fault, Invalid
from leadline.usecases.api_keys import NewKey, give_api_key, revoke_api_key
from leadline.web.actions import doing
from leadline.web.admission import key_in
from leadline.web.answers import json_answer, page_answer
from leadline.web.params import read_time
from leadline.web.reading import AnyRequest, read_id, read_object
from leadline.web.services import Services

KEY_BYTES_MAX = 20_000
KEY_FIELDS = tuple(f.name for f in fields(ApiKey) if f.name != "key_hash")
_SENT = ("name", "scopes", "expires_at")


@get("/api/v1/api-keys", tags=["api keys"], operation_id="listApiKeys", opt=doing("manage_keys"))
async def list_keys(request: AnyRequest, services: NamedDependency[Services]) -> Response[bytes]:
    """All keys, revoked ones too, oldest first: by their prefix, with the last use to the minute."""
    keys = await services.store.list_api_keys()
    return page_answer(keys, key_json, None)


@post("/api/v1/api-keys", status_code=201, tags=["api keys"], operation_id="createApiKey", opt=doing("manage_keys"))
async def create_key(request: AnyRequest, services: NamedDependency[Services]) -> Response[bytes]:
    """A new key with scopes of the one that asks. `key` is shown this once and kept nowhere."""
    giver = key_in(request)
    new = _new_key(await read_object(request, KEY_BYTES_MAX))
    key, record = await give_api_key(services.store, new, services.house.new_id, utc_now(), giver)
    return json_answer(key_json(record) | {"key": key}, 201)


@delete(
    "/api/v1/api-keys/{key_id:str}",
    status_code=200,
    tags=["api keys"],
    operation_id="revokeApiKey",
    opt=doing("manage_keys"),
)
async def revoke_key(
    request: AnyRequest, services: NamedDependency[Services], key_id: FromPath[str]
) -> Response[bytes]:
    """End a key for good; it stays in the list. Other processes take it for five seconds more at most."""
    revoked = await revoke_api_key(services.store, read_id(key_id, "API key"), utc_now())
    services.keys.forget(revoked)
    return json_answer(key_json(revoked))


def key_json(key: ApiKey) -> dict[str, Any]:
    """What is known of a key, less its hash."""
    return {name: getattr(key, name) for name in KEY_FIELDS}


def _new_key(sent: dict[str, Any]) -> NewKey:
    faults = [Fault(f"/{name}", "cannot be set") for name in sent if name not in _SENT]
    name, scopes = sent.get("name"), sent.get("scopes")
    if not isinstance(name, str):
        faults.append(Fault("/name", "is required: a text"))
    if not isinstance(scopes, list) or not all(isinstance(scope, str) for scope in scopes):
        faults.append(Fault("/scopes", "is required: a list of scopes"))
    expires_at = _time(sent.get("expires_at"), faults)
    if faults:
        raise Invalid(faults)
    return NewKey(str(name), tuple(scopes or ()), expires_at)


def _time(value: object, faults: list[Fault]) -> datetime | None:
    try:
        return None if value is None else read_time(str(value))
    except (ValueError, OverflowError):
        faults.append(Fault("/expires_at", "must be a time such as 2027-11-24T09:00:00Z, or null"))
        return None
