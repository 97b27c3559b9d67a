"""Signing in and out: by password, or by the link that the terminal shows."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency

from leadline.domain.access import MAX_PASSWORD_LENGTH
from leadline.domain.emails import parse_email
from leadline.domain.users import User
from leadline.usecases.accounts import (
    end_session,
    find_login,
    follow_login_link,
    note_login,
    start_session,
)
from leadline.web.csrf import BY_LOGIN, form_token, sent_form
from leadline.web.login_limits import LoginLimits, PasswordCheck, TooManyTries
from leadline.web.paths import safe_next
from leadline.web.reading import AnyRequest, address_of
from leadline.web.rendering import page, see_other
from leadline.web.services import Services, utc_now
from leadline.web.sessions import (
    find_viewer,
    login_cookie,
    login_cookie_value,
    new_login_value,
    no_session_cookie,
    session_cookie,
    session_token,
)

# One sentence for every wrong login: neither which of the two was wrong is said, nor whether the account is active.
_WRONG = "That e-mail and password do not match."
_USED_LINK = "This link was used before, or is older than 15 minutes. Sign in with your password instead."


@get("/login", opt={"public": True})
async def login_page(request: AnyRequest, services: NamedDependency[Services]) -> Response[bytes]:
    """The form. A link of the terminal is not followed by opening it, or the preview of a chat would use it up: it takes a button."""
    params = request.query_params
    back_to, link = safe_next(params.get("next")), params.get("link")
    if not link and await find_viewer(request, services) is not None:
        return see_other(back_to)
    return _form(request, services, back_to, link=link)


@post("/login", status_code=303, opt={"public": True} | BY_LOGIN)
async def log_in(
    request: AnyRequest,
    services: NamedDependency[Services],
    limits: NamedDependency[LoginLimits],
    check: NamedDependency[PasswordCheck],
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
        user = await _by_password(request, services, email, form.get("password", ""), limits, check)
    except TooManyTries as error:
        wait = {"Retry-After": str(error.retry_after_seconds)}
        return _form(request, services, back_to, status=429, fault=str(error), email=email, headers=wait)
    if user is None:
        return _form(request, services, back_to, status=401, fault=_WRONG, email=email)
    return await _begin(request, services, user, back_to)


@post("/logout", status_code=303)
async def log_out(request: AnyRequest, services: NamedDependency[Services]) -> Response[bytes]:
    """The session ends for good, in every tab."""
    if token := session_token(request, services.settings):
        await end_session(services.store, token, utc_now())
    return see_other("/login", [no_session_cookie(services.settings)])


async def _by_password(
    request: AnyRequest, services: Services, email: str, password: str, limits: LoginLimits, check: PasswordCheck
) -> User | None:
    account, address = _account(email), address_of(request) or ""
    limits.check(account, address)
    user = await find_login(services.store, email)
    # Counted before the hash, so that many tries at the same time are not all let through.
    limits.note_wrong(account, address)
    fits = len(password) <= MAX_PASSWORD_LENGTH
    is_right = fits and await check.is_right(user.password_hash if user else None, password)
    if user is None or not is_right:
        return None
    limits.note_right(account, address)
    return user


def _account(email: str) -> str:
    try:
        return parse_email(email).key
    except ValueError:
        return email.casefold()[:MAX_PASSWORD_LENGTH]


async def _begin(request: AnyRequest, services: Services, user: User, back_to: str) -> Response[bytes]:
    now = utc_now()
    if before := session_token(request, services.settings):
        await end_session(services.store, before, now)
    token = await start_session(services.store, user, now)
    await note_login(services.store, user.id, now)
    return see_other(back_to, [session_cookie(services.settings, token)])


def _form(
    request: AnyRequest,
    services: Services,
    back_to: str,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
    **shown: Any,
) -> Response[bytes]:
    """The login page, its form bound to the cookie that the browser has or gets now."""
    settings = services.settings
    had = login_cookie_value(request, settings)
    value = had or new_login_value()
    context = {"link": None, "fault": None, "email": "", "back_to": back_to} | shown
    context["form_token"] = form_token(services.secret_key, "login", value)
    cookies = [] if had else [login_cookie(settings, value)]
    return page("login.html", status, headers, cookies, **context)
