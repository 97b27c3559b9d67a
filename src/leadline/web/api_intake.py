"""The ways in for programs: one lead, or up to a thousand."""

from typing import Any

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency

from leadline.clock import utc_now
from leadline.domain.access import ApiKey
from leadline.domain.errors import Fault, Invalid
from leadline.domain.idempotency import answer_of_journal, check_same
from leadline.domain.intake import Captured, Intake, Journalled
from leadline.domain.submission import parse_submission
from leadline.web.actions import doing
from leadline.web.admission import key_in
from leadline.web.answers import faults_json, json_answer, told
from leadline.web.idempotency import Answer, answer_to, as_json, mark_once
from leadline.web.lead_tokens import token_header
from leadline.web.problems import Unreadable
from leadline.web.reading import AnyRequest, actor_of, check_json, decode, read_body
from leadline.web.services import Services

LEAD_BYTES_MAX = 1_000_000
BULK_BYTES_MAX = 20_000_000
BULK_MAX = 1_000


@post("/api/v1/leads", status_code=201, tags=["leads"], operation_id="createLead", opt=doing("create_lead"))
async def create_lead(request: AnyRequest, services: NamedDependency[Services]) -> Response[bytes]:
    """Capture one lead. 201 with the lead; 200 with the first lead when the address wrote within the last 24 hours; 202
    with a receipt while the database is away."""
    key = key_in(request)
    check_json(request)
    body = await read_body(request, LEAD_BYTES_MAX)
    item = _intake(request, key, services, body)
    unreadable = None
    try:
        _parse_into(item, decode(body))
    except Unreadable as error:
        # Kept all the same: somebody wanted to tell us something.
        item.faults, unreadable = [Fault("", str(error))], error

    def answer(captured: Captured) -> tuple[int, bytes]:
        if captured.lead is None:
            raise unreadable or Invalid(list(captured.faults))
        return 201 if captured.outcome == "created" else 200, msgspec.json.encode(told(captured, key))

    mark_once(request, key, body, [item], answer)
    (captured,) = await services.queue.submit([item])
    lead_id = captured.kept.lead_id if captured.kept else captured.lead.id if captured.lead else None
    headers = token_header(services.secret_key, lead_id, utc_now())
    return as_json(answer_to(item, captured, answer), headers)


@post("/api/v1/leads/bulk", status_code=200, tags=["leads"], operation_id="createLeads", opt=doing("create_lead"))
async def create_leads(request: AnyRequest, services: NamedDependency[Services]) -> Response[bytes]:
    """Capture up to 1,000 leads: `{"items": [...]}`, answered in order, each with its status and its lead or its problem."""
    key = key_in(request)
    check_json(request)
    body = await read_body(request, BULK_BYTES_MAX)
    value = decode(body)
    rows = value.get("items") if isinstance(value, dict) else None
    if not isinstance(rows, list):
        raise Invalid([Fault("/items", "is required: a list of leads")])
    if len(rows) > BULK_MAX:
        raise Invalid([Fault("/items", f"has {len(rows)} leads; send at most {BULK_MAX} at a time")])
    items = []
    for row in rows:
        item = _intake(request, key, services, msgspec.json.encode(row))
        _parse_into(item, row)
        items.append(item)

    def answer(captured: Captured) -> tuple[int, bytes]:
        return 200, msgspec.json.encode(_bulk_answer(captured, key))

    mark_once(request, key, body, items, answer, is_list=True)
    results = await _submit(services, items)
    pairs = zip(items, results, strict=True)
    answers = [msgspec.Raw(_row(item, result, answer)) for item, result in pairs]
    return json_answer({"items": answers})


def _row(item: Intake, result: Captured | Journalled, answer: Answer) -> bytes:
    if isinstance(result, Journalled):
        return answer_of_journal(result.receipt, is_row=True)[1]
    return answer_to(item, result, answer)[1]


async def _submit(services: Services, items: list[Intake]) -> list[Captured | Journalled]:
    """What came of the rows of a list. Under an idempotency key the first one goes alone: it stands for the whole list, so that
    of another list under the same key no row is stored."""
    if not items:
        return []
    once = items[0].once
    if once is None:
        return await services.queue.take(items)
    (first,) = await services.queue.take(items[:1])
    if isinstance(first, Captured) and first.kept is not None:
        check_same(once, first.kept)
    return [first, *(await services.queue.take(items[1:]) if items[1:] else [])]


def _intake(request: AnyRequest, key: ApiKey, services: Services, body: bytes) -> Intake:
    actor = actor_of(request, key)
    request_id = request.scope["state"]["request_id"]
    return Intake(services.house.new_id(), "api", body, utc_now(), actor, request_id=request_id, key_id=key.id)


def _parse_into(item: Intake, value: Any) -> None:
    """The parsed submission, or the faults why there is none."""
    if not isinstance(value, dict):
        item.faults = [Fault("", "must be a JSON object")]
        return
    try:
        item.submission = parse_submission(value, strict=True)
    except Invalid as error:
        item.faults = error.faults


def _bulk_answer(captured: Captured, key: ApiKey) -> dict[str, Any]:
    if captured.lead is not None:
        return {"status": 200 if captured.outcome == "duplicate" else 201, "lead": told(captured, key)}
    errors = faults_json(captured.faults)
    problem = {"type": "about:blank", "title": "Unprocessable Entity", "status": 422, "errors": errors}
    return {"status": 422, "problem": problem | {"submission_id": captured.submission_id}}
