"""Any other form: JSON of whatever shape, or a plain form post. Signed as Standard Webhooks, or not at all."""

import base64
import binascii
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from leadline.sources import Delivery, HookPost, NotALead, Unreadable
from leadline.sources.reading import header, labelled, load_json, moment, objects, short
from leadline.sources.signing import digest, is_recent, matches

ID_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER = "webhook-id", "webhook-timestamp", "webhook-signature"
BASE64_MARK = "whsec_"

ANSWERS_MAX = 500
DEPTH_MAX = 8
_LABELS = ("label", "title", "question", "name", "key", "field", "id")
_VALUES = ("value", "answer", "answers", "text")
_EVENT_IDS = ("event_id", "eventId", "submission_id", "submissionId", "submissionID", "entry_id", "entryId", "id")
_TIMES = ("submitted_at", "submittedAt", "created_at", "createdAt", "timestamp")
_bracketed = re.compile(r"\[([^\[\]]*)\]")


def verify(delivery: Delivery, secrets: Sequence[str], now: datetime) -> bool:
    """Whether one of `secrets` signed this delivery by the rules of Standard Webhooks 1.0.0, at most five minutes from `now`.

    The header may bring several signatures, of which one must fit."""
    identity, timestamp = header(delivery.headers, ID_HEADER), header(delivery.headers, TIMESTAMP_HEADER)
    if not identity or not is_recent(timestamp, now):
        return False
    signed = f"{identity}.{timestamp}.".encode(errors="replace") + delivery.body
    expected = [b"v1," + base64.b64encode(digest(signed, key)) for key in map(_key, secrets) if key]
    return any(matches(one, expected) for one in header(delivery.headers, SIGNATURE_HEADER).split(" ")[:20])


def _key(secret: str) -> bytes:
    """`whsec_` and base64 is the scheme's own form; whatever else somebody agreed on is taken as it stands."""
    if not secret.startswith(BASE64_MARK):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(BASE64_MARK), validate=True)
    except binascii.Error:
        return b""


def read(body: bytes) -> HookPost:
    """The answers in a body, JSON or form-encoded. Raises NotALead where there are none, Unreadable for what is neither."""
    text = body.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text[:1] not in (b"{", b"["):
        return HookPost(event_id=None, fields=labelled(_form(text)))
    sent = load_json(body)
    fields = labelled(_answers(sent, "", DEPTH_MAX))
    if not fields:
        raise NotALead("The body has no answers.")
    top = sent if isinstance(sent, dict) else {}
    return HookPost(
        event_id=next((found for name in _EVENT_IDS if (found := _id(top.get(name)))), None),
        fields=dict(list(fields.items())[:ANSWERS_MAX]),
        submitted_at=next((time for name in _TIMES if name in top and (time := moment(top[name]))), None),
    )


def _form(text: bytes) -> list[tuple[str, object]]:
    try:
        pairs = parse_qsl(text.decode(errors="replace"), keep_blank_values=True, max_num_fields=ANSWERS_MAX)
    except ValueError:
        raise Unreadable(f"The form has more than {ANSWERS_MAX} answers.") from None
    if not any(value for _, value in pairs):
        raise Unreadable("The body is neither JSON nor a form with an answer.")
    several: dict[str, list[str]] = {}
    for name, value in pairs:
        several.setdefault(_innermost(name), []).append(value)
    return [(name, values[0] if len(values) == 1 else values) for name, values in several.items()]


def _innermost(name: str) -> str:
    """fields[email][value] and form_fields[email] are email; interests[] is interests."""
    inner = [part for part in _bracketed.findall(name) if part and part not in _VALUES and not part.isdigit()]
    return inner[-1] if inner else name.partition("[")[0] or name


def _answers(value: Any, label: str, depth: int) -> Iterator[tuple[str, object]]:
    """Every answer with its nearest label, however deep somebody's wrapper put it."""
    if isinstance(value, dict) and depth:
        named = _named(value)
        if named:
            yield named
            return
        for name, inner in value.items():
            yield from _answers(inner, str(name), depth - 1)
    elif isinstance(value, list) and objects(value) and depth:
        for inner in value:
            yield from _answers(inner, label, depth - 1)
    elif value not in (None, [], {}):
        yield label or "answer", value


def _named(pair: dict[str, Any]) -> tuple[str, object] | None:
    """{"label": "Email", "value": "a@b.co"} in one of its many spellings is one answer."""
    label = next((pair[name] for name in _LABELS if isinstance(pair.get(name), str)), None)
    value = next((name for name in _VALUES if name in pair), None)
    return None if label is None or value is None or len(pair) > 8 else (label, pair[value])


def _id(value: object) -> str | None:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else short(value)
