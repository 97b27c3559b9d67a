"""Addresses of ours: the one that was asked for, and the one to go back to."""

from typing import Any
from urllib.parse import quote, urlsplit

from litestar import Request

NEXT_LENGTH_MAX = 2_000


def own_path(request: Request[Any, Any, Any]) -> str:
    """The path and query of a request, as a link to it."""
    query = request.scope["query_string"].decode("latin-1")
    return quote(request.scope["path"]) + (f"?{query}" if query else "")


def safe_next(text: str | None) -> str:
    """Where to go after the login: a path of ours, never another site. A browser drops tabs and line breaks, takes a backslash
    for a slash, and reads two slashes as a host; none of them is let through."""
    if not text or len(text) > NEXT_LENGTH_MAX or not text.startswith("/"):
        return "/"
    is_plain = text.isascii() and text.isprintable() and "\\" not in text and " " not in text
    return text if is_plain and not text.startswith(("//", "/login", "/logout")) else "/"


def path_of(address: str) -> str:
    """The path and query of an address that a browser says it shows; "/" for one that cannot be read."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "/"
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
