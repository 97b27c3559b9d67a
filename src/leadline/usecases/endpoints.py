"""Endpoints: connecting a provider, and changing what is known of it."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from leadline.domain.endpoints import Endpoint, check_endpoint_fields
from leadline.domain.errors import Conflict, Fault, Invalid, NotFound
from leadline.domain.forms import FORM_SPAM, Form, SpamSettings
from leadline.ports import Store, Tx

Seal = Callable[[Sequence[str]], bytes | None]


async def add_endpoint(
    store: Store,
    fields: Mapping[str, Any],
    seal: Seal,
    new_id: Callable[[], UUID],
    now: datetime,
    taken: frozenset[str],
) -> Endpoint:
    """Connect a provider. `taken` are names that the settings hold. Raises Invalid with every fault, Conflict for a name in use."""
    _refuse(check_endpoint_fields(fields))
    blank = Endpoint(new_id(), fields["name"], fields["provider"], secrets.token_urlsafe(24), now, now)
    if blank.provider == "form":
        blank = replace(blank, form=Form(), spam=FORM_SPAM)
    endpoint = _changed(blank, fields, seal, now)

    async def work(tx: Tx) -> Endpoint:
        if endpoint.name in taken or any(other.name == endpoint.name for other in await tx.endpoints()):
            raise Conflict(f"there is an endpoint {endpoint.name} already: choose another name, or change that one")
        tx.add_endpoints([endpoint])
        return endpoint

    return await store.transact(work)


async def update_endpoint(
    store: Store, endpoint_id: UUID, fields: Mapping[str, Any], seal: Seal, now: datetime
) -> Endpoint:
    """Change an endpoint; what is an object or a list is replaced as a whole. Raises Invalid with every fault, NotFound."""

    async def work(tx: Tx) -> Endpoint:
        before = next((one for one in await tx.endpoints() if one.id == endpoint_id), None)
        if before is None:
            raise NotFound(f"no endpoint {endpoint_id}")
        _refuse(check_endpoint_fields(fields, before=before))
        after = _changed(before, fields, seal, now)
        tx.update_endpoints([after])
        return replace(after, version=after.version + 1)

    return await store.transact(work)


def _changed(endpoint: Endpoint, fields: Mapping[str, Any], seal: Seal, now: datetime) -> Endpoint:
    set_here = {name: fields[name] for name in ("mapping", "defaults", "source", "routing") if name in fields}
    if "secrets" in fields:
        set_here["sealed_secrets"] = seal(fields["secrets"])
    if "form" in fields:
        set_here["form"] = Form.from_json(fields["form"])
    if "spam" in fields:
        set_here["spam"] = SpamSettings.from_json(fields["spam"])
    return replace(endpoint, **set_here, is_active=fields.get("active", endpoint.is_active), updated_at=now)


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise Invalid(faults)
