"""Submissions that lie in the journal: what their senders are answered, and what became of them."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from leadline.domain.idempotency import answer_of_journal
from leadline.domain.intake import Journalled
from leadline.domain.rights import has_scope
from leadline.ports.journal import Receipt
from leadline.web.actions import doing
from leadline.web.admission import key_in, nothing_here
from leadline.web.answers import faults_json, json_answer
from leadline.web.error_pages import wants_page
from leadline.web.reading import AnyRequest, read_id
from leadline.web.rendering import page
from leadline.web.services import Services


@get("/api/v1/receipts/{receipt:str}", tags=["leads"], operation_id="getReceipt", opt=doing("read_receipt"))
async def get_receipt(
    request: AnyRequest, services: NamedDependency[Services], receipt: FromPath[str]
) -> Response[bytes]:
    """What became of a submission that was answered 202: pending, captured with its lead, or rejected with its faults. For the
    key that sent it; kept for 7 days after it was brought in."""
    key, wanted = key_in(request), read_id(receipt, "receipt")
    found = await services.standby.journal.find(wanted) if services.standby else None
    if found is None or not (found.key_id == key.id or has_scope(key, "admin")):
        raise nothing_here()
    return json_answer(_receipt_json(found))


def _receipt_json(found: Receipt) -> dict[str, Any]:
    said: dict[str, Any] = {"receipt": found.id, "received_at": found.received_at}
    if found.outcome is None:
        return said | {"status": "pending"}
    if found.outcome in ("created", "duplicate"):
        return said | {"status": "captured", "lead_id": found.lead_id, "duplicate": found.outcome == "duplicate"}
    return said | {"status": found.outcome, "errors": faults_json(found.faults)}


def receipt_address(receipt: UUID) -> str:
    """Where a receipt is read."""
    return f"/api/v1/receipts/{receipt}"


def kept_for_later(request: Request[Any, Any, Any], kept: Journalled) -> Response[bytes]:
    """The answer to whoever sent something that lies in the journal: a page for a person, a receipt for a program."""
    if wants_page(request):
        return page(
            "error.html",
            202,
            title="What you sent is kept",
            detail=None,
            help="The database does not answer right now. What you sent lies safely on this server, and becomes a lead by itself as"
            " soon as the database is back. You need not send it again.",
            faults=[],
            again=None,
            request_id=request.scope["state"]["request_id"],
        )
    status, body = answer_of_journal(kept.receipt)
    headers = {"Location": receipt_address(kept.receipt)}
    return Response(body, status_code=status, media_type="application/json", headers=headers)
