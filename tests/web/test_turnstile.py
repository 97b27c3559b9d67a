"""Turnstile: a server on loopback plays Cloudflare. A person's answer makes a lead; any trouble is quarantine, never the bin."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from urllib.parse import parse_qs

import pytest

from tests.web.browsing import House, running
from tests.web.test_forms import ANN, kept, open_form, token

Play = Callable[[dict[str, list[str]]], bytes]


def verdict(status: int = 200, **said: object) -> Play:
    body = json.dumps(said).encode()
    return lambda asked: (
        b"HTTP/1.1 %d X\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (status, len(body), body)
    )


@asynccontextmanager
async def playing(play: Play, asked: list[dict[str, list[str]]]) -> AsyncIterator[str]:
    """The address of a server that answers every question so."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        asked.append(parse_qs((await reader.readexactly(length)).decode()))
        writer.write(play(asked[-1]))
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/siteverify"


async def sent(house: House, answer: str | None = "an answer") -> tuple[str, str]:
    """What a form with Turnstile comes to, and why."""
    await open_form(house, turnstile=True)
    http = await house.browser()
    fields = ANN | {"ll_token": token()} | ({"cf-turnstile-response": answer} if answer is not None else {})
    assert (await http.post("/f/contact", data=fields)).status_code == 303
    (record,) = await kept(house)
    return record.outcome, record.faults[0].detail if record.faults else ""


@pytest.mark.parametrize(
    ("play", "outcome", "reason"),
    [
        (verdict(success=True, hostname="127.0.0.1", action="contact"), "created", ""),
        (verdict(success=True), "created", ""),
        (verdict(success=True, hostname="evil.example"), "quarantined", "another site"),
        (verdict(success=True, hostname="127.0.0.1", action="other"), "quarantined", "another form"),
        (verdict(success=False, **{"error-codes": ["timeout-or-duplicate"]}), "quarantined", "timeout-or-duplicate"),
        (verdict(400, success=False), "quarantined", "person"),
        (verdict(503), "quarantined", "503"),
        (lambda asked: b"", "quarantined", "could not be asked"),
        (lambda asked: b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nhuh?", "quarantined", "could not be asked"),
        (lambda asked: b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n[]", "quarantined", "could not be asked"),
    ],
)  # fmt: skip
async def test_what_cloudflare_says_decides_and_trouble_is_quarantine(play: Play, outcome: str, reason: str) -> None:
    asked: list[dict[str, list[str]]] = []
    async with playing(play, asked) as address:
        keys = {"turnstile_site_key": "site", "turnstile_secret": "s3cret", "turnstile_verify_url": address}
        async with running(**keys) as house:
            found, why = await sent(house)

    assert found == outcome
    assert reason in why
    assert asked[0]["secret"] == ["s3cret"]
    assert asked[0]["response"] == ["an answer"]


@pytest.mark.parametrize("answer", [None, "", "x" * 3_000])
async def test_no_answer_of_the_widget_is_doubt_and_nobody_is_asked(answer: str | None) -> None:
    async with running(
        turnstile_site_key="site", turnstile_secret="s", turnstile_verify_url="http://127.0.0.1:1/"
    ) as house:
        assert (await sent(house, answer))[0] == "quarantined"


async def test_a_server_that_is_away_or_not_set_up_is_doubt() -> None:
    async with running(
        turnstile_site_key="site", turnstile_secret="s", turnstile_verify_url="http://127.0.0.1:1/"
    ) as house:
        assert "could not be asked" in (await sent(house))[1]
    async with running() as house:
        assert "TURNSTILE_SECRET" in (await sent(house))[1]


async def test_the_policy_opens_for_cloudflare_only_where_a_form_asks_for_it() -> None:
    async with running(turnstile_site_key="site", turnstile_secret="s") as house:
        await open_form(house, turnstile=True)
        await open_form(house, "plain")
        http = await house.browser()
        asking, plain = await http.get("/f/contact"), await http.get("/f/plain")

    assert "frame-src https://challenges.cloudflare.com" in asking.headers["content-security-policy"]
    assert 'data-sitekey="site" data-action="contact"' in asking.text
    assert "cloudflare" not in plain.text + plain.headers["content-security-policy"]
