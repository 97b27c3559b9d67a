"""Users, for programs that may manage them."""

from typing import Any
from uuid import UUID

from litestar import Response, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from leadline.domain.access import ApiKey
from leadline.domain.errors import Fault, Invalid, NotFound
from leadline.usecases.deciding import Deciding
from leadline.usecases.team import NewUser, add_users, update_user
from leadline.web.answers import json_answer, user_json
from leadline.web.reading import AnyRequest, actor_of, authorize, check_json, decode, read_body
from leadline.web.services import Services, utc_now

USER_BYTES_MAX = 100_000


@get("/api/v1/users", tags=["users"], operation_id="listUsers")
async def list_users(request: AnyRequest, services: NamedDependency[Services]) -> Response[bytes]:
    """All users, by name."""
    await authorize(request, services, "users")
    users = await services.store.list_users()
    return json_answer({"items": [user_json(user) for user in users], "next_cursor": None})


@get("/api/v1/users/{user_id:str}", tags=["users"], operation_id="getUser")
async def get_user(request: AnyRequest, services: NamedDependency[Services], user_id: FromPath[str]) -> Response[bytes]:
    """One user."""
    await authorize(request, services, "users")
    return json_answer(user_json(await services.store.get_user(_id(user_id))))


@post("/api/v1/users", status_code=201, tags=["users"], operation_id="createUser")
async def create_user(request: AnyRequest, services: NamedDependency[Services]) -> Response[bytes]:
    """A new user, active and eligible at once: needs `full_name` and `email`."""
    key = await authorize(request, services, "users")
    fields = await _fields(request)
    (user,) = await add_users(services.store, [NewUser(fields)], _deciding(request, services, key))
    return json_answer(user_json(user), 201)


@patch("/api/v1/users/{user_id:str}", tags=["users"], operation_id="updateUser")
async def change_user(
    request: AnyRequest, services: NamedDependency[Services], user_id: FromPath[str]
) -> Response[bytes]:
    """Change a user. More room, or a rep made active, drains the waiting list; one no longer active hands open leads back."""
    key = await authorize(request, services, "users")
    fields = await _fields(request)
    user = await update_user(services.store, _id(user_id), fields, _deciding(request, services, key))
    return json_answer(user_json(user))


async def _fields(request: AnyRequest) -> dict[str, Any]:
    check_json(request)
    value = decode(await read_body(request, USER_BYTES_MAX))
    if not isinstance(value, dict):
        raise Invalid([Fault("", "must be a JSON object")])
    return value


def _deciding(request: AnyRequest, services: Services, key: ApiKey) -> Deciding:
    return Deciding(services.house, utc_now(), actor_of(request, key))


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound(f"no user {text[:40]}") from error
