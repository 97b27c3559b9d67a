"""What there is to say about a handler beside its path and purpose."""

from dataclasses import dataclass, field

from leadline.domain.access import Scope
from leadline.web.openapi.types import Schema

# Why each status is answered, once.
REASONS = {
    400: "The body cannot be read.",
    401: "No API key, or one that is not known here.",
    403: "The key lacks the scope.",
    404: "There is no such thing.",
    409: "The state of things does not allow it.",
    412: "Somebody changed it since the ETag of `If-Match`.",
    413: "The body is too long.",
    415: "The body is not JSON, or does not say so.",
    422: "Readable and faulty; every fault is listed.",
    429: "Too many requests from one sender. `Retry-After` says when to send it again.",
    503: "Not stored in time. `Retry-After` says when to send it again.",
}
KEYED = (401, 403, 503)
READING = (400, 409, 413, 415, 422)


@dataclass(frozen=True, slots=True)
class Operation:
    """One handler. `answers` are the good ones by status, `problems` the statuses of problem details, `needed` the headers that
    must be sent."""

    scope: Scope | None
    answers: dict[int, Schema]
    problems: tuple[int, ...]
    query: dict[str, Schema] = field(default_factory=dict)
    headers: dict[str, Schema] = field(default_factory=dict)
    needed: tuple[str, ...] = ()
    body: Schema | None = None
    answer_types: tuple[str, ...] = ("application/json",)
    body_type: str = "application/json"
    why: dict[int, str] = field(default_factory=dict)
