"""What the address of the work list asks for: which list, which filters, and what of it this viewer may see."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from leadline.domain.errors import Fault
from leadline.domain.lead_lists import LeadQuery
from leadline.domain.leads import STATUSES, Status
from leadline.domain.rights import whose_leads
from leadline.domain.search import words_of
from leadline.domain.users import User
from leadline.web.lead_params import NOBODY, QUERY_LENGTH_MAX
from leadline.web.params import Params, one_of
from leadline.web.presenting.lead_list import LISTINGS, Listing

KNOWN = frozenset({"list", "q", "status", "owner", "source", "created", "cursor"})
SOURCE_LENGTH_MAX = 100
OPEN, ANY, ME = "open", "any", "me"
# How many days of the reader's calendar, today among them.
CREATED_DAYS = {"today": 1, "7-days": 7, "30-days": 30}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A list as it was asked for. `query` has the viewer's limits in it; the texts are what the filter bar shows again."""

    listing: Listing
    query: LeadQuery
    cursor: str | None
    q: str = ""
    status: str = OPEN
    owner: str = ANY
    source: str = ""
    created: str = ANY

    @property
    def is_filtered(self) -> bool:
        """Whether the counts of the tabs say nothing about this list."""
        return bool(self.q or self.source or self.status != OPEN or self.owner != ANY or self.created != ANY)

    def address(self, cursor: str | None = None) -> str:
        """The address of this list, from its start or from a cursor."""
        given = {
            "list": self.listing.name,
            "q": self.q,
            "status": "" if self.status == OPEN else self.status,
            "owner": "" if self.owner == ANY else self.owner,
            "source": self.source,
            "created": "" if self.created == ANY else self.created,
            "cursor": cursor or "",
        }
        return "/?" + urlencode({name: value for name, value in given.items() if value})


def read_wanted(pairs: Iterable[tuple[str, str]], viewer: User, users: Iterable[User], now: datetime) -> Wanted:
    """Read the query string. `now` is in the reader's zone, whose days the list is bounded by. Raises Invalid with every fault."""
    params = Params(pairs, KNOWN)
    listing = params.one("list", lambda name: LISTINGS[one_of(LISTINGS)(name)], f"one of {', '.join(LISTINGS)}")
    listing = listing or LISTINGS["hot"]
    status = params.one("status", one_of((OPEN, ANY, *STATUSES)), f"one of {', '.join((OPEN, ANY, *STATUSES))}") or OPEN
    owner = params.one("owner", one_of(owner_choices(viewer, users)), "me, none, any, or a rep you can see") or ANY
    source = params.one("source", lambda text: text[:SOURCE_LENGTH_MAX], "a text") or ""
    created = params.one("created", one_of((ANY, *CREATED_DAYS)), f"one of {', '.join((ANY, *CREATED_DAYS))}") or ANY
    # Read by hand: a search for a single letter is no fault of somebody who is still typing.
    q = " ".join((params.all("q") or [""])[0].replace("\0", "").split())
    if len(q) > QUERY_LENGTH_MAX:
        params.faults.append(Fault("/q", f"must be at most {QUERY_LENGTH_MAX} characters long"))
    cursor = params.cursor()
    params.check()
    query = replace(
        listing.query(),
        statuses=_statuses(status),
        owners=_owners(viewer, owner),
        source=source or None,
        created_from=_midnight(now, CREATED_DAYS[created]) if created != ANY else None,
        words=tuple(dict.fromkeys(words_of(q))),
    )
    return Wanted(listing, query, cursor, q, status, owner, source, created)


def owner_choices(viewer: User, users: Iterable[User]) -> dict[str, str]:
    """Whose leads one may ask for, by the value in the address. A rep sees nobody else's, so no other name is offered."""
    choices = {ANY: "Any owner", ME: "Me", NOBODY: "Nobody"}
    if not whose_leads(viewer):
        choices |= {str(user.id): user.full_name for user in users if user.id != viewer.id and user.role == "rep"}
    return choices


def _owners(viewer: User, owner: str) -> tuple[UUID | None, ...]:
    if owner == ANY:
        return whose_leads(viewer)
    if owner == NOBODY:
        return (None,)
    return (viewer.id,) if owner == ME else (UUID(owner),)


def _midnight(now: datetime, days: int) -> datetime:
    """When the first of the last `days` days began for the reader."""
    return (now - timedelta(days=days - 1)).replace(hour=0, minute=0, second=0, microsecond=0)


def _statuses(status: str) -> tuple[Status, ...] | None:
    if status == OPEN:
        return None
    return tuple(known for known in STATUSES if known == status)
