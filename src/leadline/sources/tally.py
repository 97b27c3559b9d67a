"""Tally's webhooks: a list of labelled fields, whose choices come as the ids of their options."""

import base64
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from leadline.sources import Delivery, HookPost, NotALead
from leadline.sources.reading import FORM_NAME_MAX, header, labelled, load_object, moment, objects, short
from leadline.sources.signing import digests, matches

SIGNATURE_HEADER = "tally-signature"


def verify(delivery: Delivery, secrets: Sequence[str], now: datetime) -> bool:
    """Whether one of `secrets` signed exactly these bytes. Tally signs no time: its event id keeps repeats out."""
    expected = [base64.b64encode(digest) for digest in digests(delivery.body, secrets)]
    return matches(header(delivery.headers, SIGNATURE_HEADER), expected)


def read(body: bytes) -> HookPost:
    """The response in a body. Raises NotALead for any other event, Unreadable for what is no JSON object."""
    event = load_object(body)
    data = event.get("data")
    if event.get("eventType", "FORM_RESPONSE") != "FORM_RESPONSE" or not isinstance(data, dict):
        raise NotALead("The event is not a FORM_RESPONSE.")
    return HookPost(
        event_id=short(event.get("eventId")) or short(data.get("responseId")),
        fields=labelled(_pairs(objects(data.get("fields")))),
        submitted_at=moment(data.get("createdAt") or event.get("createdAt")),
        form=short(data.get("formName"), FORM_NAME_MAX),
    )


def _pairs(answers: list[dict[str, Any]]) -> Iterator[tuple[object, object]]:
    """A group of checkboxes comes whole, and then box by box with true or false: the boxes say nothing more."""
    whole = {str(answer.get("key")) for answer in answers if isinstance(answer.get("value"), list)}
    for answer in answers:
        key = answer.get("key")
        if isinstance(answer.get("value"), bool) and isinstance(key, str) and _group_of(key) in whole:
            continue
        yield answer.get("label") or key, _value(answer)


def _group_of(box: str) -> str:
    """question_ab12_<option's id> is a box of question_ab12."""
    return "_".join(box.split("_")[:2])


def _value(answer: dict[str, Any]) -> object:
    value, options = answer.get("value"), answer.get("options")
    if not isinstance(options, list):
        return value
    texts = {str(option.get("id")): option.get("text") for option in objects(options)}
    chosen = value if isinstance(value, list) else [value]
    named = [texts.get(str(one)) or one for one in chosen]
    return named if isinstance(value, list) else named[0]
