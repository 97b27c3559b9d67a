"""The OpenAPI document as sections and tables of a page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter, or a property of a body."""

    name: str
    kind: str
    is_needed: bool
    about: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, why it is answered, and what with."""

    status: str
    why: str
    kind: str


@dataclass(frozen=True, slots=True)
class Call:
    """One operation."""

    id: str
    method: str
    path: str
    summary: str
    about: str
    parameters: tuple[Field, ...]
    body: str | None
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Body:
    """A named schema."""

    name: str
    about: str
    fields: tuple[Field, ...]


def sections(document: Mapping[str, Any]) -> dict[str, Any]:
    """What the page shows: the calls of each tag, and the bodies."""
    tags: dict[str, list[Call]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            tags.setdefault(operation["tags"][0], []).append(_call(path, method, operation))
    return {"tags": tags, "bodies": [_body(name, schema) for name, schema in document["components"]["schemas"].items()]}


def _call(path: str, method: str, operation: Mapping[str, Any]) -> Call:
    return Call(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"].replace("`", ""),
        about=operation.get("description", "").replace("`", ""),
        parameters=tuple(_parameter(parameter) for parameter in operation["parameters"]),
        body=_kind(_schema_in(operation["requestBody"])) if "requestBody" in operation else None,
        answers=tuple(
            Answer(status, answer["description"].replace("`", ""), _kind(_schema_in(answer)))
            for status, answer in operation["responses"].items()
        ),
    )


def _schema_in(content: Mapping[str, Any]) -> Mapping[str, Any]:
    # A file has a media type for each format, and one schema.
    media = next(iter(content["content"].values()))
    schema: Mapping[str, Any] = media["schema"]
    return schema


def _parameter(parameter: Mapping[str, Any]) -> Field:
    about = parameter.get("description", "").replace("`", "")
    return Field(
        parameter["name"], f"{_kind(parameter['schema'])}, in the {parameter['in']}", parameter["required"], about
    )


def _body(name: str, schema: Mapping[str, Any]) -> Body:
    needed = schema.get("required", ())
    fields = tuple(
        Field(field, _kind(kind), field in needed, kind.get("description", "").replace("`", ""))
        for field, kind in schema.get("properties", {}).items()
    )
    return Body(name, schema.get("description", "").replace("`", ""), fields)


def _kind(schema: Mapping[str, Any]) -> str:
    """A schema in a few words: "Lead", "string or null, at most 255 long", "one of Hot, Warm, Cold"."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return " or ".join(_kind(one) for one in schema["anyOf"])
    if "const" in schema:
        return str(schema["const"])
    if "enum" in schema:
        return "one of " + ", ".join("null" if value is None else str(value) for value in schema["enum"])
    kinds = schema.get("type", "any JSON")
    if kinds == "array":
        return f"list of {_kind(schema['items'])}"
    if kinds == "object" and "items" in schema.get("properties", {}):
        return f"page of {_kind(schema['properties']['items']['items'])}"
    words = kinds if isinstance(kinds, str) else " or ".join(kinds)
    return words + "".join(f", {_BOUNDS[bound]} {schema[bound]}" for bound in _BOUNDS if bound in schema)


_BOUNDS = {"format": "as", "minimum": "from", "maximum": "to", "maxLength": "longest", "default": "else"}
