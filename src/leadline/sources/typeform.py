"""Typeform's webhooks: answers by the id of their question, whose text stands beside them in the form's definition."""

import base64
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from leadline.sources import Delivery, HookPost, NotALead
from leadline.sources.reading import FORM_NAME_MAX, header, labelled, load_object, moment, objects, short
from leadline.sources.signing import digests, matches

SIGNATURE_HEADER = "typeform-signature"
PREFIX = b"sha256="


def verify(delivery: Delivery, secrets: Sequence[str], now: datetime) -> bool:
    """Whether one of `secrets` signed exactly these bytes. Typeform signs no time: its event id keeps repeats out."""
    expected = [PREFIX + base64.b64encode(digest) for digest in digests(delivery.body, secrets)]
    return matches(header(delivery.headers, SIGNATURE_HEADER), expected)


def read(body: bytes) -> HookPost:
    """The response in a body. Raises NotALead for any other event, Unreadable for what is no JSON object."""
    event = load_object(body)
    kind = event.get("event_type", "form_response")
    response = event.get("form_response")
    if kind != "form_response" or not isinstance(response, dict):
        raise NotALead("The event is not a form_response.")
    definition = response.get("definition")
    form = definition if isinstance(definition, dict) else {}
    questions = {
        str(question.get("id")): question.get("title")
        for question in objects(form.get("fields"))
        if isinstance(question.get("title"), str)
    }
    pairs = [(_label(answer, questions), _value(answer)) for answer in objects(response.get("answers"))]
    hidden = response.get("hidden")
    return HookPost(
        event_id=short(event.get("event_id")) or short(response.get("token")),
        fields=labelled([*pairs, *(hidden.items() if isinstance(hidden, dict) else ())]),
        submitted_at=moment(response.get("submitted_at")),
        form=short(form.get("title"), FORM_NAME_MAX),
    )


def _label(answer: dict[str, Any], questions: dict[str, Any]) -> object:
    """The text of the question; where the form's definition was left out, its id or its ref, which people name too."""
    asked = answer.get("field")
    if not isinstance(asked, dict):
        return ""
    return questions.get(str(asked.get("id"))) or asked.get("title") or asked.get("id") or asked.get("ref")


def _value(answer: dict[str, Any]) -> object:
    """The value stands under the name of its type; a choice may be one of the list or in the person's own words."""
    value = answer.get(str(answer.get("type")))
    if isinstance(value, dict):
        if "labels" in value or "other" in value:
            chosen = value.get("labels")
            own = value.get("other")
            return [*(chosen if isinstance(chosen, list) else []), *([own] if own else [])]
        return value.get("label", value)
    return value
