"""Cursors: a position in a list, signed together with the list it belongs to, so that it can be neither forged nor carried over."""

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

from itsdangerous import BadData, URLSafeSerializer

from leadline.domain.errors import Fault, Invalid
from leadline.domain.lead_lists import Position


class Cursors:
    """Makes and reads cursors under one secret."""

    def __init__(self, secret_key: str) -> None:
        self._serializer = URLSafeSerializer(secret_key, salt="cursor", signer_kwargs={"digest_method": hashlib.sha256})

    def write(self, listing: object, position: Position | None) -> str | None:
        """The cursor of a position in the list that `listing` describes."""
        if position is None:
            return None
        return str(self._serializer.dumps([_fingerprint(listing), *map(_plain, position)]))

    def read(self, listing: object, cursor: str | None) -> Position | None:
        """The position back. Raises Invalid for a cursor that we did not make, or made for another list."""
        if not cursor:
            return None
        try:
            fingerprint, *position = self._serializer.loads(cursor)
        except (BadData, ValueError) as error:
            raise Invalid([Fault("/cursor", "is not a cursor of ours; start again without one")]) from error
        if fingerprint != _fingerprint(listing):
            raise Invalid([Fault("/cursor", "belongs to a list with other filters; start again without one")])
        return tuple(map(_typed, position))


def _fingerprint(listing: object) -> str:
    return hashlib.sha256(repr(listing).encode()).hexdigest()[:12]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    return {"u": value.hex} if isinstance(value, UUID) else value


def _typed(value: Any) -> Any:
    if isinstance(value, dict):
        return datetime.fromisoformat(value["t"]) if "t" in value else UUID(value["u"])
    return value
