"""Our own form: its page, and what is sent from there or from a company's own site. Whatever is in doubt is kept and thanked for."""

import hashlib
from dataclasses import replace

from litestar import Response, get, post, route
from litestar.di import NamedDependency
from litestar.params import FromPath

from leadline.clock import utc_now
from leadline.domain.activities import Actor
from leadline.domain.doubt import Sent, form_doubts
from leadline.domain.endpoints import Endpoint
from leadline.domain.errors import Fault, Forbidden, NotFound, Unavailable
from leadline.domain.form_tokens import read_token
from leadline.domain.forms import Form
from leadline.domain.intake import Captured, Intake, Journalled
from leadline.domain.login_tries import network_of
from leadline.sources.form import CAME_FROM, CONSENT, HONEYPOT, TOKEN, TURNSTILE, texts_in
from leadline.sources.payloads import read_into
from leadline.web.actions import doing
from leadline.web.csrf import BY_PUBLIC_FORM
from leadline.web.form_pages import (
    again,
    foreign_origin,
    form_answer,
    preflight_answer,
    thanked,
    thanks_page,
    wants_json,
)
from leadline.web.lead_tokens import make_token
from leadline.web.pace import Pace, TooFast
from leadline.web.problems import WrongMediaType
from leadline.web.reading import AnyRequest, address_of, agent_of, media_type_of, read_body
from leadline.web.services import Services

# Two texts of 20,000 characters, each of which may take twelve bytes on the way.
FORM_BYTES_MAX = 600_000
_READ = ("", "application/x-www-form-urlencoded", "application/json")
_NOT_NOW = "We could not keep this just now. Nothing you typed is lost: please send it once more."
_TOO_OFTEN = "This form was sent very often from where you are. Please wait a little, then send it once more: what you typed is here."


@route("/f/{form:str}", http_method=["GET", "OPTIONS"], status_code=200, opt=doing("open"))
async def show_form(request: AnyRequest, services: NamedDependency[Services], form: FromPath[str]) -> Response[bytes]:
    """The form as a page, or what a script shows it from; and what a browser asks before a script of another site may post."""
    endpoint, shown = await _find(services, form)
    if request.method == "OPTIONS":
        return preflight_answer(request, shown)
    return form_answer(request, services, endpoint, shown)


@get("/f/{form:str}/thanks", opt=doing("open"))
async def thank(request: AnyRequest, services: NamedDependency[Services], form: FromPath[str]) -> Response[bytes]:
    """Where a sent form leads: opening it again sends nothing."""
    return thanks_page(services, (await _find(services, form))[1])


@post("/f/{form:str}", status_code=200, opt=doing("open") | BY_PUBLIC_FORM)
async def take_form(
    request: AnyRequest, services: NamedDependency[Services], senders: NamedDependency[Pace], form: FromPath[str]
) -> Response[bytes]:
    """A form that somebody sent: a lead, or kept in doubt, and thanked for either way. What is missing or wrong is asked for again."""
    endpoint, shown = await _find(services, form)
    origin = foreign_origin(request, services)
    if origin is not None and origin not in shown.origins and wants_json(request):
        raise Forbidden("This form takes nothing from scripts of this site: its origins do not name it.")
    if media_type_of(request) not in _READ:
        raise WrongMediaType("send the form as application/x-www-form-urlencoded or application/json")
    body = await read_body(request, FORM_BYTES_MAX)
    typed = texts_in(body)
    try:
        senders.check((endpoint.name, network_of(address_of(request) or "")))
    except TooFast as error:
        wait = {"Retry-After": str(error.retry_after_seconds)}
        return again(request, services, endpoint, shown, typed, 429, _TOO_OFTEN, headers=wait)
    item = _item(request, services, endpoint, body)
    faults = _faults(item, shown, typed)
    if not faults:
        await _doubt(item, request, services, endpoint, shown, typed, origin)
    else:
        item.submission, item.faults, item.failed_as = None, _asked_again(faults), "rejected"
    lead = None
    try:
        lead = (await _capture(services, item)).lead
    except Journalled:
        # Kept on this machine until the database is back: for the visitor it is sent.
        pass
    except Unavailable as error:
        wait = {"Retry-After": str(error.retry_after_seconds)}
        return again(request, services, endpoint, shown, typed, 503, _NOT_NOW, headers=wait)
    if faults:
        return again(request, services, endpoint, shown, typed, faults=tuple(faults))
    return thanked(request, endpoint, shown, make_token(services.secret_key, lead.id, utc_now()) if lead else None)


