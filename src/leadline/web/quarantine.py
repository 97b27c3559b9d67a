"""Quarantine: the postings that made no lead, why, and what to do with each. For managers and admins."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from leadline.clock import utc_now
from leadline.domain.answers import KEYS
from leadline.domain.endpoints import Endpoint
from leadline.domain.errors import Conflict, Invalid, NotFound, faults_of
from leadline.domain.intake import WITHOUT_LEAD, Captured, Outcome, SubmissionRecord
from leadline.domain.submission import Submission, parse_submission
from leadline.sources.payloads import Payload
from leadline.usecases.day_summary import summarize_day
from leadline.usecases.release import confirm_spam, find_settled, get_submission, last_of, release
from leadline.web.act_forms import Form, text_in
from leadline.web.actions import doing
from leadline.web.admission import nothing_here
from leadline.web.csrf import FORM_BYTES, sent_form
from leadline.web.cursors import Cursors
from leadline.web.pages import frame
from leadline.web.presenting import quarantine as shown
from leadline.web.presenting.lead_forms import Trouble
from leadline.web.problems import status_of
from leadline.web.reading import AnyRequest, person_in, read_id
from leadline.web.rendering import page, see_other
from leadline.web.services import Services
from leadline.web.sessions import Viewer, get_viewer
from leadline.web.toasts import Toast, find_toast, toast_cookie

PAGE = 50
# A page may count so many postings of today; of a busier day it tells the newest, and where all are told.
COUNTED_MAX = 5_000
# A message of 20,000 characters, each of which may take twelve bytes on the way.
_RELEASE_BYTES_MAX = 300_000


@get("/quarantine", opt=doing("read_submissions"))
async def quarantine(
    request: AnyRequest, services: NamedDependency[Services], cursors: NamedDependency[Cursors]
) -> Response[bytes]:
    """What made no lead, newest first, by what became of it."""
    viewer = await get_viewer(request, services)
    outcome = _outcome(request.query_params.get("outcome"))
    listing = ("quarantine", outcome)
    position = cursors.read(listing, request.query_params.get("cursor"))
    found = await services.store.list_submissions(outcome, None, position, PAGE)
    settled = await find_settled(services.store, found.items)
    now = viewer.now()
    rows = [shown.row(record, settled.get(record.id), now) for record in found.items]
    today = None if position else await summarize_day(services.store, utc_now().date(), COUNTED_MAX)
    return page(
        "quarantine.html",
        **frame(viewer, services),
        toast=find_toast(request, services, viewer),
        tabs=shown.TABS,
        outcome=outcome,
        rows=rows,
        today=today,
        waiting=sum(row.state == "waits" for row in rows),
        is_later_page=position is not None,
        next_cursor=cursors.write(listing, found.next),
    )


@get("/quarantine/{submission_id:str}", opt=doing("read_submissions"))
async def submission_detail(
    request: AnyRequest, services: NamedDependency[Services], submission_id: FromPath[str]
) -> Response[bytes]:
    """One posting: why it made no lead, what was sent and what it becomes, and the form that releases it."""
    viewer = await get_viewer(request, services)
    record = await _get_record(services, submission_id)
    return await _page(request, services, viewer, record, {})


@post(
    "/quarantine/{submission_id:str}/release",
    status_code=303,
    opt=doing("release_submission") | {FORM_BYTES: _RELEASE_BYTES_MAX},
)
async def release_submission(
    request: AnyRequest, services: NamedDependency[Services], submission_id: FromPath[str]
) -> Response[bytes]:
    """Make the lead that it should have been, with what was typed in place of what was sent."""
    viewer, form = await get_viewer(request, services), sent_form(request)
    record = await _get_record(services, submission_id)
    try:
        endpoint = await _endpoint_of(services, record)
        submission = _read(shown.find_payload(record, endpoint), form)
        actor = person_in(request, viewer.user)
        routes_all = endpoint.routes_all if endpoint else None
        released = await release(
            services.store, services.house, record, submission, actor, utc_now(), routes_all=routes_all
        )
    except (Invalid, Conflict) as error:
        trouble = Trouble(str(error), faults_of(error))
        return await _page(request, services, viewer, record, form, status_of(error), trouble)
    assert released.lead is not None
    return see_other(f"/leads/{released.lead.id}", [toast_cookie(services, viewer, _told(released))])


@post("/quarantine/{submission_id:str}/spam", status_code=303, opt=doing("release_submission"))
async def confirm_as_spam(
    request: AnyRequest, services: NamedDependency[Services], submission_id: FromPath[str]
) -> Response[bytes]:
    """Settle it as spam, and go back to the list."""
    viewer = await get_viewer(request, services)
    record = await _get_record(services, submission_id)
    try:
        await confirm_spam(services.store, services.house, record, person_in(request, viewer.user), utc_now())
    except Conflict as error:
        return await _page(request, services, viewer, record, {}, status_of(error), Trouble(str(error), []))
    toast = toast_cookie(services, viewer, Toast("Confirmed as spam. It can still be released."))
    return see_other(f"/quarantine?outcome={record.outcome}", [toast])


async def _get_record(services: Services, submission_id: str) -> SubmissionRecord:
    """A posting that made no lead. Raises NotFound, in the words of every other nothing."""
    try:
        record = await get_submission(services.store, read_id(submission_id, "submission"))
    except NotFound:
        raise nothing_here() from None
    if record.outcome not in WITHOUT_LEAD:
        raise nothing_here()
    return record


async def _endpoint_of(services: Services, record: SubmissionRecord) -> Endpoint | None:
    """The endpoint of a posting as it is today: a mapping that was mended meanwhile counts."""
    return await services.endpoints.find(record.endpoint) if record.endpoint else None


def _outcome(text: str | None) -> Outcome:
    return next((outcome for outcome in WITHOUT_LEAD if outcome == text), WITHOUT_LEAD[0])


def _read(payload: Payload | None, form: Form) -> Submission:
    """What was sent, with what was typed in its place. Raises Invalid for what still makes no lead."""
    typed = {name: text_in(form, name) for name in shown.OFFERED if name in form}
    fields: dict[str, object] = {
        key: value for key, value in (payload.fields if payload else {}).items() if KEYS.get(key) not in typed
    }
    defaults = payload.defaults if payload else {}
    return parse_submission(
        fields | {name: text for name, text in typed.items() if text}, strict=False, defaults=defaults
    )


def _told(released: Captured) -> Toast:
    lead = released.lead
    assert lead is not None
    if released.outcome == "duplicate":
        return Toast(f"Released. {lead.company_name} was a lead already; this was added to it.")
    return Toast(f"Released. {lead.company_name} is {lead.category} with {lead.lead_score} points.")


async def _page(
    request: AnyRequest,
    services: Services,
    viewer: Viewer,
    record: SubmissionRecord,
    typed: Mapping[str, str],
    status: int = 200,
    trouble: Trouble | None = None,
) -> Response[bytes]:
    last = await last_of(services.store, record)
    payload = shown.find_payload(record, await _endpoint_of(services, record))
    context: dict[str, Any] = {
        "record": record,
        "last": last,
        "posting": shown.posting(record, payload, viewer.now()),
        "state": shown.state_of(last, None) if last.lead_id is None else "released",
        "listing": shown.TABS[record.outcome],
        "inputs": shown.inputs(payload, typed),
        "trouble": trouble,
        "said": trouble.by_field() if trouble else {},
    }
    toast = find_toast(request, services, viewer)
    return page("submission.html", status, **frame(viewer, services), toast=toast, **context)
