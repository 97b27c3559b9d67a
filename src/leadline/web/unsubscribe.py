"""Where the link below mail to leads leads: no login, and one click of the mail program is enough (RFC 8058)."""

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from leadline.clock import utc_now
from leadline.domain.sent_links import SentLinks
from leadline.usecases.unsubscribe import unsubscribe, unsubscribing
from leadline.web.actions import doing
from leadline.web.csrf import BY_SIGNATURE
from leadline.web.rendering import page
from leadline.web.services import Services

_PATH = "/unsubscribe/{token:str}"


@get(_PATH, opt=doing("open"))
async def unsubscribe_page(services: NamedDependency[Services], token: FromPath[str]) -> Response[bytes]:
    """A button. Opening the link does nothing: programs that look for bad links open it too."""
    return page("unsubscribe.html", address=unsubscribing(_links(services), token), token=token, is_done=False)


@post(_PATH, status_code=200, opt=doing("open") | BY_SIGNATURE)
async def unsubscribe_at_once(services: NamedDependency[Services], token: FromPath[str]) -> Response[bytes]:
    """The button, and the mail program's one click, which has no cookie and no token of a form: the link is the proof."""
    address = await unsubscribe(services.store, _links(services), token, utc_now())
    return page("unsubscribe.html", address=address, token=token, is_done=True)


def _links(services: Services) -> SentLinks:
    return SentLinks(services.settings.origin, services.secret_key)
