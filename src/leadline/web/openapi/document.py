"""Puts the document together: the handlers say path, method and purpose, `operations` the rest."""

import inspect
import re
from collections.abc import Iterable
from importlib.metadata import version
from typing import Any

from litestar.handlers import HTTPRouteHandler

from leadline.web.openapi.operation import REASONS, Operation
from leadline.web.openapi.operations import OPERATIONS
from leadline.web.openapi.schemas import components
from leadline.web.openapi.types import Schema, ref

_parameter = re.compile(r"\{(\w+):\w+\}")


def describe(handlers: Iterable[HTTPRouteHandler], origin: str) -> dict[str, Any]:
    """The whole document. Raises KeyError for a handler that `operations` does not know."""
    paths: dict[str, Any] = {}
    for handler in handlers:
        for path in handler.paths:
            for method in handler.http_methods:
                paths.setdefault(_parameter.sub(r"{\1}", path), {})[method.lower()] = _operation(handler, path)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Leadline",
            "version": version("leadline"),
            "description": "Takes leads, scores them, routes them, and says why. Errors are problem details (RFC 9457).",
        },
        "servers": [{"url": origin}],
        "paths": paths,
        "components": {
            "schemas": components(),
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "An API key: `ll_...`"}},
        },
    }


def _operation(handler: HTTPRouteHandler, path: str) -> Schema:
    known = OPERATIONS[str(handler.operation_id)]
    purpose = inspect.getdoc(handler.fn) or ""
    described: Schema = {
        "operationId": handler.operation_id,
        "tags": list(handler.tags or ()),
        "summary": purpose.partition("\n")[0],
        "parameters": _parameters(path, known),
        "responses": {str(status): _response(status, known) for status in sorted({*known.answers, *known.problems})},
        "security": [{"key": []}] if known.scope else [],
    }
    if known.scope:
        described["description"] = f"The key needs the scope `{known.scope}`, or `admin`."
    if known.body is not None:
        described["requestBody"] = {"required": True, "content": {known.body_type: {"schema": known.body}}}
    return described


def _parameters(path: str, known: Operation) -> list[Schema]:
    in_path = [_parameter_of("path", name, {"type": "string"}, required=True) for name in _parameter.findall(path)]
    in_query = [_parameter_of("query", name, schema) for name, schema in known.query.items()]
    in_header = [
        _parameter_of("header", name, schema, required=name in known.needed) for name, schema in known.headers.items()
    ]
    return in_path + in_query + in_header


def _parameter_of(place: str, name: str, schema: Schema, *, required: bool = False) -> Schema:
    schema = dict(schema)
    description = schema.pop("description", None)
    described = {"description": description} if description else {}
    return {"name": name, "in": place, "required": required, "schema": schema} | described


def _response(status: int, known: Operation) -> Schema:
    good = known.answers.get(status)
    content: Schema = {"application/problem+json": {"schema": ref("Problem")}}
    if good is not None:
        content = {media_type: {"schema": good} for media_type in known.answer_types}
    why = known.why.get(status) or REASONS.get(status, "Done.")
    headers = {"X-Request-Id": {"schema": {"type": "string"}}}
    if status in (429, 503):
        headers["Retry-After"] = {"schema": {"type": "integer"}}
    return {"description": why, "headers": headers, "content": content}
