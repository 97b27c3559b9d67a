"""First steps, for admins: what there is to do in a new house, with ticks that come by themselves."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency

from leadline.clock import utc_now
from leadline.domain.errors import Conflict, Invalid, LeadlineError, faults_of
from leadline.domain.publications import Published
from leadline.domain.scoring import compile
from leadline.domain.users import User
from leadline.usecases.deciding import Deciding
from leadline.usecases.demo import remove_demo
from leadline.usecases.first_run import (
    TEST_LEAD,
    find_newest_lead,
    first_steps,
    score_of_test_lead,
    send_test_lead,
)
from leadline.usecases.invitations import Invited, invite_person
from leadline.usecases.rules import find_newest
from leadline.web.act_forms import Form
from leadline.web.actions import doing
from leadline.web.csrf import sent_form
from leadline.web.pages import frame
from leadline.web.presenting.lead_forms import Trouble
from leadline.web.presenting.rules import rule_groups
from leadline.web.presenting.words import counted, dated
from leadline.web.problems import status_of
from leadline.web.reading import AnyRequest, person_in
from leadline.web.rendering import page, see_other
from leadline.web.services import Services
from leadline.web.sessions import Viewer, get_viewer
from leadline.web.toasts import Toast, find_toast, toast_cookie
from leadline.web.welcome import mailing_of, welcome_link

_PATH = "/start"
_LOOKED = "looked-at-rules"
_YEAR_SECONDS = 31_536_000


@get(_PATH, opt=doing("set_up"))
async def start(request: AnyRequest, services: NamedDependency[Services]) -> Response[bytes]:
    """The steps, and the place where the first lead turns up."""
    return await _page(request, services, await get_viewer(request, services))


@get(f"{_PATH}/lead", opt=doing("set_up"))
async def first_lead(request: AnyRequest, services: NamedDependency[Services]) -> Response[bytes]:
    """The first lead, once it is there; until then no answer, so that nothing on the page is touched. A partial."""
    viewer = await get_viewer(request, services)
    lead = await find_newest_lead(services.store)
    if lead is None:
        return Response(b"", status_code=204, media_type="text/html")
    owner = await _name_of_owner(services, lead.assigned_to)
    return page("start_arrived.html", viewer=viewer.user, lead=lead, owner=owner, is_partial=True)


@post(f"{_PATH}/test-lead", status_code=303, opt=doing("set_up"))
async def send_it_for_me(request: AnyRequest, services: NamedDependency[Services]) -> Response[bytes]:
    """Send the lead of the first try."""
    viewer = await get_viewer(request, services)
    captured = await send_test_lead(services.store, services.house, person_in(request, viewer.user), utc_now())
    lead = captured.lead
    assert lead is not None, "the lead of the first try fits every store"
    again = "It was there already" if captured.outcome == "duplicate" else "It is there"
    told = f"{again}: {lead.company_name}, {lead.category}, {lead.lead_score}."
    return see_other(_PATH, [toast_cookie(services, viewer, Toast(told))])


@post(f"{_PATH}/invite", opt=doing("set_up"))
async def invite_a_rep(request: AnyRequest, services: NamedDependency[Services]) -> Response[bytes]:
    """A rep's account, and the link to it, which is shown this once."""
    viewer, form = await get_viewer(request, services), sent_form(request)
    fields = {name: form.get(name, "").strip() for name in ("full_name", "email")}
    deciding = Deciding(services.house, utc_now(), person_in(request, viewer.user))
    try:
        invited = await invite_person(services.store, fields, deciding, mailing_of(services))
    except (Invalid, Conflict) as error:
        return await _page(request, services, viewer, typed=fields, error=error)
    return await _page(request, services, viewer, invited=invited)


@post(f"{_PATH}/remove-demo", status_code=303, opt=doing("set_up"))
async def remove_invented(request: AnyRequest, services: NamedDependency[Services]) -> Response[bytes]:
    """Take the demo away."""
    viewer = await get_viewer(request, services)
    deciding = Deciding(services.house, utc_now(), person_in(request, viewer.user))
    gone = await remove_demo(services.store, deciding)
    told = Toast(f"{counted(gone, 'invented lead')} removed. What is here now is yours.")
    return see_other(_PATH, [toast_cookie(services, viewer, told)])


@get(f"{_PATH}/rules", opt=doing("set_up"))
async def look_at_rules(request: AnyRequest, services: NamedDependency[Services]) -> Response[bytes]:
    """The rules that score now. Having looked ticks the step."""
    viewer = await get_viewer(request, services)
    published = await _rules(services)
    looked = Cookie(
        _LOOKED, value="yes", max_age=_YEAR_SECONDS, path=_PATH, httponly=True, samesite="lax",
        secure=services.settings.is_https,
    )  # fmt: skip
    return page(
        "rules.html",
        cookies=[looked],
        **frame(viewer, services),
        rule_set=published.ruleset,
        groups=rule_groups(published.ruleset),
        published=dated(published.published_at, viewer.now()),
    )


async def _rules(services: Services) -> Published:
    published = await find_newest(services.store)
    assert published is not None, "the start of a house publishes the first rule set"
    return published


async def _name_of_owner(services: Services, owner: Any) -> str | None:
    users: list[User] = await services.store.list_users()
    return next((user.full_name for user in users if user.id == owner), None)


def _command(services: Services) -> str:
    """What sends the lead from a terminal, with the key that the first start wrote."""
    settings = services.settings
    body = msgspec.json.format(msgspec.json.encode(TEST_LEAD), indent=2).decode()
    return (
        f". {settings.first_run_file}\n"
        f"curl -s {settings.origin}/api/v1/leads \\\n"
        '  -H "Authorization: Bearer $LEADLINE_API_KEY" \\\n'
        "  -H 'Content-Type: application/json' \\\n"
        f"  -d '{body}'"
    )


async def _page(
    request: AnyRequest,
    services: Services,
    viewer: Viewer,
    *,
    invited: Invited | None = None,
    typed: Form | None = None,
    error: LeadlineError | None = None,
) -> Response[bytes]:
    steps, rule_set = await first_steps(services.store), (await _rules(services)).ruleset
    trouble = Trouble(str(error), faults_of(error)) if error else None
    return page(
        "start.html",
        status_of(error) if error else 200,
        **frame(viewer, services),
        toast=find_toast(request, services, viewer),
        steps=steps,
        lead=steps.lead,
        owner=await _name_of_owner(services, steps.lead.assigned_to) if steps.lead else None,
        is_partial=False,
        has_looked=request.cookies.get(_LOOKED) == "yes",
        origin=services.settings.origin,
        command=_command(services),
        score=score_of_test_lead(compile(rule_set)),
        version=rule_set.version,
        invited=invited,
        link=welcome_link(services.settings, invited.token) if invited else None,
        typed=typed or {"full_name": "", "email": ""},
        trouble=trouble,
        said=trouble.by_field() if trouble else {},
    )
