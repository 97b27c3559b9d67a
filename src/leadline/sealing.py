"""Secrets that must be read again, encrypted at rest. Passwords and keys of ours are hashed instead, elsewhere."""

import base64
import json
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from leadline.domain.errors import LeadlineError


class Sealed(LeadlineError):
    """What was encrypted under another key. The text says what to do."""


class Sealer:
    """Encrypts under a key of its own for each purpose, derived from LEADLINE_SECRET_KEY."""

    def __init__(self, secret_key: str, purpose: str = "leadline endpoint secrets") -> None:
        derived = HKDF(SHA256(), 32, salt=None, info=purpose.encode()).derive(secret_key.encode())
        self._fernet = Fernet(base64.urlsafe_b64encode(derived))

    def seal(self, secrets: Sequence[str]) -> bytes | None:
        """The secrets as one sealed text; None for none."""
        return self._fernet.encrypt(json.dumps(list(secrets)).encode()) if secrets else None

    def seal_bytes(self, data: bytes) -> bytes:
        """Any bytes, sealed: unreadable, and not to be changed unseen."""
        return self._fernet.encrypt(data)

    def open_bytes(self, sealed: bytes) -> bytes:
        """The bytes again. Raises Sealed under another key, and for what was changed."""
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken:
            raise Sealed("this was sealed under another LEADLINE_SECRET_KEY, or changed since") from None

    def open(self, sealed: bytes) -> tuple[str, ...]:
        """The secrets again. Raises Sealed under another key."""
        try:
            return tuple(json.loads(self._fernet.decrypt(sealed)))
        except InvalidToken:
            raise Sealed(
                "the secrets of this endpoint were sealed under another LEADLINE_SECRET_KEY: put that back, or set them anew"
            ) from None
