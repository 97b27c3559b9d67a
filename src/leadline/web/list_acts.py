"""Acting on chosen rows of the work list: each in a transaction of its own, with a result of its own, and one way back for all."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

from litestar import Response, post
from litestar.di import NamedDependency

from leadline.clock import utc_now
from leadline.domain.errors import Fault, Invalid, LeadlineError, NotFound, Unavailable
from leadline.domain.lead_lists import matches
from leadline.domain.leads import Lead
from leadline.domain.rights import can
from leadline.domain.users import User
from leadline.usecases.deciding import Deciding
from leadline.web.act_forms import SEEN, Form
from leadline.web.acting import act_on
from leadline.web.actions import doing
from leadline.web.admission import nothing_here
from leadline.web.csrf import LONG_FORM, sent_form
from leadline.web.cursors import Cursors
from leadline.web.list_params import Wanted, read_wanted
from leadline.web.list_view import list_context, rows_of
from leadline.web.pages import frame
from leadline.web.paths import safe_next
from leadline.web.presenting.acted_rows import Result, result_of, told_of_all, told_of_undo, undo_rows
from leadline.web.presenting.owners import People
from leadline.web.problems import Unseen
from leadline.web.reading import AnyRequest, person_in
from leadline.web.rendering import page, see_other
from leadline.web.services import Services, now_for
from leadline.web.sessions import Viewer, get_viewer
from leadline.web.toasts import Toast, toast_cookie

ROW = "row."
ROWS_MAX = 50
ACTS = frozenset({"claim", "assign", "status", "notes", "priority", "spam", "delete"})
# The one argument that a button carries behind the name of its act.
_ARGUMENTS = {"assign": "user_id", "status": "status", "priority": "flag", "spam": "flag"}


@post("/leads/bulk", status_code=200, opt=doing("list_leads") | LONG_FORM)
async def act_on_rows(
    request: AnyRequest, services: NamedDependency[Services], cursors: NamedDependency[Cursors]
) -> Response[bytes]:
    """Do one thing to every chosen row. Raises NotFound for an act that there is not, Invalid without a row, Unseen (428) for a
    row that does not say which state its sender saw."""
    viewer, form = await get_viewer(request, services), sent_form(request)
    chosen = read_chosen(form)
    name, fields = _read_act(form)
    users = await services.store.list_users()
    people = People(users, viewer.user)
    results = [
        await _act_on_row(request, services, viewer, people, (lead_id, name, fields | {SEEN: seen}))
        for lead_id, seen in chosen.items()
    ]
    toast = told_of_all(name, results, people, form.get("back", "/"))
    if "hx-request" not in request.headers:
        back = safe_next(form.get("back"))
        return page("acted.html", **frame(viewer, services), **_outcome(results, toast, back))
    wanted = _wanted_from(form.get("back", "/"), viewer.user, users)
    context = await list_context(services, cursors, viewer.user, wanted, await services.store.list_users())
    rows, gone = await _rows_now(services, viewer.user, people, wanted, list(chosen))
    shown: dict[str, Any] = context | {"rows": rows, "gone": gone, "toast": toast, "results": results}
    shown["refused"] = [result for result in results if not result.toast]
    return page("acted_rows.html", **frame(viewer, services), **shown)


def _outcome(results: list[Result], toast: Toast, back: str) -> dict[str, Any]:
    """What the page of an act shows; its heading says what the toast would, so there is one only where there is a way back."""
    return {"results": results, "title": toast.text, "toast": toast if toast.action else None, "back": back}


@post("/leads/undo", status_code=303, opt=doing("list_leads") | LONG_FORM)
async def undo_on_rows(request: AnyRequest, services: NamedDependency[Services]) -> Response[bytes]:
    """Take an act back where nobody changed the lead since; back to the list, which says what came of it."""
    viewer, form = await get_viewer(request, services), sent_form(request)
    people = People(await services.store.list_users(), viewer.user)
    acts = list(undo_rows(form).items())[:ROWS_MAX]
    if not acts:
        raise Invalid([Fault("/undo", "names nothing to take back")])
    results = [
        await _act_on_row(request, services, viewer, people, (lead_id, name, {**fields, SEEN: fields.get(SEEN, "")}))
        for lead_id, (name, fields) in acts
    ]
    return see_other(safe_next(form.get("back")), [toast_cookie(services, viewer, told_of_undo(results))])


def read_chosen(form: Form) -> dict[UUID, str]:
    """The chosen rows, each with the mark of the state that was seen."""
    pairs = [form["claim"].partition(".")[::2]] if form.get("claim") else _ticked(form)
    if not pairs:
        raise Invalid([Fault("/row", "choose a lead first: nothing was ticked")])
    if len(pairs) > ROWS_MAX:
        raise Invalid([Fault("/row", f"{len(pairs)} leads were chosen; at most {ROWS_MAX} go at a time")])
    if not all(seen for _, seen in pairs):
        raise Unseen("A row did not say which state of the lead you saw. Reload the list and try again.")
    try:
        return {UUID(lead_id): seen for lead_id, seen in pairs}
    except ValueError:
        raise nothing_here() from None


def _ticked(form: Form) -> list[tuple[str, str]]:
    return [(name.removeprefix(ROW), seen) for name, seen in form.items() if name.startswith(ROW)]


def _read_act(form: Form) -> tuple[str, dict[str, str]]:
    """The act of a button, as the form of a single lead would ask for it."""
    name, _, argument = ("claim" if form.get("claim") else form.get("act", "")).partition(":")
    if name not in ACTS:
        raise nothing_here()
    fields = {_ARGUMENTS[name]: argument} if name in _ARGUMENTS else {}
    if name == "notes":
        fields["note"] = form.get("note", "")
    if fields.get("status") == "Disqualified":
        fields |= {"reason": form.get("reason", ""), "note": form.get("why", "")}
    return name, fields


async def _act_on_row(
    request: AnyRequest, services: Services, viewer: Viewer, people: People, asked: tuple[UUID, str, dict[str, str]]
) -> Result:
    """One row. An outage is a result too: the rows before it are done."""
    lead_id, name, fields = asked
    deciding = Deciding(services.house, utc_now(), person_in(request, viewer.user))
    try:
        done = await act_on(services.store, deciding, viewer.user, lead_id, name, fields)
    except LeadlineError as error:
        refusal = "; ".join(fault.detail for fault in error.faults) if isinstance(error, Invalid) else str(error)
        lead = await _find_visible(services, viewer.user, lead_id)
        return Result(lead_id, lead.company_name if lead else "", None, refusal)
    return result_of(name, done, fields, people)


async def _find_visible(services: Services, viewer: User, lead_id: UUID) -> Lead | None:
    try:
        lead = await services.store.get_lead(lead_id)
    except (NotFound, Unavailable):
        return None
    return lead if can(viewer, "see_lead", lead) else None


async def _rows_now(
    services: Services, viewer: User, people: People, wanted: Wanted, ids: list[UUID]
) -> tuple[list[Any], list[UUID]]:
    """The rows of these leads as they are now, and those that left the list."""
    found = [lead for id in ids if (lead := await _find_visible(services, viewer, id))]
    still = [lead for lead in found if matches(wanted.query, lead)]
    return await rows_of(services, still, people, now_for(viewer)), [
        id for id in ids if id not in {s.id for s in still}
    ]


def _wanted_from(back: str, viewer: User, users: list[User]) -> Wanted:
    """The list that the form stood in; the first one where its address cannot be read."""
    pairs: list[tuple[str, str]] = parse_qsl(urlsplit(safe_next(back)).query)
    try:
        return read_wanted(pairs, viewer, users, now_for(viewer))
    except Invalid:
        return read_wanted([], viewer, users, now_for(viewer))
