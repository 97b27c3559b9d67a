"""The query string of a lead list, read into a `LeadQuery`, every fault at once."""

from typing import Any
from uuid import UUID

from leadline.domain.errors import Fault
from leadline.domain.lead_lists import LeadQuery
from leadline.domain.leads import CATEGORIES, STATUSES
from leadline.domain.search import MIN_WORD_LENGTH, words_of
from leadline.web.params import PAGING, Params, read_flag, read_time, refuse

QUERY_LENGTH_MAX = 200
NOBODY = "none"

LEAD_PARAMS = PAGING | frozenset(
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
    return words if words and len(text) <= QUERY_LENGTH_MAX else refuse()
