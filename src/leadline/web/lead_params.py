"""The query string of a lead list, read into a `LeadQuery`, every fault at once."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time
from typing import Any, TypeVar
from uuid import UUID

from leadline.domain.errors import Fault, Invalid
from leadline.domain.lead_lists import DEFAULT_LIMIT, MAX_LIMIT, LeadQuery
from leadline.domain.leads import CATEGORIES, STATUSES
from leadline.domain.search import MIN_WORD_LENGTH, words_of

T = TypeVar("T")

QUERY_LENGTH_MAX = 200
NOBODY = "none"


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

    def check(self) -> None:
        """Raises Invalid with every fault found."""
        if self.faults:
            raise Invalid(self.faults)


LEAD_PARAMS = frozenset(
    [
        "category",
        "status",
        "assigned_to",
        "source",
        "created_from",
        "created_to",
        "updated_since",
        "priority",
        "needs_review",
        "waiting",
        "spam",
        "deleted",
        "q",
        "limit",
        "cursor",
    ]
)


def read_lead_query(params: Params) -> LeadQuery:
    """The list that was asked for. Faults are left in `params`."""
    categories = _choices(params, "category", CATEGORIES)
    statuses = None if params.all("status") in ([], ["open"]) else _statuses(params)
    owner = params.one("assigned_to", _owner, "a user's id, or none")
    return LeadQuery(
        categories=categories or CATEGORIES,
        statuses=statuses,
        owners=() if owner is None else (owner[0],),
        source=params.one("source", str, "a text"),
        created_from=params.one("created_from", read_time, "a date or a time such as 2026-11-24T09:00:00Z"),
        created_to=params.one("created_to", read_time, "a date or a time such as 2026-11-24T09:00:00Z"),
        updated_since=params.one("updated_since", read_time, "a date or a time such as 2026-11-24T09:00:00Z"),
        priority=params.one("priority", read_flag, "true or false"),
        needs_review=params.one("needs_review", read_flag, "true or false"),
        waiting=params.one("waiting", read_flag, "true or false"),
        spam=params.one("spam", read_flag, "true or false") or False,
        deleted=params.one("deleted", read_flag, "true or false") or False,
        words=params.one("q", _words, f"at most {QUERY_LENGTH_MAX} characters with a word of {MIN_WORD_LENGTH} or more")
        or (),
    )


def read_flag(text: str) -> bool:
    """true or false, 1 or 0."""
    return (
        {"true": True, "1": True, "false": False, "0": False}[text.lower()]
        if text.lower() in ("true", "false", "1", "0")
        else _refuse()
    )


def read_time(text: str) -> datetime:
    """An ISO 8601 time or date, in UTC; one without a zone is UTC already."""
    # An unescaped + of a zone arrives as a space.
    text = text.replace(" ", "+") if "T" in text else text
    moment = datetime.fromisoformat(text) if len(text) > 10 else datetime.combine(date.fromisoformat(text), time())
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def _statuses(params: Params) -> tuple[Any, ...]:
    return () if "any" in params.all("status") else _choices(params, "status", STATUSES)


def _choices(params: Params, name: str, known: tuple[Any, ...]) -> tuple[Any, ...]:
    given = params.all(name)
    by_key = {choice.lower(): choice for choice in known}
    unknown = [value for value in given if value.lower() not in by_key]
    if unknown:
        params.faults.append(Fault(f"/{name}", f"must be one of {', '.join(known)}"))
    return tuple(dict.fromkeys(by_key[value.lower()] for value in given if value.lower() in by_key))


def _owner(text: str) -> tuple[UUID | None]:
    return (None,) if text == NOBODY else (UUID(text),)


def _words(text: str) -> tuple[str, ...]:
    words = tuple(dict.fromkeys(words_of(text)))
    return words if words and len(text) <= QUERY_LENGTH_MAX else _refuse()


def _limit(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= MAX_LIMIT else _refuse()


def _refuse() -> Any:
    raise ValueError
