"""The short way for `POST /api/v1/leads`: a good request by a key that was seen a moment ago does without the framework, which
costs a quarter of all the time that intake takes. Whatever is out of the ordinary goes the long way and is answered there;
tests/web/test_quick_intake.py holds the two ways equal."""

from collections.abc import MutableMapping
from typing import Any

import msgspec

from leadline.clock import utc_now
from leadline.domain.access import ApiKey
from leadline.domain.activities import Actor
from leadline.domain.errors import Invalid, LeadlineError, faults_of
from leadline.domain.idempotency import answer_of_journal
from leadline.domain.intake import Intake, Journalled
from leadline.domain.rights import can
from leadline.domain.submission import Submission, parse_submission
from leadline.web.answers import told
from leadline.web.api_intake import LEAD_BYTES_MAX
from leadline.web.lead_tokens import token_header
from leadline.web.problems import MEDIA_TYPE, Unreadable, detail_of, headers_of, problem, status_of
from leadline.web.reading import USER_AGENT_LENGTH, in_time
from leadline.web.receipts import receipt_address
from leadline.web.services import Services

PATH = "/api/v1/leads"

Scope = MutableMapping[str, Any]


class QuickIntake:
    """Stands in front of the application and takes what it can; everything else it hands on untouched."""

    def __init__(self, app: Any, services: Services) -> None:
        self._app = app
        self._services = services

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["method"] != "POST" or scope["path"] != PATH or scope["query_string"]:
            await self._app(scope, receive, send)
            return
        key, agent = self._key_and_agent(scope["headers"])
        if key is None:
            await self._app(scope, receive, send)
            return
        request_id = scope["state"]["request_id"]
        try:
            async with in_time():
                first = await receive()
        except Unreadable as late:
            await _answer(send, *_refusal(late, request_id))
            return
        body = first.get("body", b"")
        submission = None if first.get("more_body") or len(body) > LEAD_BYTES_MAX else _parsed(body)
        if submission is None:
            await self._app(scope, _again(first, receive), send)
            return
        client = scope.get("client")
        actor = Actor("api_key", key.name, ip_address=client[0] if client else None, user_agent=agent)
        item = Intake(
            self._services.house.new_id(), "api", body, utc_now(), actor, submission,
            request_id=request_id, key_id=key.id,
        )  # fmt: skip
        await _answer(send, *await self._capture(item, key, request_id))

    async def _capture(self, item: Intake, key: ApiKey, request_id: str) -> tuple[int, str, dict[str, str], bytes]:
        try:
            (captured,) = await self._services.queue.submit([item])
            if captured.lead is None:
                raise Invalid(list(captured.faults))
        except Journalled as kept:
            status, content = answer_of_journal(kept.receipt)
            return status, "application/json", {"Location": receipt_address(kept.receipt)}, content
        except LeadlineError as error:
            return _refusal(error, request_id)
        status = 201 if captured.outcome == "created" else 200
        headers = token_header(self._services.secret_key, captured.lead.id, utc_now())
        return status, "application/json", headers, msgspec.json.encode(told(captured, key))

    def _key_and_agent(self, headers: list[tuple[bytes, bytes]]) -> tuple[ApiKey | None, str | None]:
        """The remembered key that may create leads, and what the client calls itself; no key where anything is unusual."""
        found = dict(headers)
        authorization = found.get(b"authorization", b"")
        if (
            b"idempotency-key" in found
            or found.get(b"content-type") != b"application/json"
            or not authorization.startswith(b"Bearer ")
        ):
            return None, None
        key = self._services.keys.remembered(authorization[7:].decode("latin-1"))
        if key is None or not can(key, "create_lead"):
            return None, None
        agent = found.get(b"user-agent")
        return key, agent.decode("latin-1").replace("\0", "")[:USER_AGENT_LENGTH] if agent else None


def _refusal(error: LeadlineError, request_id: str) -> tuple[int, str, dict[str, str], bytes]:
    status = status_of(error)
    return status, MEDIA_TYPE, headers_of(error), problem(status, detail_of(error), request_id, faults_of(error))


def _parsed(body: bytes) -> Submission | None:
    """The submission in a good body, or None."""
    try:
        value = msgspec.json.decode(body)
        return parse_submission(value, strict=True) if isinstance(value, dict) else None
    except (Invalid, ValueError, RecursionError):
        return None


def _again(first: Any, receive: Any) -> Any:
    """A `receive` that begins with the message that was read already."""
    messages = [first]

    async def receive_again() -> Any:
        return messages.pop() if messages else await receive()

    return receive_again


async def _answer(send: Any, status: int, media_type: str, headers: dict[str, str], body: bytes) -> None:
    head = [(b"content-type", media_type.encode()), (b"content-length", str(len(body)).encode())]
    head += [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": body, "more_body": False})
