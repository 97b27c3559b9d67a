"""Endpoints: what is sent and what is answered."""

from typing import Any, get_args

from leadline.domain.endpoints import (
    LABELS_MAX,
    NAME_MAX,
    PROVIDERS,
    ROUTINGS,
    SECRET_LENGTHS,
    SECRETS_MAX,
    TARGETS,
    Endpoint,
)
from leadline.domain.forms import Form, SpamSettings
from leadline.usecases.replies import ReplyOutcome
from leadline.web.api_endpoints import SHOWN
from leadline.web.openapi.operation import KEYED, READING, Operation
from leadline.web.openapi.types import Schema, body_of, object_of, object_with, ref, schema_of

_FLAG: Schema = {"type": "boolean"}


def _sent(kind: Any) -> Schema:
    """An object of which everything has a default."""
    return {key: value for key, value in schema_of(kind).items() if key != "required"} | {"additionalProperties": False}


def endpoint_components() -> dict[str, Schema]:
    """Their schemas by name."""
    secret: Schema = {"type": "string", "minLength": SECRET_LENGTHS.start, "maxLength": SECRET_LENGTHS.stop - 1}
    change: dict[str, Schema] = {
        "secrets": {"type": "array", "items": secret, "maxItems": SECRETS_MAX, "description": "Never answered."},
        "mapping": {
            "type": "object",
            "additionalProperties": {"type": "string", "enum": sorted(TARGETS)},
            "maxProperties": LABELS_MAX,
            "description": "From label to field; an empty field leaves the answer under its label.",
        },
        "defaults": {"type": "object", "additionalProperties": {"type": "string"}},
        "source": {"type": ["string", "null"], "maxLength": 100},
        "active": _FLAG,
        "form": _sent(Form) | {"description": "What a form of our own shows: for the provider form."},
        "spam": _sent(SpamSettings) | {"description": "A honeypot and a time are for the provider form alone."},
        "routing": {
            "type": "string",
            "enum": list(ROUTINGS),
            "description": "Which new leads are given to a rep; house: as LEADLINE_ROUTING says.",
        },
    }
    new: dict[str, Schema] = {
        "name": {"type": "string", "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", "maxLength": NAME_MAX},
        "provider": {"type": "string", "enum": list(PROVIDERS)},
    }
    path: Schema = {"type": "string", "description": "Where the provider posts to."}
    snippets = object_with({name: {"type": "string"} for name in ("page", "iframe", "html", "script")})
    embed: Schema = {"anyOf": [snippets, {"type": "null"}], "description": "A form of ours for somebody's own page."}
    return {
        "Endpoint": object_of(Endpoint, SHOWN, active=_FLAG, signed=_FLAG, path=path, embed=embed),
        "EndpointChange": {"type": "object", "properties": change, "additionalProperties": False},
        "NewEndpoint": body_of(new, **new, **change),
    }


ENDPOINT_OPERATIONS = {
    "getEndpoint": Operation("admin", {200: ref("Endpoint")}, (*KEYED, 404)),
    "createEndpoint": Operation("admin", {201: ref("Endpoint")}, (*KEYED, *READING), body=ref("NewEndpoint")),
    "updateEndpoint": Operation("admin", {200: ref("Endpoint")}, (*KEYED, 404, *READING), body=ref("EndpointChange")),
    "mailHook": Operation(
        None,
        {200: object_with({"outcome": {"type": "string", "enum": [*get_args(ReplyOutcome), "unreadable"]}})},
        (400, 401, 404, 413, 503),
        body={"type": "object", "description": "A message as the provider's inbound parse posts it."},
        why={401: "The signature is wrong, or older than 5 minutes.", 404: "No endpoint of this name takes mail."},
    ),
    "slackClick": Operation(
        None,
        {200: {"type": "object"}},
        (400, 401, 404, 413, 503),
        body={"type": "object", "description": "A click on a button, as Slack sends it: a form with `payload`."},
        why={401: "The signature is wrong, or older than 5 minutes.", 404: "SLACK_SIGNING_SECRET is not set."},
    ),
    "hook": Operation(
        None,
        {200: ref("HookAnswer"), 202: ref("HookAnswer")},
        (400, 401, 404, 413, 503),
        body={"type": "object", "description": "As the provider sends it."},
        why={401: "The signature is wrong, or older than 5 minutes.", 404: "No endpoint of this name takes posts."}
        | {202: "The database is away. What was posted is safe, and becomes a lead when it is back."},
    ),
}
