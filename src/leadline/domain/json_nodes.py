"""Reads a JSON document a person wrote: every fault at once, each with its pointer. Knows no meaning of any document."""

from __future__ import annotations

from typing import Any

from leadline.domain.errors import Fault

_MISSING = object()


def _token(key: object) -> str:
    return str(key).replace("~", "~0").replace("/", "~1")


class Node:
    """A value and its place in the document. A reader that finds a fault notes it and returns a stand-in,
    so that reading goes on; whoever started must look into `faults` before using the result."""

    __slots__ = ("faults", "pointer", "value")

    def __init__(self, value: Any, pointer: str = "", faults: list[Fault] | None = None) -> None:
        self.value = value
        self.pointer = pointer
        self.faults: list[Fault] = [] if faults is None else faults

    def fault(self, detail: str) -> None:
        self.faults.append(Fault(self.pointer, detail))

    def has(self, key: str) -> bool:
        return isinstance(self.value, dict) and key in self.value

    def child(self, key: str | int) -> Node:
        """The member `key`; where it is absent, a node that calls itself required as soon as it is read."""
        value = self.value.get(key, _MISSING) if isinstance(self.value, dict) else self.value[key]
        return Node(value, f"{self.pointer}/{_token(key)}", self.faults)

    def is_object(self, known: tuple[str, ...] | None = None) -> bool:
        """Whether this is an object; a key that is not `known` is a fault, so that a typo never goes unseen."""
        if not isinstance(self.value, dict):
            self._refuse("an object")
            return False
        if known is not None:
            names = ", ".join(known)
            for key in self.value:
                if key not in known:
                    self.child(key).fault(f"is not known here; known are {names}")
        return True

    def members(self) -> list[tuple[str, Node]]:
        return [(key, self.child(key)) for key in self.value] if self.is_object() else []

    def items(self, at_most: int) -> list[Node]:
        """The elements of an array that is neither empty nor too long."""
        if not isinstance(self.value, list):
            self._refuse("a list")
            return []
        if not 1 <= len(self.value) <= at_most:
            self.fault(f"needs 1 to {at_most} entries, not {len(self.value)}")
            return []
        return [self.child(index) for index in range(len(self.value))]

    def integer(self, low: int, high: int) -> int:
        """A whole number within bounds. `true` is none, though Python would take it for 1; neither is 5.0."""
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            self._refuse("a whole number")
            return low
        if not low <= self.value <= high:
            self.fault(f"must be from {low} to {high}")
            return low
        return self.value

    def text(self, at_most: int) -> str:
        """A text that is neither blank nor too long, and that every store can keep."""
        if not isinstance(self.value, str):
            self._refuse("a text")
            return ""
        if not self.value.strip() or len(self.value) > at_most or "\0" in self.value:
            self.fault(f"needs 1 to {at_most} characters, not all of them blank, and no NUL")
        elif any("\ud800" <= character <= "\udfff" for character in self.value):
            self.fault("has half of a surrogate pair, which is no character")
        return self.value

    def _refuse(self, wanted: str) -> None:
        self.fault("is required" if self.value is _MISSING else f"must be {wanted}")
