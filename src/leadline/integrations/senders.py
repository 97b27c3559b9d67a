"""Who may send leads, in a sealed file in LEADLINE_HOME: nobody adds a key to it who has not LEADLINE_SECRET_KEY."""

import hashlib
import logging
import os
from dataclasses import replace
from pathlib import Path

import msgspec

from leadline.ports.senders import Senders
from leadline.sealing import Sealed, Sealer

PURPOSE = "leadline known senders"

log = logging.getLogger("leadline.journal")


class _File(msgspec.Struct):
    """`database` stands for the one whose senders these are."""

    database: bytes
    senders: Senders


class SendersFile:
    """See `ports.senders.KnownSenders`. `database` names the database, without its login."""

    def __init__(self, path: Path, secret_key: str, database: str) -> None:
        self._path = path
        self._sealer = Sealer(secret_key, PURPOSE)
        self._database = hashlib.sha256(database.encode()).digest()
        self._written: bytes | None = None

    def read(self) -> Senders | None:
        try:
            file = msgspec.msgpack.decode(self._sealer.open_bytes(self._path.read_bytes()), type=_File)
        except (OSError, Sealed, msgspec.MsgspecError):
            return None
        return file.senders if file.database == self._database else None

    def write(self, senders: Senders) -> None:
        # When a key was last used tells nothing here, and would have the file written every minute.
        keys = [replace(key, last_used_at=None) for key in senders.keys]
        data = msgspec.msgpack.encode(_File(self._database, replace(senders, keys=keys)))
        if data == self._written:
            return
        try:
            self._put(self._sealer.seal_bytes(data))
        except OSError as error:
            log.warning("who may send leads could not be kept for a start without the database: %s", error)
        else:
            self._written = data

    def _put(self, sealed: bytes) -> None:
        """Whole or not at all, for its owner's eyes only."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)
