"""Reading a request: its body within bounds, its JSON, who sent it and from where."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request

from leadline.domain.access import ApiKey
from leadline.domain.activities import Actor
from leadline.domain.errors import Fault, Invalid, NotFound
from leadline.domain.users import User
from leadline.web.problems import TooLarge, Unreadable, WrongMediaType

BODY_SECONDS = 15
THROWN_AWAY_MAX = 16_000_000
USER_AGENT_LENGTH = 500
ID_SHOWN_LENGTH = 40

AnyRequest = Request[Any, Any, Any]


async def read_body(request: AnyRequest, limit: int) -> bytes:
    """The raw body. Raises TooLarge beyond `limit` bytes, none of which is kept, and Unreadable for one that trickles."""
    chunks: list[bytes] = []
    size = 0
    async with in_time():
        async for chunk in request.stream():
            size += len(chunk)
            # What is too much is still read for a while, and thrown away: a client that is cut off while it sends sees a
            # broken connection in place of the answer.
            if size > limit + THROWN_AWAY_MAX:
                break
            if size <= limit:
                chunks.append(chunk)
    if size > limit:
        raise TooLarge(f"the body has more than {limit} bytes, the most that this address takes")
    return b"".join(chunks)


def media_type_of(request: AnyRequest) -> str:
    """What a request says its body is, without parameters; empty where it says nothing."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


@asynccontextmanager
async def in_time() -> AsyncIterator[None]:
    """Round the reading of a body. Raises Unreadable for one that trickles: the server itself waits for ever."""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            yield
    except TimeoutError:
        raise Unreadable(f"the body did not arrive within {BODY_SECONDS} seconds") from None


def check_json(request: AnyRequest) -> None:
    """Only JSON that says so: anything else could come from a form on another site."""
    media_type = media_type_of(request)
    if media_type != "application/json" and not media_type.endswith("+json"):
        raise WrongMediaType(f"send application/json, not {media_type or 'a body without a type'}")


def decode(body: bytes) -> Any:
    """JSON as plain values. Raises Unreadable for what is none: bad syntax, NaN, invalid UTF-8, nesting without end."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
        raise Unreadable(f"the body is not valid JSON: {error}") from error
    except RecursionError as error:
        raise Unreadable("the body is nested too deeply") from error


async def read_json(request: AnyRequest, limit: int) -> Any:
    """The JSON in a body."""
    check_json(request)
    return decode(await read_body(request, limit))


async def read_object(request: AnyRequest, limit: int) -> dict[str, Any]:
    """The JSON object in a body."""
    value = await read_json(request, limit)
    if not isinstance(value, dict):
        raise Invalid([Fault("", "must be a JSON object")])
    return value


def read_id(text: str, of: str) -> UUID:
    """The id in a path, of a thing that is called `of`. Raises NotFound for what is no id: there is no such thing."""
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound(f"no {of} {text[:ID_SHOWN_LENGTH]}") from error


def seen_tag(request: AnyRequest) -> str | None:
    """The mark in `If-Match` of what the caller saw, or None where any will do. An empty one is the mark of nothing: whoever meant
    to say what they saw is not taken for somebody who said that they do not care."""
    seen = request.headers.get("if-match", "*").strip()
    return None if seen == "*" else seen.removeprefix("W/").strip('"')


def actor_of(request: AnyRequest, key: ApiKey) -> Actor:
    """A program as it stands in the trail."""
    return Actor("api_key", key.name, ip_address=address_of(request), user_agent=agent_of(request))


def person_in(request: AnyRequest, user: User) -> Actor:
    """A person as they stand in the trail."""
    return Actor("user", user.full_name, user.id, address_of(request), agent_of(request))


def address_of(request: AnyRequest) -> str | None:
    """Where the request came from, as the server saw it (`web.edge` knows about trusted proxies)."""
    client = request.scope.get("client")
    return client[0] if client else None


def agent_of(request: AnyRequest) -> str | None:
    """What the client calls itself, without characters that no store keeps."""
    agent = request.headers.get("user-agent")
    return agent.replace("\0", "")[:USER_AGENT_LENGTH] if agent else None
