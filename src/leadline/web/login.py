"""Signing in and out: by password, or by the link that the terminal shows."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency

from leadline.clock import utc_now
from leadline.domain.users import User
from leadline.usecases.accounts import (
    Login,
    end_session,
    find_by_password,
    follow_login_link,
    sign_in,
)
from leadline.usecases.passwords import PasswordGuard, TooManyTries
from leadline.web.actions import doing
from leadline.web.csrf import BY_LOGIN, sent_form
from leadline.web.login_forms import enter, login_form
from leadline.web.paths import safe_next
from leadline.web.reading import AnyRequest, address_of
from leadline.web.rendering import see_other
from leadline.web.services import Services
from leadline.web.sessions import find_viewer, no_session_cookie, session_token

# One sentence for every wrong login: neither which of the two was wrong is said, nor whether the account is active.
_WRONG = "That e-mail and password do not match."
_USED_LINK = "This link was used before, or is older than 15 minutes. Sign in with your password instead."


@get("/login", opt=doing("open"))
async def login_page(request: AnyRequest, services: NamedDependency[Services]) -> Response[bytes]:
    """The form. A link of the terminal is not followed by opening it, or the preview of a chat would use it up: it takes a button."""
    params = request.query_params
    back_to, link = safe_next(params.get("next")), params.get("link")
    if not link and await find_viewer(request, services) is not None:
        return see_other(back_to)
    return _form(request, services, back_to, link=link)


@post("/login", status_code=303, opt=doing("open") | BY_LOGIN)
async def log_in(
    request: AnyRequest, services: NamedDependency[Services], guard: NamedDependency[PasswordGuard]
) -> Response[bytes]:
    """A new session with a new token, whatever cookie came along; the session it stood for ends."""
    form = sent_form(request)
    back_to = safe_next(form.get("next"))
    now = utc_now()
    if link := form.get("link"):
        user = await follow_login_link(services.store, link, now)
        if user is None:
            return _form(request, services, back_to, status=401, fault=_USED_LINK)
        return await _begin(request, services, user, back_to)
    email = form.get("email", "").strip()
    try:
        login = Login(email, form.get("password", ""), address_of(request) or "")
        user = await find_by_password(services.store, guard, login, now)
    except TooManyTries as error:
        wait = {"Retry-After": str(error.retry_after_seconds)}
        return _form(request, services, back_to, status=429, fault=str(error), email=email, headers=wait)
    if user is None:
        return _form(request, services, back_to, status=401, fault=_WRONG, email=email)
    return await _begin(request, services, user, back_to)


@post("/logout", status_code=303, opt=doing("end_session"))
async def log_out(request: AnyRequest, services: NamedDependency[Services]) -> Response[bytes]:
    """The session ends for good, in every tab."""
    if token := session_token(request, services.settings):
        await end_session(services.store, token, utc_now())
        services.live.recheck()
    return see_other("/login", [no_session_cookie(services.settings)])


async def _begin(request: AnyRequest, services: Services, user: User, back_to: str) -> Response[bytes]:
    token = await sign_in(services.store, user, utc_now())
    if token is None:
        return _form(request, services, back_to, status=401, fault=_WRONG, email=user.email)
    return await enter(request, services, token, back_to)


def _form(request: AnyRequest, services: Services, back_to: str, status: int = 200, **shown: Any) -> Response[bytes]:
    return login_form(
        request,
        services,
        "login.html",
        status,
        **(
            {"can_mail": services.settings.can_mail, "link": None, "fault": None, "email": "", "back_to": back_to}
            | shown
        ),
    )
