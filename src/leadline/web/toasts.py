"""A word on what was just done, shown once more than the answer itself: on the page that one is sent back to, for ten seconds."""

import hashlib
from dataclasses import asdict, dataclass, field

from itsdangerous import BadData, URLSafeTimedSerializer
from litestar.datastructures import Cookie

from leadline.web.reading import AnyRequest
from leadline.web.services import Services
from leadline.web.sessions import Viewer

NAME = "toast"
SECONDS = 10


@dataclass(frozen=True, slots=True)
class Toast:
    """`text` says what was done. `action` and `fields` are the form that takes it back, where there is a way back."""

    text: str
    action: str | None = None
    fields: dict[str, str] = field(default_factory=dict)


def toast_cookie(services: Services, viewer: Viewer, toast: Toast) -> Cookie:
    """Carries a toast to the next page. The browser forgets it when its time is over."""
    value = _serializer(services, viewer).dumps(asdict(toast))
    secure = services.settings.is_https
    return Cookie(NAME, value=str(value), path="/", httponly=True, samesite="lax", secure=secure, max_age=SECONDS)


def find_toast(request: AnyRequest, services: Services, viewer: Viewer) -> Toast | None:
    """The toast that a browser carries, if we made it for this session."""
    try:
        return Toast(**_serializer(services, viewer).loads(request.cookies.get(NAME, ""), max_age=SECONDS))
    except (BadData, TypeError):
        return None


def _serializer(services: Services, viewer: Viewer) -> URLSafeTimedSerializer:
    """Bound to the session: nobody's undo button is anybody else's."""
    salt = f"toast:{viewer.token}"
    return URLSafeTimedSerializer(services.secret_key, salt=salt, signer_kwargs={"digest_method": hashlib.sha256})
