"""E-mail: a letter of `letters` as a MIME message, handed to a mail server by `smtp`."""

import hashlib
import re
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, parseaddr

from leadline.channels.letters import TO_LEADS, Signature, write
from leadline.channels.smtp import MailServer
from leadline.clock import utc_now
from leadline.domain.emails import Email, parse_email
from leadline.domain.sent_links import SentLinks
from leadline.ports.channels import Content, Occasion, PermanentFault, Receipt

# What a left-hand side of a Message-ID may be without quotes (RFC 5322).
_PLAIN_KEY = re.compile(r"[A-Za-z0-9-]{1,64}").fullmatch
_ONE_CLICK = "List-Unsubscribe=One-Click"


@dataclass(frozen=True, slots=True)
class Sender:
    """Whom letters are from."""

    name: str
    address: Email

    @classmethod
    def parse(cls, mail_from: str) -> "Sender":
        """Read "Acme Sales <sales@acme.example.com>", or a bare address. Raises ValueError with what is wrong."""
        name, address = parseaddr(mail_from)
        parsed = parse_email(address)
        return cls(name or parsed.domain, parsed)


class EmailChannel:
    """Letters by SMTP. Without a server or a sender nothing is sent, and `hindrance` says what is missing."""

    def __init__(
        self, server: MailServer | None, sender: Sender | None, links: SentLinks, postal_address: str | None = None
    ) -> None:
        self._server = server
        self._sender = sender
        self._links = links
        self._signature = Signature(sender.name if sender else "Leadline", postal_address)

    @property
    def hindrance(self) -> str | None:
        """Which setting is missing."""
        if self._server is None:
            return "SMTP_URL is not set"
        return "MAIL_FROM is not set" if self._sender is None else None

    def render(self, occasion: Occasion) -> Content:
        """The letter; what must not be stored of it stands in `parts` only."""
        letter = write(occasion, self._signature, self._links)
        parts = {"text": letter.text, "html": letter.html}
        if occasion.notification.template_name in TO_LEADS:
            parts["unsubscribe"] = self._links.unsubscribe(occasion.notification.recipient)
        return Content(letter.subject, letter.kept, parts)

    async def send(self, recipient: str, content: Content, key: str) -> Receipt:
        """One letter to one address. The Message-ID follows from the key, so that a double is known as one."""
        if self._server is None or self._sender is None:
            raise PermanentFault(self.hindrance or "")
        to = _address(recipient)
        message = compose(self._sender, to, content, key)
        words = await self._server.send(message, _envelope(self._sender.address), _envelope(to))
        return Receipt(message["Message-ID"], words)

    async def close(self) -> None:
        """Say goodbye to the mail server."""
        if self._server is not None:
            await self._server.close()


def compose(sender: Sender, to: Email, content: Content, key: str) -> EmailMessage:
    """The MIME message. A header with a line break in it cannot be made: the policy refuses it."""
    needs_utf8 = not (_envelope(to) + _envelope(sender.address)).isascii()
    message = EmailMessage(policy=SMTPUTF8 if needs_utf8 else SMTP)
    try:
        message["From"] = Address(sender.name, *_halves(sender.address))
        message["To"] = Address("", *_halves(to))
        message["Subject"] = content.subject or ""
        message["Message-ID"] = f"<{_local(key)}@{sender.address.domain}>"
        message["Date"] = format_datetime(utc_now())
        message["Auto-Submitted"] = "auto-generated"
        if url := content.parts.get("unsubscribe"):
            message["List-Unsubscribe"] = f"<{url}>"
            message["List-Unsubscribe-Post"] = _ONE_CLICK
    except ValueError as error:
        raise PermanentFault(f"this message has a header that cannot be: {error}") from error
    message.set_content(content.parts.get("text", content.body), cte="quoted-printable")
    if html := content.parts.get("html"):
        message.add_alternative(html, subtype="html", cte="quoted-printable")
    return message


def _address(recipient: str) -> Email:
    try:
        return parse_email(recipient)
    except ValueError as error:
        raise PermanentFault(f"this address cannot be: {error}", is_dead_address=True) from error


def _halves(address: Email) -> tuple[str, str]:
    """What stands before the @ as typed, and the domain in ASCII, which every server understands."""
    return address.typed.rpartition("@")[0], address.domain


def _envelope(address: Email) -> str:
    return "@".join(_halves(address))


def _local(key: str) -> str:
    return key if _PLAIN_KEY(key) else hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
