"""A forgotten password: a form for an address, and one answer whoever asks."""

from litestar import Response, get, post
from litestar.background_tasks import BackgroundTask
from litestar.di import NamedDependency

from leadline.clock import utc_now
from leadline.usecases.password_reset import count_request, send_reset
from leadline.usecases.passwords import PasswordGuard, TooManyTries
from leadline.web.actions import doing
from leadline.web.csrf import BY_LOGIN, sent_form
from leadline.web.login_forms import login_form
from leadline.web.reading import AnyRequest, address_of
from leadline.web.services import Services
from leadline.web.welcome import mailing_of


@get("/forgot", opt=doing("open"))
async def forgot_page(request: AnyRequest, services: NamedDependency[Services]) -> Response[bytes]:
    """The form; where no e-mail goes out, whom to ask instead."""
    return _form(request, services)


@post("/forgot", status_code=200, opt=doing("open") | BY_LOGIN)
async def ask_for_link(
    request: AnyRequest, services: NamedDependency[Services], guard: NamedDependency[PasswordGuard]
) -> Response[bytes]:
    """The same answer, and as soon, whether there is such an account: what there is to do is done after it."""
    email, now = sent_form(request).get("email", "").strip(), utc_now()
    mailing = mailing_of(services)
    if mailing is None:
        return _form(request, services)
    try:
        await count_request(guard, email, address_of(request) or "", now)
    except TooManyTries as error:
        wait = {"Retry-After": str(error.retry_after_seconds)}
        return _form(request, services, status=429, fault=str(error), headers=wait)
    answer = _form(request, services, is_sent=True)
    answer.background = BackgroundTask(send_reset, services.store, mailing, email, now)
    return answer


def _form(
    request: AnyRequest,
    services: Services,
    status: int = 200,
    fault: str | None = None,
    headers: dict[str, str] | None = None,
    *,
    is_sent: bool = False,
) -> Response[bytes]:
    can_mail = services.settings.can_mail
    return login_form(
        request, services, "forgot.html", status, headers, fault=fault, is_sent=is_sent, can_mail=can_mail
    )
