"""What every part of a transaction on the memory store stands on: the private copy, and writes that wait for `flush`."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from functools import partial
from typing import Any, TypeVar

from leadline.storage.memory.state import State

T = TypeVar("T")


class Buffered:
    """The private copy of one transaction. Everything that goes in or out is copied."""

    def __init__(self, state: State, on_call: Callable[[str], None]) -> None:
        self._state = state
        self._writes: list[Callable[[], None]] = []
        self._on_call = on_call

    def flush(self) -> None:
        """Apply the buffered writes to the private copy."""
        for write in self._writes:
            write()

    def _read(self, name: str) -> None:
        if self._writes:
            raise RuntimeError(f"{name} after a write: a transaction reads first and writes then, as Firestore demands")
        self._on_call(name)

    def _write(self, name: str, rows: Sequence[T], apply: Callable[[T], Any]) -> None:
        self._on_call(name)
        self._writes.extend(partial(apply, row) for row in deepcopy(list(rows)))
