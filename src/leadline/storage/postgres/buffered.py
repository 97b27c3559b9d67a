"""What every part of a transaction on PostgreSQL stands on: the connection, and writes that wait for `flush`."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from leadline.storage.postgres.rows import Connection


class Buffered:
    """The connection is inside a transaction already, and holds the routing lock where that was asked for."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._buffers: dict[str, list[Any]] = defaultdict(list)
        self._statements: list[tuple[str, tuple[Any, ...]]] = []
        self._has_written = False

    def _buffer(self, name: str, rows: Sequence[Any]) -> None:
        """Rows for a part of the flush."""
        self._has_written = True
        self._buffers[name].extend(rows)

    def _statement(self, sql: str, *args: Any) -> None:
        self._has_written = True
        self._statements.append((sql, args))

    def _check_reading(self) -> None:
        if self._has_written:
            raise RuntimeError("a transaction reads first and writes then: Firestore forbids a read after a write")
