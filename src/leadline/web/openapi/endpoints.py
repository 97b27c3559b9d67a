"""Endpoints: what is sent and what is answered."""

from leadline.domain.endpoints import LABELS_MAX, NAME_MAX, PROVIDERS, SECRET_LENGTHS, SECRETS_MAX, TARGETS, Endpoint
from leadline.web.api_endpoints import SHOWN
from leadline.web.openapi.operation import KEYED, READING, Operation
from leadline.web.openapi.types import Schema, object_of

_FLAG: Schema = {"type": "boolean"}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


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
    }
    new = {
        "name": {"type": "string", "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", "maxLength": NAME_MAX},
        "provider": {"type": "string", "enum": list(PROVIDERS)},
    }
    path: Schema = {"type": "string", "description": "Where the provider posts to."}
    return {
        "Endpoint": object_of(Endpoint, SHOWN, active=_FLAG, signed=_FLAG, path=path),
        "EndpointChange": {"type": "object", "properties": change, "additionalProperties": False},
        "NewEndpoint": {
            "type": "object",
            "properties": new | change,
            "required": list(new),
            "additionalProperties": False,
        },
    }


ENDPOINT_OPERATIONS = {
    "getEndpoint": Operation("admin", {200: _ref("Endpoint")}, (*KEYED, 404)),
    "createEndpoint": Operation("admin", {201: _ref("Endpoint")}, (*KEYED, *READING), body=_ref("NewEndpoint")),
    "updateEndpoint": Operation("admin", {200: _ref("Endpoint")}, (*KEYED, 404, *READING), body=_ref("EndpointChange")),
    "hook": Operation(
        None,
        {200: _ref("HookAnswer")},
        (400, 401, 404, 413, 503),
        body={"type": "object", "description": "As the provider sends it."},
        why={401: "The signature is wrong, or older than 5 minutes.", 404: "No endpoint of this name takes posts."},
    ),
}
