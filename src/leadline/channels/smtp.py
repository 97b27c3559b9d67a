"""Talking to a mail server: a few lines kept open for a burst, made anew when they drop, each try bounded in time."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from aiosmtplib import (
    SMTP,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from leadline.ports.channels import PermanentFault, SendFault, TransientFault

LINES_MAX = 4
TIMEOUT_SECONDS = 15.0
SCHEMES = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}

# These refusals of a recipient mean that there is no such mailbox, unless an enhanced code (RFC 3463) says another thing.
_NO_MAILBOX = (550, 551, 553, 556)
_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class MailServerAddress:
    """SMTP_URL, read. `must_encrypt` says that nothing is said in the clear; else it is encrypted where the server offers it."""

    host: str
    port: int
    is_tls: bool = False
    must_encrypt: bool = False
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, url: str) -> "MailServerAddress":
        """Read smtp://, smtp+starttls:// or smtps://, with USER:PASSWORD@ where the server wants a login. A password is never
        sent in the clear to another machine. Raises ValueError with what is wrong."""
        parts = urlsplit(url)
        if parts.scheme not in SCHEMES or not parts.hostname:
            raise ValueError("must be smtp://HOST:PORT, smtp+starttls://HOST:PORT or smtps://HOST:PORT")
        username = unquote(parts.username) if parts.username else None
        is_far_login = username is not None and parts.hostname not in _LOOPBACK
        return cls(
            parts.hostname,
            parts.port or SCHEMES[parts.scheme],
            is_tls=parts.scheme == "smtps",
            must_encrypt=parts.scheme == "smtp+starttls" or (parts.scheme == "smtp" and is_far_login),
            username=username,
            password=unquote(parts.password or "") if username else None,
        )


class MailServer:
    """The lines to one server."""

    def __init__(self, address: MailServerAddress, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._address = address
        self._timeout = timeout_seconds
        self._free: list[SMTP] = []
        self._room = asyncio.Semaphore(LINES_MAX)

    async def send(self, message: EmailMessage, sender: str, recipient: str) -> str:
        """What the server said when it took the message. Raises TransientFault and PermanentFault."""
        try:
            async with asyncio.timeout(self._timeout), self._room, self._line() as line:
                _, words = await line.send_message(message, sender=sender, recipients=[recipient])
                return words
        except TimeoutError:
            raise TransientFault(f"the mail server did not answer within {self._timeout:g} s") from None
        except (SMTPException, OSError, ValueError) as error:
            raise fault_of(error) from error

    async def close(self) -> None:
        """Close every line; a server that does not answer is left."""
        while self._free:
            await _leave(self._free.pop())

    @asynccontextmanager
    async def _line(self) -> AsyncIterator[SMTP]:
        """A line that answers. After a refusal it is kept; after anything else nobody knows in what state it is."""
        line = await self._open_line()
        is_sound = False
        try:
            yield line
            is_sound = True
        except (SMTPResponseException, SMTPRecipientsRefused, SMTPNotSupported):
            is_sound = True
            raise
        finally:
            if is_sound and line.is_connected:
                self._free.append(line)
            else:
                line.close()

    async def _open_line(self) -> SMTP:
        while self._free:
            line = self._free.pop()
            with suppress(SMTPException, OSError):
                # The server may have hung up meanwhile: better heard before the message than after it.
                await line.noop()
                return line
            line.close()
        return await self._new_line()

    async def _new_line(self) -> SMTP:
        to = self._address
        line = SMTP(
            hostname=to.host,
            port=to.port,
            username=to.username,
            password=to.password,
            timeout=self._timeout,
            use_tls=to.is_tls,
            start_tls=False if to.is_tls else (True if to.must_encrypt else None),
        )
        try:
            await line.connect()
        except (SMTPException, OSError, ValueError) as error:
            line.close()
            # Also a wrong password or a missing certificate: it is about us, not about this message, and somebody mends it.
            raise TransientFault(f"no line to the mail server {to.host}: {_words(error)}") from error
        return line


def fault_of(error: Exception) -> SendFault:
    """What an error of the conversation means for this message."""
    if isinstance(error, SendFault):
        return error
    if isinstance(error, SMTPRecipientsRefused) and error.recipients:
        refusal = error.recipients[0]
        return _refused(refusal.code, refusal.message, is_about_recipient=True)
    if isinstance(error, SMTPNotSupported):
        return PermanentFault(f"the mail server cannot take this address: {_words(error)}")
    if isinstance(error, SMTPResponseException):
        return _refused(error.code, error.message, is_about_recipient=False)
    if isinstance(error, ValueError):
        return PermanentFault(f"this message cannot be sent: {_words(error)}")
    return TransientFault(f"the mail server hung up: {_words(error)}")


def _refused(code: int, text: str, *, is_about_recipient: bool) -> SendFault:
    words = f"{code} {' '.join(text.split())[:400]}"
    if not 500 <= code < 600:
        # 421 is the server closing; a mailbox that is full or greylisted says nothing about the next one.
        return TransientFault(words, is_there=is_about_recipient and code != 421)
    enhanced = _ENHANCED.search(text)
    says_no_mailbox = enhanced is None or enhanced.groups()[:2] == ("5", "1")
    is_dead = is_about_recipient and code in _NO_MAILBOX and says_no_mailbox
    return PermanentFault(words, is_dead_address=is_dead)


def _words(error: Exception) -> str:
    return " ".join(str(error).split())[:400] or type(error).__name__


async def _leave(line: SMTP) -> None:
    with suppress(SMTPException, OSError, TimeoutError):
        async with asyncio.timeout(2):
            await line.quit()
    line.close()
