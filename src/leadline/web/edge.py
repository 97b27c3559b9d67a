"""The outermost layer: a request id and safe headers on every answer, requests refused that no
handler should see, HEAD answered as GET."""

import ipaddress
from collections.abc import Callable, MutableMapping
from typing import Any

from leadline.web.problems import MEDIA_TYPE, problem

Message = MutableMapping[str, Any]
ASGIApp = Callable[..., Any]

REQUEST_ID_MAX = 100
HEADERS_BYTES_MAX = 32_768

_ALWAYS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
]
POLICY_HEADER = "content-security-policy"


def policy(frame_ancestors: str = "'none'", form_action: str = "'self'", challenge: str = "") -> str:
    """What a page may load and do, who may frame it and where its form may lead. `challenge` is another origin whose script and
    frame the page needs."""
    also = f" {challenge}" if challenge else ""
    framed = f" frame-src {challenge};" if challenge else ""
    return (
        f"default-src 'none'; script-src 'self'{also}; style-src 'self'; img-src 'self' data:; font-src 'self';"
        f" connect-src 'self'{also};{framed} form-action {form_action}; base-uri 'none'; frame-ancestors {frame_ancestors}"
    )


_HTML = [(POLICY_HEADER.encode(), policy().encode()), (b"x-frame-options", b"DENY")]
_HSTS = (b"strict-transport-security", b"max-age=31536000")


class Edge:
    """Wraps the application. `trusted_proxies` are the networks whose X-Forwarded-For is believed; nobody else's is."""

    def __init__(
        self, app: ASGIApp, *, new_request_id: Callable[[], str], is_https: bool, trusted_proxies: tuple[str, ...]
    ) -> None:
        self._app = app
        self._new_request_id = new_request_id
        self._always = [*_ALWAYS, _HSTS] if is_https else _ALWAYS
        self._proxies = [ipaddress.ip_network(proxy, strict=False) for proxy in trusted_proxies]

    async def __call__(
        self, scope: MutableMapping[str, Any], receive: Callable[..., Any], send: Callable[..., Any]
    ) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = scope["headers"]
        request_id = _given_id(headers) or self._new_request_id()
        scope.setdefault("state", {})["request_id"] = request_id
        if self._proxies:
            scope["client"] = self._client(scope)
        always, encoded_id = self._always, request_id.encode()
        is_head = scope["method"] == "HEAD"

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = list(message["headers"])
                names = {name for name, _ in own}
                own.append((b"x-request-id", encoded_id))
                own += [header for header in always if header[0] not in names]
                is_html = any(name == b"content-type" and value.startswith(b"text/html") for name, value in own)
                # A page that says itself who may frame it would be contradicted by the older header.
                if is_html and POLICY_HEADER.encode() not in names:
                    own += _HTML
                message["headers"] = own
            if is_head:
                await _send_without_body(message, send)
            else:
                await send(message)

        refusal = _refusal(headers)
        if refusal is None:
            # Nothing behind here knows HEAD: it is the GET without what it would send. The server keeps its own scope.
            inner = {**scope, "method": "GET"} if is_head else scope
            await self._app(inner, receive, send_with_headers)
            return
        status, detail = refusal
        head = [(b"content-type", MEDIA_TYPE.encode()), (b"connection", b"close")]
        await send_with_headers({"type": "http.response.start", "status": status, "headers": head})
        await send_with_headers({"type": "http.response.body", "body": problem(status, detail, request_id)})

    def _client(self, scope: MutableMapping[str, Any]) -> tuple[str, int] | None:
        """The last hop that is no trusted proxy."""
        hops = [
            part.strip()
            for name, value in scope["headers"]
            if name == b"x-forwarded-for"
            for part in value.decode("latin-1").split(",")
        ]
        client: tuple[str, int] | None = scope.get("client")
        while client is not None and hops and self._is_proxy(client[0]):
            address = hops.pop()
            try:
                client = (str(ipaddress.ip_address(address)), 0)
            except ValueError:
                break
        return client

    def _is_proxy(self, address: str) -> bool:
        try:
            return any(ipaddress.ip_address(address) in network for network in self._proxies)
        except ValueError:
            return False


async def _send_without_body(message: Message, send: Callable[..., Any]) -> None:
    """Only the head, after which the answer is whole: a stream that went on would be listened to by nobody."""
    if message["type"] == "http.response.start":
        await send(message)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _given_id(headers: list[tuple[bytes, bytes]]) -> str | None:
    """The caller's own request id, where it is harmless to repeat."""
    for name, value in headers:
        if name == b"x-request-id":
            text = value.decode("latin-1")
            if 0 < len(text) <= REQUEST_ID_MAX and text.isascii() and all(c.isalnum() or c in "-_.:" for c in text):
                return text
    return None


def _refusal(headers: list[tuple[bytes, bytes]]) -> tuple[int, str] | None:
    """Requests that proxies and servers read differently (smuggling), without a host, or with headers without end."""
    names = [name for name, _ in headers]
    if b"content-length" in names and b"transfer-encoding" in names:
        return 400, "Content-Length and Transfer-Encoding were both sent; send one of them."
    if names.count(b"host") != 1:
        return 400, "Exactly one Host header is needed."
    if sum(len(name) + len(value) for name, value in headers) > HEADERS_BYTES_MAX:
        return 431, f"The headers are longer than {HEADERS_BYTES_MAX} bytes."
    return None
