"""Endpoints, for programs that may connect providers. Secrets go in and never come out."""

from functools import partial
from typing import Any

from litestar import Response, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from leadline.clock import utc_now
from leadline.domain.endpoints import Endpoint
from leadline.domain.errors import NotFound
from leadline.usecases.endpoints import add_endpoint, update_endpoint
from leadline.web.actions import doing
from leadline.web.answers import json_answer, page_answer
from leadline.web.presenting.forms import snippets
from leadline.web.reading import AnyRequest, read_id, read_object
from leadline.web.services import Services

ENDPOINT_BYTES_MAX = 200_000
SHOWN = (
    "id", "name", "provider", "mapping", "defaults", "source", "routing", "form", "spam", "created_at", "updated_at", "version"
)  # fmt: skip


@get("/api/v1/endpoints", tags=["endpoints"], operation_id="listEndpoints", opt=doing("manage_endpoints"))
async def list_endpoints(request: AnyRequest, services: NamedDependency[Services]) -> Response[bytes]:
    """Every endpoint, by name; the one of the settings is not among them."""
    endpoints = await services.store.list_endpoints()
    return page_answer(endpoints, partial(endpoint_json, services.settings.origin), None)


@get(
    "/api/v1/endpoints/{endpoint_id:str}", tags=["endpoints"], operation_id="getEndpoint", opt=doing("manage_endpoints")
)
async def get_endpoint(
    request: AnyRequest, services: NamedDependency[Services], endpoint_id: FromPath[str]
) -> Response[bytes]:
    """One endpoint."""
    wanted = read_id(endpoint_id, "endpoint")
    for endpoint in await services.store.list_endpoints():
        if endpoint.id == wanted:
            return json_answer(endpoint_json(services.settings.origin, endpoint))
    raise NotFound(f"no endpoint {wanted}")


@post(
    "/api/v1/endpoints",
    status_code=201,
    tags=["endpoints"],
    operation_id="createEndpoint",
    opt=doing("manage_endpoints"),
)
async def create_endpoint(request: AnyRequest, services: NamedDependency[Services]) -> Response[bytes]:
    """Connect a provider. `path` is where it posts to: without a secret, the path is the secret."""
    fields = await read_object(request, ENDPOINT_BYTES_MAX)
    known = services.endpoints
    made = await add_endpoint(services.store, fields, known.sealer.seal, services.house.new_id, utc_now(), known.taken)
    return json_answer(endpoint_json(services.settings.origin, made), 201)


@patch(
    "/api/v1/endpoints/{endpoint_id:str}",
    tags=["endpoints"],
    operation_id="updateEndpoint",
    opt=doing("manage_endpoints"),
)
async def change_endpoint(
    request: AnyRequest, services: NamedDependency[Services], endpoint_id: FromPath[str]
) -> Response[bytes]:
    """Change an endpoint. `secrets` replaces all of them: while a provider changes over, send the old one and the new one."""
    fields = await read_object(request, ENDPOINT_BYTES_MAX)
    changed = await update_endpoint(
        services.store, read_id(endpoint_id, "endpoint"), fields, services.endpoints.sealer.seal, utc_now()
    )
    services.endpoints.forget(changed.name)
    return json_answer(endpoint_json(services.settings.origin, changed))


def endpoint_json(origin: str, endpoint: Endpoint) -> dict[str, Any]:
    """What is known of an endpoint, less its secrets; for a form of ours also what goes into a page to show it."""
    shown = {name: getattr(endpoint, name) for name in SHOWN}
    return (
        shown
        | {"active": endpoint.is_active, "signed": endpoint.is_signed, "path": endpoint.path}
        | {"embed": snippets(endpoint, origin)}
    )
