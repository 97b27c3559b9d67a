"""Who may come in: API keys and invitations, what is sent and what is answered."""

from leadline.domain.access import SCOPES, ApiKey
from leadline.usecases.api_keys import NAME_LENGTH_MAX
from leadline.web.api_keys import KEY_FIELDS
from leadline.web.openapi.types import SAID, Schema, body_of, object_of, object_with, ref

_TIME: Schema = {"type": "string", "format": "date-time"}


def account_components() -> dict[str, Schema]:
    """Their schemas by name."""
    key: Schema = {"type": "string", "description": "Shown this once."}
    scopes: Schema = {
        "type": "array",
        "items": {"type": "string", "enum": list(SCOPES)},
        "minItems": 1,
        "uniqueItems": True,
    }
    new = {
        "name": {"type": "string", "maxLength": NAME_LENGTH_MAX, **SAID},
        "scopes": scopes,
        "expires_at": {"type": ["string", "null"], "format": "date-time", "description": "Null: until it is revoked."},
    }
    invited = {"user": ref("User"), "link": key, "expires_at": _TIME}
    return {
        "ApiKey": object_of(ApiKey, KEY_FIELDS),
        "GivenApiKey": object_of(ApiKey, KEY_FIELDS, key=key),
        "NewApiKey": body_of(("name", "scopes"), **new),
        "Invited": object_with(invited),
    }
