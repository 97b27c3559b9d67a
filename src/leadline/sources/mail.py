"""Inbound mail as a provider's inbound parse posts it (Postmark, Mailgun, SendGrid, or JSON of like names): who wrote, and whether
it was a person. What was written is not read."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email import message_from_bytes, message_from_string
from email.utils import parseaddr
from typing import Any
from urllib.parse import parse_qsl

from leadline.domain.emails import key_of
from leadline.sources import Unreadable
from leadline.sources.reading import load_object, objects, short

FIELDS_MAX = 200
_SENDERS = ("fromfull", "from", "sender", "fromemail", "envelope")
_HEADERS = ("headers", "messageheaders")
_MESSAGE_ID_MAX = 1_000
_BULK = frozenset({"bulk", "junk", "list", "auto_reply", "auto-reply"})
_ROBOTS = ("mailer-daemon@", "postmaster@", "no-reply@", "noreply@")


@dataclass(frozen=True, slots=True)
class Mail:
    """One message. `email_key` is None where there is no sender to be read; `event_id` is the same when it is posted again."""

    email_key: str | None
    event_id: str
    is_automatic: bool


def read(body: bytes, content_type: str) -> Mail:
    """The message in a body: JSON, a form, or a multipart form. Raises Unreadable for what is none of them."""
    sent = {_plain(name): value for name, value in _fields(body, content_type).items()}
    headers = {_plain(name): value for name, value in _headers(sent)}
    email_key = next((key for name in _SENDERS if (key := _address(sent.get(name)))), None) or _address(
        headers.get("from")
    )
    named = (headers.get("messageid"), sent.get("messageid"))
    message_id = next((text for one in named if (text := short(one, _MESSAGE_ID_MAX))), None)
    # Without an id, the same body is the same message.
    event_id = f"mail:{message_id or hashlib.sha256(body).hexdigest()}"
    return Mail(email_key, event_id, _is_automatic({**sent, **headers}, email_key))


def _fields(body: bytes, content_type: str) -> Mapping[str, Any]:
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return dict(_parts(body, content_type))
    if kind == "application/x-www-form-urlencoded":
        try:
            return dict(parse_qsl(body.decode(errors="replace"), max_num_fields=FIELDS_MAX))
        except ValueError:
            raise Unreadable(f"The form has more than {FIELDS_MAX} fields.") from None
    return load_object(body)


def _parts(body: bytes, content_type: str) -> Iterator[tuple[str, str]]:
    """The plain fields of a multipart form; files are passed over."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1", "replace")
    message = message_from_bytes(head + body)
    if not message.is_multipart():
        raise Unreadable("The body is no multipart form.")
    for part in message.walk():
        name = part.get_param("name", header="content-disposition")
        if isinstance(name, str) and not part.is_multipart() and part.get_filename() is None:
            payload = part.get_payload(decode=True)
            yield name, payload.decode(errors="replace") if isinstance(payload, bytes) else ""


def _headers(sent: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The headers of the message in one of their spellings: an object, pairs, objects of Name and Value, JSON text, or as sent."""
    found = next((sent[name] for name in _HEADERS if sent.get(name)), None)
    if isinstance(found, str):
        try:
            found = json.loads(found)
        except (ValueError, RecursionError):
            found = dict(message_from_string(found).items())
    if isinstance(found, dict):
        yield from ((str(name), str(value)) for name, value in found.items())
        return
    for one in objects(found):
        by_name = {_plain(name): value for name, value in one.items()}
        yield str(by_name.get("name", "")), str(by_name.get("value", ""))
    for pair in found if isinstance(found, list) else []:
        if isinstance(pair, list) and len(pair) == 2:
            yield str(pair[0]), str(pair[1])


def _address(value: Any) -> str | None:
    """The key of the address in `Ann <ann@firm.example>`, in an object that holds one, or in the JSON text of such an object."""
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None
    if isinstance(value, dict):
        by_name = {_plain(name): inner for name, inner in value.items()}
        value = next((by_name[name] for name in ("email", "address", "from") if name in by_name), None)
    return key_of(parseaddr(value)[1]) if isinstance(value, str) else None


def _is_automatic(said: Mapping[str, Any], email_key: str | None) -> bool:
    """Whether no person wrote this (RFC 3834, and what was usual before it)."""
    submitted = str(said.get("autosubmitted") or "no").partition(";")[0].strip().lower()
    precedence = str(said.get("precedence") or "").strip().lower()
    is_marked = any(said.get(name) for name in ("xautoreply", "xautorespond", "xautoreplyfrom"))
    is_robot = (email_key or "").startswith(_ROBOTS)
    return submitted != "no" or precedence in _BULK or is_marked or is_robot


def _plain(name: object) -> str:
    return str(name).lower().replace("-", "").replace("_", "")
