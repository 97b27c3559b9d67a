"""One's own account: how one is reached, the time zone one reads times in, and the password."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency

from leadline.clock import utc_now
from leadline.domain.access import MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH
from leadline.domain.errors import Conflict, Fault, Invalid, LeadlineError, faults_of
from leadline.domain.time_zones import time_zones
from leadline.domain.users import OWN_FIELDS
from leadline.usecases.accounts import PasswordChange, change_password
from leadline.usecases.deciding import Deciding
from leadline.usecases.passwords import PasswordGuard, TooManyTries
from leadline.usecases.team import update_own
from leadline.web.act_forms import Form
from leadline.web.actions import doing
from leadline.web.csrf import sent_form
from leadline.web.pages import frame
from leadline.web.presenting.lead_forms import Trouble
from leadline.web.problems import headers_of, status_of
from leadline.web.reading import AnyRequest, address_of, person_in
from leadline.web.rendering import page, see_other
from leadline.web.services import Services
from leadline.web.sessions import Viewer, get_viewer, session_cookie
from leadline.web.toasts import Toast, find_toast, toast_cookie

_PATH = "/account"
_CHANNELS = {"notify_email": "E-mail", "notify_slack": "Slack"}
_FLAGS = (*_CHANNELS, "hot_in_quiet_hours")
_TEXTS = ("phone", "quiet_from", "quiet_to", "digest_at")


@get(_PATH, opt=doing("keep_account"))
async def account(request: AnyRequest, services: NamedDependency[Services]) -> Response[bytes]:
    """Who one is here, and what one may change about it."""
    return _page(request, services, await get_viewer(request, services))


@post(_PATH, status_code=303, opt=doing("keep_account"))
async def change_account(request: AnyRequest, services: NamedDependency[Services]) -> Response[bytes]:
    """How and when one is reached, and the time zone. A box that is not ticked is not sent, and what is left empty is none."""
    viewer, form = await get_viewer(request, services), sent_form(request)
    fields: dict[str, Any] = {name: form.get(name) == "yes" for name in _FLAGS}
    fields |= {name: form.get(name, "").strip() or None for name in _TEXTS}
    fields["time_zone"] = form.get("time_zone", "").strip()
    deciding = Deciding(services.house, utc_now(), person_in(request, viewer.user))
    try:
        await update_own(services.store, viewer.user.id, fields, deciding)
    except (Invalid, Conflict) as error:
        return _page(request, services, viewer, error, typed=fields)
    return see_other(_PATH, [toast_cookie(services, viewer, Toast("Saved."))])


@post(f"{_PATH}/password", status_code=303, opt=doing("keep_account"))
async def change_own_password(
    request: AnyRequest, services: NamedDependency[Services], guard: NamedDependency[PasswordGuard]
) -> Response[bytes]:
    """Another password. Every other session of the account ends, this one goes on under a new token."""
    viewer, form = await get_viewer(request, services), sent_form(request)
    change = PasswordChange(form.get("old_password", ""), form.get("new_password", ""), address_of(request) or "")
    try:
        _check_again(form)
        token = await change_password(services.store, guard, viewer.user.id, change, utc_now())
    except (Invalid, Conflict, TooManyTries) as error:
        return _page(request, services, viewer, error, is_password=True)
    services.live.recheck()
    told = Toast("Your password is changed. Wherever else you were signed in, you are not any more.")
    return see_other(
        _PATH, [session_cookie(services.settings, token), toast_cookie(services, Viewer(viewer.user, token), told)]
    )


def _check_again(form: Form) -> None:
    if form.get("new_password", "") != form.get("again", ""):
        raise Invalid([Fault("/again", "is not the same as the new password")])


def _page(
    request: AnyRequest,
    services: Services,
    viewer: Viewer,
    error: LeadlineError | None = None,
    *,
    typed: dict[str, Any] | None = None,
    is_password: bool = False,
) -> Response[bytes]:
    trouble = Trouble(str(error), faults_of(error)) if error else None
    values = typed or {name: getattr(viewer.user, name) for name in OWN_FIELDS}
    return page(
        "account.html",
        status_of(error) if error else 200,
        headers_of(error) if error else None,
        **frame(viewer, services),
        toast=find_toast(request, services, viewer),
        values=values,
        channels=_CHANNELS,
        time_zones=time_zones(),
        length_min=MIN_PASSWORD_LENGTH,
        length_max=MAX_PASSWORD_LENGTH,
        trouble=trouble,
        said=trouble.by_field() if trouble else {},
        is_password=is_password,
    )
