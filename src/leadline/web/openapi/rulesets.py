"""Rule sets: what is sent, what is answered, and every status."""

from leadline.domain.conditions import FIELDS
from leadline.domain.leads import CATEGORIES
from leadline.domain.publications import RULESET_BYTES_MAX
from leadline.domain.rescoring import Move
from leadline.domain.rulesets import GROUPS_MAX, NAME_LENGTH_MAX, RULES_MAX
from leadline.web.openapi.operation import KEYED, READING, Operation
from leadline.web.openapi.types import SAID, Schema, object_with, ref, schema_of

_TEXT: Schema = {"type": "string"}
_NAME: Schema = {"type": "string", "maxLength": NAME_LENGTH_MAX, **SAID}
_NUMBER: Schema = {"type": "integer"}
_FLAG: Schema = {"type": "boolean"}
_IF_MATCH: dict[str, Schema] = {"If-Match": {"type": "string", "description": "The ETag of the draft as you saw it."}}
_NOTIFY: dict[str, Schema] = {
    "notify": _FLAG | {"description": "Whether owners and managers may be told of leads that the rules move."}
}


def _or_null(schema: Schema) -> Schema:
    return schema | {"type": [schema["type"], "null"]}


def _rules() -> Schema:
    rule = object_with(
        {"when": {"type": "object"}, "per": _TEXT, "points": _NUMBER, "max": _NUMBER}, optional=("when", "per", "max")
    )
    rule["oneOf"] = [{"required": ["when"]}, {"required": ["per"]}]
    rule["description"] = f"Either `when` or `per`, about one of {', '.join(FIELDS)}."
    rules: Schema = {"type": "array", "items": rule, "minItems": 1, "maxItems": RULES_MAX}
    group = object_with({"name": _NAME, "label": _TEXT, "cap": _NUMBER, "rules": rules}, optional=("label", "cap"))
    properties: Schema = {
        "version": _NUMBER | {"description": "Given at publication; one that is sent is not used."},
        "name": _NAME,
        "thresholds": object_with({"hot": _NUMBER, "warm": _NUMBER}),
        "groups": {"type": "array", "items": group, "minItems": 1, "maxItems": GROUPS_MAX},
        "synonyms": {"type": "object", "description": "Answer, value, and the other ways to say it."},
    }
    return object_with(properties, optional=("version", "thresholds", "synonyms")) | {
        "description": f"At most {RULESET_BYTES_MAX} bytes."
    }


def ruleset_components() -> dict[str, Schema]:
    """Their schemas by name."""
    time: Schema = _or_null(_TEXT) | {"format": "date-time"}
    ids = _or_null(_TEXT) | {"format": "uuid"}
    said: Schema = {
        "id": ids | {"description": "Of a draft."},
        "version": _or_null(_NUMBER) | {"description": "Of a published one."},
        "status": _TEXT | {"enum": ["draft", "published"]},
        "is_current": _FLAG | {"description": "Whether it scores now."},
        "name": _TEXT,
        "created_at": time,
        "updated_at": time,
        "published_at": time,
        "by": object_with({"kind": _TEXT, "name": _or_null(_TEXT), "user_id": ids}),
        "restores": _or_null(_NUMBER) | {"description": "The version that a roll back brought back."},
        "notifies": _FLAG,
    }
    left = _NUMBER | {"description": "Open leads that the rule set which scores has still to score."}
    row = object_with(dict.fromkeys(CATEGORIES, _NUMBER))
    previewed: Schema = {
        "name": _TEXT,
        "leads": _NUMBER,
        "moved": _NUMBER,
        "migration": object_with(dict.fromkeys(CATEGORIES, row)),
        "moves": {"type": "array", "items": schema_of(Move)},
        "is_complete": _FLAG | {"description": "False where there are more open leads than were looked at."},
    }
    return {
        "Rules": _rules(),
        "RulesetInList": object_with(said),
        "Ruleset": object_with(said | {"rules": ref("Rules"), "leads_to_rescore": left}),
        "RulesetPreview": object_with(previewed)
        | {"description": "By the category before, then by the one after; the first leads that move by name."},
    }


_ONE: dict[int, Schema] = {200: ref("Ruleset")}
_PREVIEW: dict[int, Schema] = {200: ref("RulesetPreview")}
_RULES: Schema = ref("Rules")

RULESET_OPERATIONS: dict[str, Operation] = {
    "createRuleset": Operation("admin", {201: _ONE[200]}, (*KEYED, *READING), body=_RULES),
    "validateRuleset": Operation("admin", _PREVIEW, (*KEYED, *READING), body=_RULES),
    "getRuleset": Operation("leads:read", _ONE, (*KEYED, 404)),
    "replaceRuleset": Operation("admin", _ONE, (*KEYED, *READING, 404, 412), headers=_IF_MATCH, body=_RULES),
    "deleteRuleset": Operation("admin", _ONE, (*KEYED, 404, 409, 412), headers=_IF_MATCH),
    "previewRuleset": Operation("admin", _PREVIEW, (*KEYED, 404)),
    "publishRuleset": Operation("admin", _ONE, (*KEYED, 404, 409, 412, 422), query=_NOTIFY, headers=_IF_MATCH),
    "rollBackRuleset": Operation("admin", _ONE, (*KEYED, 404, 409, 422), query=_NOTIFY),
}
