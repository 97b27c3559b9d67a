"""Templates to pages. Everything is escaped, an unknown name is an error, and no template marks anything as safe."""

from importlib.metadata import version
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import Response
from litestar.datastructures import Cookie

from leadline.web.static import asset

HTML = "text/html"

templates = Environment(
    loader=PackageLoader("leadline.web"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
templates.globals.update(asset=asset, version=version("leadline"))


def render(template: str, **context: Any) -> bytes:
    """The HTML of a page. `viewer` is who looks at it, None where nobody is signed in; `toast` says what was just done."""
    return templates.get_template(template).render({"viewer": None, "toast": None} | context).encode("utf-8", "replace")


def page(
    template: str,
    status: int = 200,
    headers: dict[str, str] | None = None,
    cookies: list[Cookie] | None = None,
    **context: Any,
) -> Response[bytes]:
    """A page as an answer."""
    return Response(
        render(template, **context), status_code=status, media_type=HTML, headers=headers or {}, cookies=cookies or []
    )


def see_other(location: str, cookies: list[Cookie] | None = None) -> Response[bytes]:
    """Go there with a GET, also after a POST."""
    return Response(
        b"", status_code=303, media_type="text/plain", headers={"Location": location}, cookies=cookies or []
    )
