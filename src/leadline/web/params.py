"""The query string of any list or act: each parameter read once, every fault at once."""

from collections.abc import Callable, Container, Iterable
from datetime import UTC, date, datetime, time
from typing import Any, TypeVar

from leadline.domain.errors import Fault, Invalid
from leadline.domain.lead_lists import DEFAULT_LIMIT, MAX_LIMIT

T = TypeVar("T")

PAGING = frozenset({"limit", "cursor"})


class Params:
    """Query parameters, and the faults found while reading them."""

    def __init__(self, pairs: Iterable[tuple[str, str]], known: frozenset[str]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name, []).append(value)
        self.faults = [
            Fault(f"/{name}", f"is not a parameter here; known are {', '.join(sorted(known))}")
            for name in self._values
            if name not in known
        ]

    def all(self, name: str) -> list[str]:
        """Every value of a parameter, blanks left out."""
        return [value for value in self._values.get(name, []) if value]

    def one(self, name: str, read: Callable[[str], T], expected: str) -> T | None:
        """The value of a parameter, or None. `read` raises ValueError for what it cannot take."""
        values = self.all(name)
        if len(values) > 1:
            self.faults.append(Fault(f"/{name}", "is given more than once"))
        if not values:
            return None
        try:
            if "\0" in values[0]:
                raise ValueError
            return read(values[0])
        except (ValueError, OverflowError):
            self.faults.append(Fault(f"/{name}", f"must be {expected}"))
            return None

    def limit(self) -> int:
        """How many rows a page has."""
        given = self.one("limit", _limit, f"an integer from 1 to {MAX_LIMIT}")
        return DEFAULT_LIMIT if given is None else given

    def cursor(self) -> str | None:
        """Where the page begins, as `web.cursors` reads it."""
        return self.one("cursor", str, "a cursor of ours")

    def check(self) -> None:
        """Raises Invalid with every fault found."""
        if self.faults:
            raise Invalid(self.faults)


def one_of(known: Container[str]) -> Callable[[str], str]:
    """A reader that takes these texts alone."""
    return lambda text: text if text in known else refuse()


def read_flag(text: str) -> bool:
    """true or false, 1 or 0."""
    return (
        {"true": True, "1": True, "false": False, "0": False}[text.lower()]
        if text.lower() in ("true", "false", "1", "0")
        else refuse()
    )


def read_time(text: str) -> datetime:
    """An ISO 8601 time or date, in UTC; one without a zone is UTC already."""
    # An unescaped + of a zone arrives as a space.
    text = text.replace(" ", "+") if "T" in text else text
    moment = datetime.fromisoformat(text) if len(text) > 10 else datetime.combine(date.fromisoformat(text), time())
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def refuse() -> Any:
    """What a reader answers to a text that it cannot take. Raises ValueError."""
    raise ValueError


def _limit(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= MAX_LIMIT else refuse()
