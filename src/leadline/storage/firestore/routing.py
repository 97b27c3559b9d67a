"""The routing document: what makes transactions that route exclude each other, between processes too.

Whoever commits first wins, so a process that commits without a pause would always be ahead of one that started a little later.
Hence the reservation: who lost a race marks the document, and the others wait until that one has committed, or until some
seconds have passed without a sign of it. It only decides who is next; that no two commit at once is the precondition's part."""

from datetime import datetime, timedelta
from typing import Any

from google.cloud.firestore_v1 import DELETE_FIELD, AsyncClient

from leadline.ports import LostRace
from leadline.storage.firestore.changes import Changes
from leadline.storage.firestore.connection import reading
from leadline.storage.firestore.queries import Found

# Everything reads and writes it that routes a lead or frees a place.
ROUTING = "routing/main"
RESERVATION_LIFE = timedelta(seconds=2)
# The field that says which rule set scores: whatever scores a lead has read it, and fails where it has changed since.
NEWEST_RULESET = "rulesetVersion"


class Reserved(LostRace):
    """It is another process's turn. Nothing was decided yet."""


async def read_routing(client: AsyncClient) -> tuple[Found | None, datetime]:
    """The document, and the time at which it was read, by the server's clock."""
    async with reading():
        document: Any = await client.document(ROUTING).get()
    found = Found(ROUTING, document.to_dict(), document.update_time) if document.exists else None
    return found, document.read_time


def check_turn(found: Found | None, at: datetime, ticket: str) -> None:
    """Raises Reserved where another one's reservation is alive. Both times are the server's."""
    holder = found.data.get("reservedBy") if found else None
    if found and holder not in (None, ticket) and at - found.update_time < RESERVATION_LIFE:
        raise Reserved("another process has lost a race before and goes first")


async def reserve(client: AsyncClient, ticket: str) -> None:
    """Go first next time, unless somebody else waits already."""
    found, at = await read_routing(client)
    if found is None:
        return
    check_turn(found, at, ticket)
    changes = Changes()
    # Without a precondition: this write must not lose in its turn.
    changes.update(ROUTING, {"reservedBy": ticket}, None)
    await changes.commit(client)


def take_turn(changes: Changes, found: Found | None) -> None:
    """Write the document anew: whoever read it before this commit fails at theirs. The number has to change, for a write that
    changes nothing leaves a document's time as it was."""
    if found is None:
        changes.create(ROUTING, {"commits": 1})
        return
    done = {"reservedBy": DELETE_FIELD} if "reservedBy" in found.data else {}
    commits = found.data.get("commits")
    # Whatever somebody else left in it must not keep every lead out; the doctor names it.
    number = commits + 1 if isinstance(commits, int) else 1
    changes.update(ROUTING, {"commits": number} | done, found.update_time)


def newest_ruleset(found: Found | None) -> int | None:
    """The version of the newest rule set; None before the first publication."""
    version = found.data.get(NEWEST_RULESET) if found else None
    return version if isinstance(version, int) else None
