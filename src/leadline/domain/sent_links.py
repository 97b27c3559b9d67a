"""Links that go out in messages and need no login: what follows from the secret key is kept nowhere and is the same at each try."""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass, field
from urllib.parse import urlencode
from uuid import UUID


@dataclass(frozen=True, slots=True)
class SentLinks:
    """Makes them, and reads them back. `origin` is where links start (PUBLIC_URL)."""

    origin: str
    secret_key: str = field(repr=False)

    def unsubscribe(self, address: str) -> str:
        """Where the person behind an address says that they want no more mail."""
        return f"{self.origin}/unsubscribe/{self.unsubscribe_token(address)}"

    def unsubscribe_token(self, address: str) -> str:
        """The address and its signature: whoever has the link has the mail."""
        return f"{_text(address.encode())}.{self._signature('unsubscribe', address)}"

    def unsubscribing(self, token: str) -> str | None:
        """The address in a token of ours, else None."""
        encoded, _, signature = token.partition(".")
        try:
            address = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
        except (binascii.Error, ValueError):
            return None
        right = self._signature("unsubscribe", address)
        return address if hmac.compare_digest(right.encode(), signature.encode(errors="replace")) else None

    def welcome(self, notification_id: UUID) -> str:
        """Where the reader of this message sets a password. The row that queues the message does not hold the link."""
        return f"{self.origin}/welcome?{urlencode({'link': self.welcome_token(notification_id)})}"

    def welcome_token(self, notification_id: UUID) -> str:
        """The token of the invitation that is sent by this message; only its hash is kept."""
        return self._signature("welcome", str(notification_id))

    def _signature(self, purpose: str, about: str) -> str:
        return _text(hmac.digest(self.secret_key.encode(), f"{purpose}:{about}".encode(), hashlib.sha256))


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
