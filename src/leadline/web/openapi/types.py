"""JSON schemas of our dataclasses, so that what is described is what is answered."""

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

Schema = dict[str, Any]

_PLAIN: dict[Any, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    UUID: {"type": "string", "format": "uuid"},
    datetime: {"type": "string", "format": "date-time"},
    NoneType: {"type": "null"},
    Any: {},
}


def schema_of(hint: Any) -> Schema:
    """The schema of a type: plain ones, Literal, unions, lists, mappings and dataclasses of them. Raises TypeError for others."""
    if hint in _PLAIN:
        return dict(_PLAIN[hint])
    origin, args = get_origin(hint), get_args(hint)
    if origin is Literal:
        return {"type": "string", "enum": list(args)}
    if origin in (Union, UnionType):
        return _union([schema_of(arg) for arg in args])
    if origin in (list, tuple):
        return {"type": "array", "items": schema_of(args[0])}
    if origin in (dict, Mapping):
        values = schema_of(args[1])
        return {"type": "object", "additionalProperties": values} if values else {"type": "object"}
    if is_dataclass(hint):
        return object_of(hint, [field.name for field in fields(hint)])
    raise TypeError(f"{hint} has no schema")


# A text that says something: the whole of a JSON schema's `\S`.
SAID: Schema = {"minLength": 1, "pattern": r"\S"}


def ref(name: str) -> Schema:
    """A schema of the components, by name."""
    return {"$ref": f"#/components/schemas/{name}"}


def object_with(properties: Schema, optional: Iterable[str] = ()) -> Schema:
    """An object with these properties, of which all but the optional ones are always there."""
    left_out = frozenset(optional)
    required = [name for name in properties if name not in left_out]
    return {"type": "object", "properties": properties, "required": required}


def body_of(needed: Iterable[str], **properties: Schema) -> Schema:
    """An object that is sent: these properties and no others, of which some must be there."""
    return {"type": "object", "properties": properties, "required": list(needed), "additionalProperties": False}


def object_of(kind: Any, names: Iterable[str], **others: Schema) -> Schema:
    """An answer with these fields of a dataclass, all of them always there, and `others` beside or in place of them."""
    hints = get_type_hints(kind)
    return object_with({name: schema_of(hints[name]) for name in names} | others)


def _union(schemas: list[Schema]) -> Schema:
    """`string or null` as JSON Schema writes it; an enum takes null among its values."""
    kinds = [schema.get("type") for schema in schemas]
    if len(schemas) == 2 and kinds[1] == "null" and isinstance(kinds[0], str) and kinds[0] != "object":
        first = dict(schemas[0]) | {"type": [kinds[0], "null"]}
        return first | {"enum": [*first["enum"], None]} if "enum" in first else first
    if all(set(schema) == {"type"} and isinstance(schema["type"], str) for schema in schemas):
        return {"type": kinds}
    return {"anyOf": schemas}
