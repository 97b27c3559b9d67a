"""The header Idempotency-Key: what a request under one carries, and the answer where another request came first."""

from collections.abc import Callable

from litestar import Response

from leadline.domain.access import ApiKey
from leadline.domain.idempotency import Once, check_key, check_same, digest_of, fingerprint_of
from leadline.domain.intake import Captured, Intake
from leadline.web.reading import AnyRequest

HEADER = "idempotency-key"

Answer = Callable[[Captured], tuple[int, bytes]]


def mark_once(
    request: AnyRequest, key: ApiKey, body: bytes, items: list[Intake], answer: Answer, *, is_list: bool = False
) -> None:
    """Give each item what the request's key says of it; nothing where there is none. Raises Invalid for what is no key."""
    text = request.headers.get(HEADER)
    if text is None:
        return
    check_key(text)
    fingerprint = fingerprint_of(request.scope["path"], body)
    for row, item in enumerate(items):
        digest = digest_of(key.id, text, row if is_list else None)
        item.once = Once(digest, fingerprint, answer, keeps_refusals=is_list)
        # The row in `submissions` says which posting it was, as it does with a provider's event id.
        item.event_id = text


def answer_to(item: Intake, captured: Captured, answer: Answer) -> tuple[int, bytes]:
    """The answer that was kept, or that of what came of the item now. Raises Invalid where the key stood for another request."""
    if captured.kept is None or item.once is None:
        return answer(captured)
    check_same(item.once, captured.kept)
    return captured.kept.status, captured.kept.body


def as_json(answer: tuple[int, bytes], headers: dict[str, str]) -> Response[bytes]:
    """Status and body as they were kept."""
    status, body = answer
    return Response(body, status_code=status, media_type="application/json", headers=headers)
