"""Slack: messages of `slack_blocks`, sent by a bot's token or to an incoming webhook."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from leadline.channels.slack_blocks import content_of, escaped
from leadline.domain.cards import CARD_UPDATE
from leadline.ports.channels import Content, Occasion, PermanentFault, Receipt, SendFault, TransientFault

TIMEOUT_SECONDS = 15.0
REPLY_SECONDS = 10.0
RETRY_AFTER_SECONDS_MAX = 3_600.0
# What an admin must mend: the message is as good as it was, so it waits.
_ABOUT_US = frozenset(
    {
        "invalid_auth",
        "not_authed",
        "account_inactive",
        "token_revoked",
        "token_expired",
        "missing_scope",
        "not_in_channel",
    }
)
_FOR_NOW = frozenset(
    {
        "ratelimited",
        "rate_limited",
        "internal_error",
        "fatal_error",
        "service_unavailable",
        "request_timeout",
        "team_added_to_org",
        "rollup_error",
        "message_limit_exceeded",
    }
)
_GONE = frozenset({"channel_not_found", "is_archived", "channel_is_archived", "user_not_found"})
_MEND = {
    "invalid_auth": "Slack does not know SLACK_BOT_TOKEN",
    "not_in_channel": "the bot is not in this channel: /invite it",
    "channel_not_found": "Slack has no such channel, or the bot may not see it",
    "missing_scope": "SLACK_BOT_TOKEN lacks the scope chat:write",
}

# The client says at DEBUG what it sends, which is about people.
_log = logging.getLogger("leadline.channels.slack")
_log.setLevel(logging.INFO)


@dataclass(frozen=True, slots=True)
class SlackAccess:
    """How we get in: a bot's token, or the URL of an incoming webhook, which knows its channel. `takes_clicks` says that clicks on
    buttons reach us and are believed."""

    token: str | None = field(default=None, repr=False)
    webhook_url: str | None = field(default=None, repr=False)
    api_url: str = "https://slack.com/api/"
    takes_clicks: bool = True


class SlackChannel:
    """Messages to Slack channels. The receipt of a card names channel and message, "C024BE91L/1405895017.000506", which is also the
    recipient of a `card_update`: that edits the message in place. Of what is no card it names the message only."""

    def __init__(self, access: SlackAccess, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._access = access
        self._timeout = timeout_seconds
        self._session: aiohttp.ClientSession | None = None

    @property
    def hindrance(self) -> str | None:
        """Which setting is missing."""
        has_way = self._access.token or self._access.webhook_url
        return None if has_way else "SLACK_BOT_TOKEN or SLACK_WEBHOOK_URL is not set"

    def render(self, occasion: Occasion) -> Content:
        """Blocks, and the text that stands for them."""
        content = content_of(occasion, has_buttons=self._access.takes_clicks)
        if occasion.notification.template_name != CARD_UPDATE:
            return content
        return Content(content.subject, content.body, {**content.parts, "edits": True})

    async def send(self, recipient: str, content: Content, key: str) -> Receipt:
        """Post a message, or edit one. The key goes along as metadata: Slack itself knows no idempotency keys."""
        if self.hindrance:
            raise PermanentFault(self.hindrance)
        message = {
            "text": content.parts.get("text", content.body),
            "blocks": content.parts.get("blocks"),
            "metadata": {"event_type": "leadline_notification", "event_payload": {"key": key}},
            "unfurl_links": False,
            "unfurl_media": False,
        }
        try:
            async with asyncio.timeout(self._timeout):
                if self._access.token is None:
                    return await self._by_webhook(message, edits=bool(content.parts.get("edits")))
                return await self._by_token(recipient, message, content.parts)
        except TimeoutError:
            raise TransientFault(f"Slack did not answer within {self._timeout:g} s") from None
        except SlackApiError as error:
            raise fault_of(error.response) from error
        except (aiohttp.ClientError, SlackClientError, OSError, AttributeError) as error:
            # AttributeError: the client takes an answer that is JSON and no object for one.
            raise TransientFault(f"Slack does not answer: {type(error).__name__}") from error

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    async def _by_token(self, recipient: str, message: dict[str, Any], parts: Mapping[str, Any]) -> Receipt:
        client = AsyncWebClient(
            self._access.token,
            base_url=self._access.api_url,
            session=self._open_session(),
            retry_handlers=[],
            logger=_log,
        )
        if parts.get("edits"):
            channel, _, ts = recipient.partition("/")
            only_posted = ("unfurl_links", "unfurl_media")
            change = {name: value for name, value in message.items() if name not in only_posted}
            answer = await client.api_call("chat.update", json={"channel": channel, "ts": ts, **change})
        else:
            answer = await client.api_call("chat.postMessage", json={"channel": recipient, **message})
        ts = str(answer.get("ts"))
        return Receipt(f"{answer.get('channel')}/{ts}" if parts.get("is_card") else ts, "ok")

    async def _by_webhook(self, message: dict[str, Any], *, edits: bool) -> Receipt:
        assert self._access.webhook_url is not None
        if edits:
            raise PermanentFault("a message sent by a webhook cannot be edited: set SLACK_BOT_TOKEN")
        client = AsyncWebhookClient(
            self._access.webhook_url, session=self._open_session(), retry_handlers=[], logger=_log
        )
        answer = await client.send_dict(message)
        if answer.status_code != 200:
            raise fault(answer.status_code, answer.body.strip()[:200], answer.headers)
        # A webhook says neither channel nor time; the key is what this message is known by.
        return Receipt(message["metadata"]["event_payload"]["key"], answer.body[:200])

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self._timeout))
        return self._session


async def reply(response_url: str, text: str) -> None:
    """Answer a click so that only who clicked sees it. Nobody waits for this: what goes wrong is written to the log."""
    try:
        async with asyncio.timeout(REPLY_SECONDS):
            client = AsyncWebhookClient(response_url, retry_handlers=[], logger=_log)
            answer = await client.send(text=escaped(text), response_type="ephemeral", replace_original=False)
            if answer.status_code != 200:
                _log.warning("Slack did not take the answer to a click: %d", answer.status_code)
    except (TimeoutError, aiohttp.ClientError, SlackClientError, OSError) as error:
        _log.warning("Slack did not take the answer to a click: %s", type(error).__name__)


def fault_of(response: Any) -> SendFault:
    """What an answer of the API means for this message. A 200 says no as well, by `ok: false`."""
    data = getattr(response, "data", None)
    code = data.get("error") if isinstance(data, dict) else None
    # Where the answer is no JSON at all, the client hands on aiohttp's response, which calls its status otherwise.
    status: int = response.status_code if hasattr(response, "status_code") else response.status
    return fault(status, str(code or ""), response.headers)


def fault(status: int, code: str, headers: Mapping[str, str]) -> SendFault:
    """What a status and Slack's word for it mean."""
    said = f"Slack says {status}{f' {code}' if code else ''}"
    said = f"{said}: {_MEND[code]}" if code in _MEND else said
    if status == 429 or code in ("ratelimited", "rate_limited"):
        return TransientFault(said, _retry_after(headers))
    # Without a word of Slack's it is somebody in between who answers.
    if status >= 500 or not code or code in _FOR_NOW or code in _ABOUT_US:
        return TransientFault(said)
    return PermanentFault(said, is_dead_address=code in _GONE)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    text = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    is_number = text.isascii() and text.isdigit()
    return min(float(text), RETRY_AFTER_SECONDS_MAX) if is_number else None
