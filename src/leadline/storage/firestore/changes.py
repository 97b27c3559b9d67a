"""The documents that a transaction will write, each once, with what must still be true of it at the commit."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from google.api_core import exceptions as google
from google.cloud.firestore_v1 import DELETE_FIELD, AsyncClient

from leadline.ports import LostRace, Refused
from leadline.storage.firestore import queries, wire
from leadline.storage.firestore.connection import COMMIT_SECONDS, committing
from leadline.storage.firestore.documents import Data
from leadline.storage.firestore.sizes import DOCUMENT_BYTES_MAX, size_of

# The API takes 10 MiB a request, the emulator 4 MiB.
COMMIT_BYTES_MAX = 3_900_000
# What can be divided (a batch of captures, steps of a removal) stays below this; one person's act is one commit all the same.
COMMIT_WRITES_MAX = 400

# Two rows under one id are somebody's mistake; two writers of one natural key are a race.
_KEYED = ("emailKeys/", "events/", "apiKeys/", "scoringRulesets/", "routing/", "version/", "sessions/",
          "invitations/", "loginTries/", "endpoints/", "idempotencyKeys/", "suppressions/", "workers/")  # fmt: skip


Kind = Literal["create", "update", "delete", "increase"]


@dataclass(slots=True)
class _Change:
    kind: Kind
    data: Data
    update_time: Any = None


class Changes:
    """Writes by path. Two changes of one document become one."""

    def __init__(self) -> None:
        self._changes: dict[str, _Change] = {}

    def __len__(self) -> int:
        return len(self._changes)

    def __contains__(self, path: str) -> bool:
        return path in self._changes

    def data_of(self, path: str) -> Data:
        """What will be written of a document; nothing of one that is left alone."""
        return self._changes[path].data if path in self._changes else {}

    def under(self, prefix: str) -> Iterator[tuple[str, Kind, Data]]:
        """The writes of documents whose paths begin so."""
        return ((path, change.kind, change.data) for path, change in self._changes.items() if path.startswith(prefix))

    def create(self, path: str, data: Data) -> None:
        """A new document; the commit fails where it is there."""
        if path in self._changes:
            raise Refused(f"the id of {path} is taken")
        self._changes[path] = _Change("create", data)

    def update(self, path: str, data: Data, update_time: Any) -> None:
        """Fields of a document, DELETE_FIELD for one that goes; the commit fails where it was changed since it was read."""
        known = self._changes.get(path)
        if known is None:
            self._changes[path] = _Change("update", data, update_time)
        elif known.kind == "update":
            known.data |= data
        elif known.kind == "create":
            known.data = {k: v for k, v in (known.data | data).items() if v is not DELETE_FIELD}

    def delete(self, path: str, update_time: Any = None) -> None:
        """A document that goes; the commit fails where it was changed since it was read, if that is asked for."""
        self._changes[path] = _Change("delete", {}, update_time)

    def increase(self, path: str, amounts: dict[str, int]) -> None:
        """Add to numbers of a document, by the paths of their fields. It need not be there, and nobody need have read it."""
        self._changes[path] = _Change("increase", dict(amounts))

    def check_sizes(self, *, is_divisible: bool) -> None:
        """Raises Refused for a document that is too big, and for more than fits one commit."""
        total = 0
        for path, change in self._changes.items():
            size = size_of(path, change.data)
            if size > DOCUMENT_BYTES_MAX:
                raise Refused(f"{path} is {size} bytes long; a document of Firestore holds {DOCUMENT_BYTES_MAX}")
            total += size
        if total > COMMIT_BYTES_MAX:
            raise Refused(f"{total} bytes in {len(self)} documents are more than one commit holds")
        if is_divisible and len(self) > COMMIT_WRITES_MAX:
            raise Refused(f"{len(self)} documents are more than one commit takes")

    async def commit(self, client: AsyncClient) -> None:
        """Write everything, or nothing."""
        request = wire.new_request(client)
        for path, change in self._changes.items():
            try:
                wire.add_write(request, change.kind, path, change.data, change.update_time)
            except (ValueError, TypeError, AttributeError) as error:
                raise Refused(f"{path} holds what no document can: {error}") from error
        try:
            async with committing():
                try:
                    await wire.send(client, request, COMMIT_SECONDS)
                except google.AlreadyExists as error:
                    raise LostRace("another writer made the same document") from error
        except LostRace:
            if taken := await self._taken(client):
                raise Refused(f"the id of {taken[0]} is taken") from None
            raise

    async def _taken(self, client: AsyncClient) -> list[str]:
        """The rows whose ids are somebody else's."""
        new = [p for p, c in self._changes.items() if c.kind == "create" and not p.startswith(_KEYED)]
        return [path for path, found in (await queries.get(client, new)).items() if found is not None]
