"""Who is looking: the session cookie of pages. It proves nothing to the API, as keys prove nothing here."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from litestar.datastructures import Cookie

from leadline.clock import utc_now
from leadline.config import Settings
from leadline.domain.errors import LeadlineError
from leadline.domain.users import User
from leadline.usecases.accounts import resume_session
from leadline.usecases.outage import check_here
from leadline.web.paths import own_path, safe_next
from leadline.web.reading import AnyRequest
from leadline.web.services import Services, now_for

_VIEWER = "viewer"


class NotSignedIn(LeadlineError):
    """A page needs to know who looks at it. `back_to` is where to go on after the login."""

    def __init__(self, back_to: str) -> None:
        super().__init__("sign in to see this page")
        self.back_to = back_to


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at a page, and the token of the session, which the forms of the page are bound to."""

    user: User
    token: str

    def now(self) -> datetime:
        """The time, in the viewer's time zone."""
        return now_for(self.user)


def session_cookie_name(settings: Settings) -> str:
    """With https the browser itself sees to it that nobody else's subdomain or plain http sets this cookie."""
    return "__Host-session" if settings.is_https else "session"


def session_cookie(settings: Settings, token: str) -> Cookie:
    """Lives as long as the browser's window; the server ends it sooner where it is not used."""
    return _cookie(settings, session_cookie_name(settings), token)


def no_session_cookie(settings: Settings) -> Cookie:
    """Takes the cookie away."""
    return _cookie(settings, session_cookie_name(settings), "", max_age=0)


def login_cookie(settings: Settings, value: str) -> Cookie:
    """What the login form is bound to before there is a session. Chance only: nothing is kept of it."""
    return _cookie(settings, _login_cookie_name(settings), value)


def login_cookie_value(request: AnyRequest, settings: Settings) -> str | None:
    """The value a browser sent back, if any."""
    return request.cookies.get(_login_cookie_name(settings)) or None


def new_login_value() -> str:
    """A fresh one."""
    return secrets.token_urlsafe(32)


def session_token(request: AnyRequest, settings: Settings) -> str | None:
    """The token a browser sent, whatever it is worth."""
    return request.cookies.get(session_cookie_name(settings)) or None


async def find_viewer(request: AnyRequest, services: Services) -> Viewer | None:
    """Who is signed in, or None. Asked of the store once for each request: a revoked session or a deactivated user stops at once."""
    state = request.scope["state"]
    if _VIEWER not in state:
        check_here(services.watch)
        token = session_token(request, services.settings)
        user = await resume_session(services.store, token, utc_now()) if token else None
        state[_VIEWER] = Viewer(user, token) if user is not None and token else None
    viewer: Viewer | None = state[_VIEWER]
    return viewer


async def get_viewer(request: AnyRequest, services: Services) -> Viewer:
    """Who is signed in. Raises NotSignedIn, which leads to the login and back."""
    viewer = await find_viewer(request, services)
    if viewer is None:
        raise NotSignedIn(own_path(request) if request.method == "GET" else "/")
    await services.attendance.look()
    return viewer


def login_address(back_to: str) -> str:
    """The login, and back from it."""
    back_to = safe_next(back_to)
    return "/login" if back_to == "/" else f"/login?{urlencode({'next': back_to})}"


def _cookie(settings: Settings, name: str, value: str, max_age: int | None = None) -> Cookie:
    return Cookie(name, value=value, path="/", httponly=True, samesite="lax", secure=settings.is_https, max_age=max_age)


def _login_cookie_name(settings: Settings) -> str:
    return "__Host-login" if settings.is_https else "login"
