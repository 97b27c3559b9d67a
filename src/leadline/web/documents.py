"""The description of the API, for programs and for people: behind a key or a session, unless a setting opens it."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from leadline.web.answers import json_answer
from leadline.web.error_pages import wants_page
from leadline.web.pages import frame
from leadline.web.paths import own_path
from leadline.web.presenting.api_docs import sections
from leadline.web.problems import Unauthorized
from leadline.web.reading import AnyRequest, known_key
from leadline.web.rendering import page
from leadline.web.services import Services
from leadline.web.sessions import NotSignedIn, Viewer, find_viewer


@get("/openapi.json")
async def openapi_json(
    request: AnyRequest, services: NamedDependency[Services], document: NamedDependency[dict[str, Any]]
) -> Response[bytes]:
    """The OpenAPI document."""
    await _reader(request, services)
    return json_answer(document)


@get("/docs")
async def docs(
    request: AnyRequest, services: NamedDependency[Services], document: NamedDependency[dict[str, Any]]
) -> Response[bytes]:
    """The same as a page. It is made here: nothing of it comes from anywhere else."""
    viewer = await _reader(request, services)
    return page("docs.html", **(frame(viewer, services) if viewer else {}), **sections(document))


async def _reader(request: AnyRequest, services: Services) -> Viewer | None:
    """Who reads, None for a program or where it is open. Raises Unauthorized; sends a browser to the login."""
    if "authorization" in request.headers:
        await known_key(request, services)
        return None
    viewer = await find_viewer(request, services)
    if viewer is None and not services.settings.open_metrics:
        raise NotSignedIn(own_path(request)) if wants_page(request) else Unauthorized("send an API key, or sign in")
    return viewer