async def _find(services: Services, name: str) -> tuple[Endpoint, Form]:
    """The form of a path. Raises NotFound, alike for one that is not there and for one that is off."""
    found = await services.endpoints.find(name)
    if found is None or found.form is None or not found.is_active:
        raise NotFound("There is no such form.")
    return found, found.form


def _item(request: AnyRequest, services: Services, endpoint: Endpoint, body: bytes) -> Intake:
    item = Intake(
        services.house.new_id(),
        "form",
        body,
        utc_now(),
        Actor("provider", "Web Form", ip_address=address_of(request), user_agent=agent_of(request)),
        failed_as="quarantined",
        endpoint=endpoint.name,
        request_id=request.scope["state"]["request_id"],
    )
    read_into(item, endpoint)
    item.event_id = None
    return item


def _faults(item: Intake, form: Form, typed: dict[str, str]) -> list[Fault]:
    """What the visitor can mend: what is missing, and an address that is none."""
    required = [question.name for question in form.fields if question.required] + [CONSENT] * (form.consent is not None)
    missing = [Fault(f"/{name}", "is required") for name in required if not typed.get(name, "").strip()]
    named = {fault.pointer for fault in missing}
    return missing + [fault for fault in item.faults if fault.pointer and fault.pointer not in named]


def _asked_again(faults: list[Fault]) -> list[Fault]:
    """What is kept of them: no fault of a field, which a mended mapping would cure. The visitor was asked, and has an answer or not."""
    return [Fault("", f"The visitor was asked again: {fault.pointer.strip('/')} {fault.detail}.") for fault in faults]


async def _doubt(
    item: Intake,
    request: AnyRequest,
    services: Services,
    endpoint: Endpoint,
    form: Form,
    typed: dict[str, str],
    origin: str | None,
) -> None:
    """Take the lead out of a posting where there is a reason to doubt it, and say the reasons."""
    consent = typed.get(CONSENT) or None
    opened = read_token(services.secret_key, endpoint.name, consent if form.consent else None, typed.get(TOKEN, ""))
    # Signed with the token, so that the text of a page that was opened before a change is still known for ours.
    others = (
        []
        if opened or consent == form.consent or form.consent is None
        else ["The consent is not the text that the form shows."]
    )
    if origin not in (None, "null", *form.origins):
        others.append(f"It was sent from {str(origin)[:100]}, which the form does not name among its origins.")
    item.event_id = opened.id if opened else None
    others += [fault.detail for fault in item.faults]
    sent = Sent(typed.get(HONEYPOT, ""), opened.at if opened else None, item.received_at, tuple(others))
    item.failed_as, item.faults = form_doubts(sent, endpoint.spam)
    if form.turnstile and not item.faults:
        answer, address = typed.get(TURNSTILE, ""), address_of(request)
        doubt = await services.challenge.find_doubt(answer, endpoint.name, address)
        item.faults = [Fault("", doubt)] if doubt else []
    if item.faults:
        item.submission = None


async def _capture(services: Services, item: Intake) -> Captured:
    """Keep a posting. The same form sent again gets the first answer; sent again with other answers, it is another posting."""
    (first,) = await services.queue.submit([item])
    if first.submission_id == item.id or item.event_id is None:
        return first
    before = await services.store.find_submissions([first.submission_id])
    same = bool(before) and _answers(before[0].payload) == _answers(item.payload)
    if same and (first.lead is not None or item.submission is None):
        return first
    other = replace(item, id=services.house.new_id(), event_id=f"{item.event_id}#{_digest(item)}")
    if item.submission and first.lead and first.lead.email_key != item.submission.email_key:
        doubt = Fault("", "The same opened form was sent before, with another e-mail address.")
        other.submission, other.faults, other.failed_as = None, [doubt], "quarantined"
    (second,) = await services.queue.submit([other])
    return second


def _answers(payload: bytes) -> dict[str, str]:
    beside = (TOKEN, HONEYPOT, TURNSTILE, *CAME_FROM)
    return {name: text for name, text in texts_in(payload).items() if name not in beside}


def _digest(item: Intake) -> str:
    """Of the answers, and whether they were good: what was in doubt first and is sent again without a doubt becomes a lead."""
    said = f"{item.submission is not None}{sorted(_answers(item.payload).items())}"
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:24]
