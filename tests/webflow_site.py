"""A Webflow site on loopback, as far as its API lists submissions: pages, limits, refusals."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN, SITE = "a token of webflow", "site1"


def submission(number: int, at: str = "2026-11-24T11:00:00.000Z", **fields: Any) -> dict[str, Any]:
    """One submission as the API lists it."""
    row = {"id": f"s{number}", "displayName": "Contact Us", "siteId": SITE, "dateSubmitted": at}
    return row | {"formResponse": {"First Name": "Ann", "email": f"ann{number}@firm{number}.example.com"}} | fields


@dataclass
class WebflowSite:
    """`rows` are listed, in pages of `page_max` at most; `first` are answers given before any good one: (status, Retry-After)."""

    origin: str = ""
    rows: list[Any] = field(default_factory=list)
    page_max: int = 100
    first: list[tuple[int, str | None]] = field(default_factory=list)
    has_total: bool = True
    asked: list[str] = field(default_factory=list)
    body: bytes | None = None

    def answer(self, path: str, authorization: str | None) -> tuple[int, str | None, bytes]:
        """Status, Retry-After and body."""
        self.asked.append(path)
        if self.first:
            return (*self.first.pop(0), b"{}")
        if authorization != f"Bearer {TOKEN}":
            return 401, None, b"{}"
        parts = urlsplit(path)
        if parts.path != f"/v2/sites/{SITE}/form_submissions":
            return 404, None, b"{}"
        if self.body is not None:
            return 200, None, self.body
        query = {name: int(values[0]) for name, values in parse_qs(parts.query).items()}
        limit, offset = min(query["limit"], self.page_max), query["offset"]
        page = {"limit": limit, "offset": offset} | ({"total": len(self.rows)} if self.has_total else {})
        sent = {"formSubmissions": self.rows[offset : offset + limit], "pagination": page}
        return 200, None, json.dumps(sent).encode()


@contextmanager
def webflow_site() -> Iterator[WebflowSite]:
    """A running one, until the end of the block."""
    site = WebflowSite()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, retry_after, body = site.answer(self.path, self.headers["authorization"])
            self.send_response(status)
            if retry_after is not None:
                self.send_header("Retry-After", retry_after)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        site.origin = f"http://127.0.0.1:{server.server_address[1]}/v2"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()
