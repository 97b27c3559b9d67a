"""A mail server on loopback (aiosmtpd), in the loop of the test."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from leadline.channels.email import EmailChannel, Sender
from leadline.channels.smtp import MailServer, MailServerAddress
from leadline.domain.sent_links import SentLinks
from tests.channels.provider import Manner, Provider

LINKS = SentLinks("https://leads.example.com", "k" * 32)
POSTAL_ADDRESS = "Acme Ltd, 1 Main Street, Springfield"
PATIENCE_SECONDS = 2.0


class Handler:
    """aiosmtpd calls these by their names."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._manner: Manner = "take"
        self.envelopes: list[Envelope] = []
        self.lines = 0

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self._manner = self._provider.manner()
        if self._manner == "refuse the recipient":
            return "550 5.1.1 no such mailbox"
        if self._manner == "ask to wait":
            return "451 4.7.1 greylisted, try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self._manner == "refuse":
            return "554 5.7.1 this message looks like spam"
        if self._manner == "fail":
            return "451 4.3.0 out of order"
        if self._manner == "hang":
            await self._provider.released.wait()
            return "421 closing"
        assert isinstance(envelope.content, bytes)
        self._provider.taken.append(envelope.content.decode())
        self.envelopes.append(envelope)
        if self._manner == "drop":
            assert server.transport is not None
            server.transport.abort()
        return "250 2.0.0 queued as 7"


@dataclass
class MailProvider(Provider):
    """With what only a mail server has."""

    handler: Any = None
    server: Any = None
    port: int = 0


@asynccontextmanager
async def mail_provider(*, offers_utf8: bool = True) -> AsyncIterator[MailProvider]:
    """A running one and a channel to it, until the end of the block."""
    provider = MailProvider(unmade_channel(), "rita@company.example.com", "lee@firm.example.com")
    handler = provider.handler = Handler(provider)

    def line() -> SMTP:
        handler.lines += 1
        return SMTP(handler, hostname="mail.example.com", enable_SMTPUTF8=offers_utf8, decode_data=False)

    server = provider.server = await asyncio.get_running_loop().create_server(line, "127.0.0.1", 0)
    provider.port = server.sockets[0].getsockname()[1]
    provider.channel = channel_to(f"smtp://127.0.0.1:{provider.port}")
    try:
        yield provider
    finally:
        provider.released.set()
        await provider.channel.close()
        server.close()


def channel_to(url: str, mail_from: str = "Acme Sales <sales@acme.example.com>") -> EmailChannel:
    """The channel of a house that has an address."""
    address = MailServerAddress.parse(url)
    return EmailChannel(MailServer(address, PATIENCE_SECONDS), Sender.parse(mail_from), LINKS, POSTAL_ADDRESS)


def unmade_channel() -> EmailChannel:
    """The channel of a house without settings."""
    return EmailChannel(None, None, LINKS)
