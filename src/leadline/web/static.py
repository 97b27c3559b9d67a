"""Style sheets, scripts and pictures: held in memory, under addresses that change with their content, so that a browser may keep them."""

import hashlib
from importlib import resources

from litestar import Response, get
from litestar.params import FromPath

from leadline.domain.errors import NotFound
from leadline.web.actions import doing

FOR_EVER = "public, max-age=31536000, immutable"
FOR_A_MINUTE = "public, max-age=60"

# What `make` fetches (package.json); the repository has none of it, a wheel carries it.
VENDORED = ("htmx.min.js",)

_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


def _read() -> dict[str, tuple[bytes, str]]:
    """Every file with the digest that stands in its address. Raises RuntimeError where the front end was never fetched."""
    folder = resources.files("leadline.web") / "static"
    contents = {file.name: file.read_bytes() for file in folder.iterdir() if file.name.rpartition(".")[2] in _TYPES}
    for name in VENDORED:
        try:
            contents[name] = (folder / "vendor" / name).read_bytes()
        except FileNotFoundError as error:
            raise RuntimeError(f"static/vendor/{name} is missing: run `make` once, which fetches it") from error
    return {name: (content, hashlib.sha256(content).hexdigest()[:12]) for name, content in contents.items()}


ASSETS = _read()
# What other people's pages carry is sent without its comments and its indentation.
_EMBED = b"\n".join(
    line for line in map(bytes.strip, ASSETS["embed.js"][0].splitlines()) if line and not line.startswith(b"//")
)


def asset(name: str) -> str:
    """The address of a file. Raises KeyError for one that is not there, at the first rendering of its template."""
    return f"/static/{ASSETS[name][1]}/{name}"


@get("/static/{digest:str}/{name:str}", opt=doing("open"))
async def static_file(digest: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """A file. A page that was made by another version asks for another digest: it gets what there is, for a minute."""
    if name not in ASSETS:
        raise NotFound("There is nothing here.")
    content, own = ASSETS[name]
    return _answer(name, content, FOR_EVER if digest == own else FOR_A_MINUTE)


@get("/engage.js", opt=doing("open"))
async def engage_script() -> Response[bytes]:
    """The script for a company's own site, under an address that stays."""
    return _answer("engage.js", ASSETS["engage.js"][0], "public, max-age=3600")


@get("/embed.js", opt=doing("open"))
async def embed_script() -> Response[bytes]:
    """The script that brings a form of ours to a company's own site, under an address that stays."""
    return _answer("embed.js", _EMBED, "public, max-age=3600")


@get("/favicon.ico", opt=doing("open"))
async def favicon() -> Response[bytes]:
    """Browsers ask for it unasked, also beside an answer that is no page."""
    return _answer("favicon.svg", ASSETS["favicon.svg"][0], "public, max-age=86400")


def _answer(name: str, content: bytes, caching: str) -> Response[bytes]:
    media_type = _TYPES[name.rpartition(".")[2]]
    return Response(content, media_type=media_type, headers={"Cache-Control": caching})
