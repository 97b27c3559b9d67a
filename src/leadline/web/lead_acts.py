"""Working a lead on the screen: a form for each act, one address that takes them all, and one place that says what went wrong."""

from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from leadline.clock import utc_now
from leadline.domain.errors import Conflict, Forbidden, Invalid, LeadlineError, Unavailable, faults_of
from leadline.domain.lead_edits import StaleLead
from leadline.domain.leads import Lead
from leadline.usecases.deciding import Deciding
from leadline.web.act_forms import ACTIONS_OF_ACTS, Form
from leadline.web.acting import act_on, check
from leadline.web.actions import doing_by
from leadline.web.csrf import LONG_FORM, sent_form
from leadline.web.lead_pages import visible_lead
from leadline.web.pages import frame
from leadline.web.paths import safe_next
from leadline.web.presenting import lead_forms
from leadline.web.presenting.acted import told
from leadline.web.presenting.lead_forms import ActForm, Trouble, as_sentence
from leadline.web.presenting.lead_list import LISTINGS
from leadline.web.presenting.lead_page import entries
from leadline.web.presenting.owners import People
from leadline.web.problems import Unseen, status_of
from leadline.web.reading import AnyRequest, person_in
from leadline.web.rendering import page, see_other
from leadline.web.services import Services
from leadline.web.sessions import Viewer, get_viewer
from leadline.web.toasts import toast_cookie

# How far back the history is looked through for who changed a lead.
_RECENT = 10
# What follows from an act and says nothing of its own about who changed what.
_FOLLOW = ("score_updated", "category_changed")
_BY_ACT = doing_by("act", ACTIONS_OF_ACTS)


@post("/leads/{lead_id:str}/{act:str}", status_code=303, opt=_BY_ACT | LONG_FORM)
async def act_on_lead(
    request: AnyRequest, services: NamedDependency[Services], lead_id: FromPath[str], act: FromPath[str]
) -> Response[bytes]:
    """Do it, and go back to where the form stood. What is wrong is said on a page that keeps what was typed."""
    viewer, form = await get_viewer(request, services), sent_form(request)
    lead = await visible_lead(services, viewer, lead_id)
    deciding = Deciding(services.house, utc_now(), person_in(request, viewer.user))
    try:
        check(viewer.user, act, lead)
        done = await act_on(services.store, deciding, viewer.user, lead.id, act, form)
    except (Invalid, Conflict, Forbidden, Unseen, Unavailable) as error:
        return await _refused(services, viewer, lead, act, form, error)
    people = People(await services.store.list_users(), viewer.user)
    cookie = toast_cookie(services, viewer, told(act, done, form, people))
    return see_other(back_from(form, lead.id), [cookie])


@get("/leads/{lead_id:str}/{act:str}", opt=_BY_ACT)
async def act_form(
    request: AnyRequest, services: NamedDependency[Services], lead_id: FromPath[str], act: FromPath[str]
) -> Response[bytes]:
    """The form of an act by itself: a page of its own, or what a dialog shows. Acts of one button have none."""
    viewer = await get_viewer(request, services)
    lead = await visible_lead(services, viewer, lead_id)
    asked = {name: request.query_params[name] for name in ("status", "reason", "back") if name in request.query_params}
    check(viewer.user, act, lead)
    form = lead_forms.form_of(act, lead, asked, await services.store.list_users())
    return _page(services, viewer, lead, form, asked) if form else see_other(f"/leads/{lead.id}")


def back_from(form: Form, lead_id: UUID) -> str:
    """Where the form stood, or the page of the lead."""
    back = form.get("back")
    return safe_next(back) if back else f"/leads/{lead_id}"


async def _refused(
    services: Services, viewer: Viewer, lead: Lead, act: str, form: Form, error: LeadlineError
) -> Response[bytes]:
    """The form again, with what was typed and what is wrong with it; where it has none, the reason by itself."""
    trouble = Trouble(as_sentence(str(error)), faults_of(error))
    shown: ActForm | None
    if act == "edit" and isinstance(error, StaleLead | Unseen):
        current = error.lead if isinstance(error, StaleLead) else lead
        trail = (await services.store.list_activities(lead.id, None, _RECENT)).items
        recent = [entry for entry in trail if entry.action_type not in _FOLLOW]
        shown = lead_forms.comparison(current, form, entries(recent, viewer.user, viewer.now()))
    elif isinstance(error, Forbidden):
        shown = None
    else:
        users = [] if isinstance(error, Unavailable) else await services.store.list_users()
        shown = lead_forms.form_of(act, lead, form, users)
    shown = shown or ActForm("act_none.html", "This was not done")
    return _page(services, viewer, lead, shown, form, status_of(error), trouble)


def _page(
    services: Services,
    viewer: Viewer,
    lead: Lead,
    form: ActForm,
    typed: Form,
    status: int = 200,
    trouble: Trouble | None = None,
) -> Response[bytes]:
    return page(
        "act.html",
        status,
        **frame(viewer, services),
        lead=lead,
        listing=LISTINGS[lead.category.lower()],
        form=form,
        typed=typed,
        back=typed.get("back", ""),
        trouble=trouble,
        said=trouble.by_field() if trouble else {},
    )
