"""Slack on loopback, as far as it takes messages: by token and by webhook."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from leadline.channels.slack import SlackAccess, SlackChannel
from tests.channels.provider import Manner, Provider

PATIENCE_SECONDS = 2.0
TOKEN = "xoxb-a-token"
_CODES = {"refuse": "msg_too_long", "refuse the recipient": "channel_not_found"}


@dataclass
class SlackProvider(Provider):
    """With what only Slack has."""

    # (method, body) of everything that was asked.
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    origin: str = ""
    # A status, a body and headers to answer in place of what the manner says.
    answer: tuple[int, str, dict[str, str]] | None = None


class _Slack:
    def __init__(self, provider: SlackProvider) -> None:
        self._provider = provider

    async def take(self, request: web.Request) -> web.StreamResponse:
        provider, raw = self._provider, await request.text()
        method = request.path.rpartition("/")[2]
        provider.asked.append((method, json.loads(raw)))
        is_hook = request.path.startswith("/services/")
        if not is_hook and request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return _said({"ok": False, "error": "invalid_auth"})
        if provider.answer is not None:
            status, text, headers = provider.answer
            return web.Response(status=status, text=text, headers=headers, content_type="application/json")
        return await self._behave(request, provider.manner(), raw, is_hook)

    async def _behave(self, request: web.Request, manner: Manner, raw: str, is_hook: bool) -> web.StreamResponse:
        provider = self._provider
        if manner in _CODES:
            code = _CODES[manner]
            return web.Response(status=404, text=code) if is_hook else _said({"ok": False, "error": code})
        if manner == "ask to wait":
            return web.Response(status=429, text="ratelimited", headers={"Retry-After": "7"})
        if manner == "fail":
            return web.Response(status=503, text="<html>away</html>", content_type="text/html")
        if manner == "hang":
            await provider.released.wait()
            return web.Response(status=503)
        provider.taken.append(raw)
        if manner == "drop":
            assert request.transport is not None
            request.transport.close()
        return (
            web.Response(text="ok")
            if is_hook
            else _said({"ok": True, "channel": "C024BE91L", "ts": "1405895017.000506"})
        )


def _said(body: dict[str, Any]) -> web.Response:
    return web.json_response(body)


@asynccontextmanager
async def slack_provider(*, by_webhook: bool = False) -> AsyncIterator[SlackProvider]:
    """A running one and a channel to it, until the end of the block."""
    provider = SlackProvider(unmade_channel(), "#leads", "#leads")
    application = web.Application()
    application.router.add_post("/{path:.*}", _Slack(provider).take)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    provider.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    access = (
        SlackAccess(webhook_url=f"{provider.origin}/services/T0/B0/secret")
        if by_webhook
        else SlackAccess(TOKEN, api_url=f"{provider.origin}/api/")
    )
    channel = provider.channel = SlackChannel(access, PATIENCE_SECONDS)
    try:
        yield provider
    finally:
        provider.released.set()
        await channel.close()
        await runner.cleanup()


@asynccontextmanager
async def slack_webhook_provider() -> AsyncIterator[SlackProvider]:
    """The same by an incoming webhook."""
    async with slack_provider(by_webhook=True) as provider:
        yield provider


def unmade_channel() -> SlackChannel:
    """The channel of a house without settings."""
    return SlackChannel(SlackAccess())
