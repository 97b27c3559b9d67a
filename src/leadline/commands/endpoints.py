"""What the commands about endpoints do."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from leadline.clock import utc_now
from leadline.commands.database import with_store
from leadline.config import Settings
from leadline.domain.endpoints import SECRETS_MAX, Endpoint
from leadline.domain.errors import NotFound
from leadline.domain.mapping_drift import POSTINGS
from leadline.ids import new_id
from leadline.ports import Store
from leadline.sealing import Sealer
from leadline.sources.mapped import Mapped, mapped
from leadline.start import find_secrets
from leadline.usecases.endpoint_postings import newest_postings
from leadline.usecases.endpoints import add_endpoint, update_endpoint
from leadline.web.api_endpoints import endpoint_json


def list_endpoints() -> list[dict[str, Any]]:
    """Every endpoint, by name, without secrets."""

    async def work(settings: Settings, store: Store) -> list[dict[str, Any]]:
        return [_told(settings, endpoint) for endpoint in await store.list_endpoints()]

    return with_store(work)


def show(name: str) -> tuple[dict[str, Any], Mapped]:
    """One endpoint, with its last payload beside the mapping. Raises NotFound."""

    async def work(settings: Settings, store: Store) -> tuple[dict[str, Any], Mapped]:
        endpoint = await _get(store, name)
        newest = await newest_postings(store, [name], POSTINGS)
        return _told(settings, endpoint), mapped(endpoint, newest[name])

    return with_store(work)


def create(fields: dict[str, Any]) -> dict[str, Any]:
    """Connect a provider. Raises Invalid with every fault, Conflict for a name in use."""

    async def work(settings: Settings, store: Store) -> dict[str, Any]:
        taken = frozenset({settings.webflow_endpoint})
        made = await add_endpoint(store, fields, _sealer(settings).seal, new_id, utc_now(), taken)
        return _told(settings, made)

    return with_store(work)


def update(name: str, fields: dict[str, Any], mapping: dict[str, str], defaults: dict[str, str]) -> dict[str, Any]:
    """Change an endpoint; `mapping` and `defaults` are put over what is there, and an empty default is taken out. Raises
    NotFound, and Invalid with every fault."""

    async def work(settings: Settings, store: Store) -> dict[str, Any]:
        before = await _get(store, name)
        changes = dict(fields)
        if mapping:
            changes["mapping"] = before.mapping | mapping
        if defaults:
            changes["defaults"] = {key: text for key, text in (before.defaults | defaults).items() if text}
        return _told(settings, await update_endpoint(store, before.id, changes, _sealer(settings).seal, utc_now()))

    return with_store(work)


def rotate(name: str, secrets: Sequence[str], *, only: bool) -> dict[str, Any]:
    """Put new secrets before those in use, or, with `only`, in their place. Raises NotFound, and Sealed where the ones in use
    were sealed under another key."""

    async def work(settings: Settings, store: Store) -> dict[str, Any]:
        sealer, before = _sealer(settings), await _get(store, name)
        old = () if only or before.sealed_secrets is None else sealer.open(before.sealed_secrets)
        fields = {"secrets": list(dict.fromkeys([*secrets, *old]))[: max(SECRETS_MAX, len(secrets))]}
        return _told(settings, await update_endpoint(store, before.id, fields, sealer.seal, utc_now()))

    return with_store(work)


def mapped_json(found: Mapped) -> dict[str, Any]:
    """The last payload and the drift, as the answer of a program."""
    return asdict(found)


async def _get(store: Store, name: str) -> Endpoint:
    found = await store.find_endpoint(name)
    if found is None:
        raise NotFound(f"no endpoint {name}; `leadline endpoint list` names them")
    return found


def _sealer(settings: Settings) -> Sealer:
    return Sealer(find_secrets(settings).secret_key)


def _told(settings: Settings, endpoint: Endpoint) -> dict[str, Any]:
    return endpoint_json(settings.origin, endpoint) | {"url": settings.origin + endpoint.path}
