"""The forms that are filled in before anybody is signed in, bound to a cookie of chance in place of a session."""

from typing import Any

from litestar import Response
from litestar.datastructures import Cookie

from leadline.clock import utc_now
from leadline.usecases.accounts import end_session
from leadline.web.csrf import form_token
from leadline.web.reading import AnyRequest
from leadline.web.rendering import page, see_other
from leadline.web.services import Services
from leadline.web.sessions import (
    login_cookie,
    login_cookie_value,
    new_login_value,
    session_cookie,
    session_token,
)


def login_form(
    request: AnyRequest,
    services: Services,
    template: str,
    status: int = 200,
    headers: dict[str, str] | None = None,
    **shown: Any,
) -> Response[bytes]:
    """A page with such a form, bound to the cookie that the browser has or gets now."""
    settings = services.settings
    had = login_cookie_value(request, settings)
    value = had or new_login_value()
    cookies: list[Cookie] = [] if had else [login_cookie(settings, value)]
    return page(template, status, headers, cookies, form_token=form_token(services.secret_key, "login", value), **shown)


async def enter(request: AnyRequest, services: Services, token: str, back_to: str) -> Response[bytes]:
    """Go on as whoever the new session is of; the session that the browser came with ends."""
    if before := session_token(request, services.settings):
        await end_session(services.store, before, utc_now())
    return see_other(back_to, [session_cookie(services.settings, token)])
