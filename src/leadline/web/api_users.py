"""Users and their invitations, for programs that may manage them."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from leadline.clock import utc_now
from leadline.domain.access import ApiKey
from leadline.domain.errors import Forbidden
from leadline.domain.rights import can
from leadline.domain.users import User
from leadline.usecases.deciding import Deciding
from leadline.usecases.invitations import Invited, invite_person, invite_user
from leadline.usecases.team import NewUser, add_users, update_user
from leadline.web.actions import doing
from leadline.web.admission import key_in
from leadline.web.answers import json_answer, page_answer, user_json
from leadline.web.reading import AnyRequest, actor_of, read_id, read_object
from leadline.web.services import Services
from leadline.web.welcome import mailing_of, welcome_link

USER_BYTES_MAX = 100_000


@get("/api/v1/users", tags=["users"], operation_id="listUsers", opt=doing("manage_users"))
async def list_users(request: AnyRequest, services: NamedDependency[Services]) -> Response[bytes]:
    """All users, by name."""
    users = await services.store.list_users()
    return page_answer(users, user_json, None)


@get("/api/v1/users/{user_id:str}", tags=["users"], operation_id="getUser", opt=doing("manage_users"))
async def get_user(request: AnyRequest, services: NamedDependency[Services], user_id: FromPath[str]) -> Response[bytes]:
    """One user."""
    return json_answer(user_json(await services.store.get_user(read_id(user_id, "user"))))


@post("/api/v1/users", status_code=201, tags=["users"], operation_id="createUser", opt=doing("manage_users"))
async def create_user(request: AnyRequest, services: NamedDependency[Services]) -> Response[bytes]:
    """A new user, active and eligible at once: needs `full_name` and `email`."""
    key = key_in(request)
    fields = await read_object(request, USER_BYTES_MAX)
    _check_reach(key, fields)
    (user,) = await add_users(services.store, [NewUser(fields)], _deciding(request, services, key))
    return json_answer(user_json(user), 201)


@patch("/api/v1/users/{user_id:str}", tags=["users"], operation_id="updateUser", opt=doing("manage_users"))
async def change_user(
    request: AnyRequest, services: NamedDependency[Services], user_id: FromPath[str]
) -> Response[bytes]:
    """Change a user. More room, or a rep made active, drains the waiting list; one no longer active hands open leads back."""
    key = key_in(request)
    fields = await read_object(request, USER_BYTES_MAX)
    _check_reach(key, fields, await services.store.get_user(read_id(user_id, "user")))
    user = await update_user(services.store, read_id(user_id, "user"), fields, _deciding(request, services, key))
    services.live.recheck()
    return json_answer(user_json(user))


@post("/api/v1/invitations", status_code=201, tags=["users"], operation_id="invitePerson", opt=doing("manage_users"))
async def invite(request: AnyRequest, services: NamedDependency[Services]) -> Response[bytes]:
    """A new user and a link, shown this once, by which they set their password. It works once, within seven
    days; where mail goes out, it is sent to them too."""
    key = key_in(request)
    fields = await read_object(request, USER_BYTES_MAX)
    _check_reach(key, fields)
    return _invited(
        services, await invite_person(services.store, fields, _deciding(request, services, key), mailing_of(services))
    )


@post(
    "/api/v1/users/{user_id:str}/invitation",
    status_code=201,
    tags=["users"],
    operation_id="inviteUser",
    opt=doing("manage_users"),
)
async def invite_again(
    request: AnyRequest, services: NamedDependency[Services], user_id: FromPath[str]
) -> Response[bytes]:
    """A new link for a user, to set the first password or another one. Links from before end."""
    key = key_in(request)
    _check_reach(key, {}, await services.store.get_user(read_id(user_id, "user")))
    return _invited(
        services, await invite_user(services.store, read_id(user_id, "user"), utc_now(), mailing_of(services))
    )


def _invited(services: Services, invited: Invited) -> Response[bytes]:
    link = welcome_link(services.settings, invited.token)
    return json_answer({"user": user_json(invited.user), "link": link, "expires_at": invited.expires_at}, 201)


def _check_reach(key: ApiKey, fields: Mapping[str, Any], user: User | None = None) -> None:
    """Whoever makes an admin, or sets an admin's address, has all that an admin has."""
    is_admin = fields.get("role") == "admin" or (user is not None and user.role == "admin")
    if is_admin and not can(key, "manage_admins"):
        raise Forbidden("this API key lacks the scope admin, which it takes to make, change or invite an admin")


def _deciding(request: AnyRequest, services: Services, key: ApiKey) -> Deciding:
    return Deciding(services.house, utc_now(), actor_of(request, key))
