"""Where the link of an invitation leads: a page to set one's password, the first or another."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency

from leadline.clock import utc_now
from leadline.config import Settings
from leadline.domain.access import MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH
from leadline.domain.errors import Invalid
from leadline.domain.sent_links import SentLinks
from leadline.domain.users import User
from leadline.usecases.invitations import Mailing, SpentInvitation, accept_invitation, find_invited
from leadline.usecases.passwords import PasswordGuard
from leadline.web.actions import doing
from leadline.web.csrf import BY_LOGIN, sent_form
from leadline.web.login_forms import enter, login_form
from leadline.web.reading import AnyRequest
from leadline.web.services import Services

_PATH = "/welcome"
_DIFFER = "The two are not the same. Type the password twice."


def welcome_link(settings: Settings, token: str) -> str:
    """The link to send to whom an invitation is for."""
    return f"{settings.origin}{_PATH}?{urlencode({'link': token})}"


def mailing_of(services: Services) -> Mailing | None:
    """What sends such links by mail, or None where no mail goes out."""
    return mailing_by(services.settings, services.secret_key, services.house.new_id)


def mailing_by(settings: Settings, secret_key: str, new_id: Callable[[], UUID]) -> Mailing | None:
    """The same without a running server."""
    return Mailing(SentLinks(settings.origin, secret_key), new_id) if settings.can_mail else None


@get(_PATH, opt=doing("open"))
async def welcome_page(request: AnyRequest, services: NamedDependency[Services]) -> Response[bytes]:
    """The form. Opening it uses nothing up: the preview of a chat does it too."""
    link = request.query_params.get("link", "")
    invited = await find_invited(services.store, link, utc_now())
    return _form(request, services, link, invited) if invited else _spent(request, services)


@post(_PATH, status_code=303, opt=doing("open") | BY_LOGIN)
async def accept(
    request: AnyRequest, services: NamedDependency[Services], guard: NamedDependency[PasswordGuard]
) -> Response[bytes]:
    """Set the password and sign in; the link has been used then."""
    form, now = sent_form(request), utc_now()
    link, password = form.get("link", ""), form.get("password", "")
    invited = await find_invited(services.store, link, now)
    if invited is None:
        return _spent(request, services)
    if password != form.get("again", ""):
        return _form(request, services, link, invited, status=422, fault=_DIFFER)
    try:
        token = await accept_invitation(services.store, guard, link, password, now)
    except SpentInvitation:
        return _spent(request, services)
    except Invalid as error:
        return _form(request, services, link, invited, status=422, fault=f"This password {error.faults[0].detail}.")
    return await enter(request, services, token, "/")


def _form(
    request: AnyRequest, services: Services, link: str, invited: User, status: int = 200, fault: str | None = None
) -> Response[bytes]:
    bounds: dict[str, Any] = {"length_min": MIN_PASSWORD_LENGTH, "length_max": MAX_PASSWORD_LENGTH}
    return login_form(request, services, "welcome.html", status, link=link, invited=invited, fault=fault, **bounds)


def _spent(request: AnyRequest, services: Services) -> Response[bytes]:
    return login_form(request, services, "welcome.html", 401, invited=None, fault=str(SpentInvitation()))
