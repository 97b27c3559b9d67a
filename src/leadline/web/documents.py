"""The description of the API, for programs and for people: behind a key or a session, unless a setting opens it."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from leadline.web.actions import doing
from leadline.web.answers import json_answer
from leadline.web.csrf import BY_KEY_OR_SESSION
from leadline.web.pages import frame
from leadline.web.presenting.api_docs import sections
from leadline.web.reading import AnyRequest
from leadline.web.rendering import page
from leadline.web.services import Services
from leadline.web.sessions import find_viewer


@get("/openapi.json", opt=doing("describe_api") | BY_KEY_OR_SESSION)
async def openapi_json(document: NamedDependency[dict[str, Any]]) -> Response[bytes]:
    """The OpenAPI document."""
    return json_answer(document)


@get("/docs", opt=doing("describe_api") | BY_KEY_OR_SESSION)
async def docs(
    request: AnyRequest, services: NamedDependency[Services], document: NamedDependency[dict[str, Any]]
) -> Response[bytes]:
    """The same as a page. It is made here: nothing of it comes from anywhere else."""
    viewer = None if "authorization" in request.headers else await find_viewer(request, services)
    return page("docs.html", **(frame(viewer, services) if viewer else {}), **sections(document))
