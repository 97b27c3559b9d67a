"""The newest postings of each endpoint: what a mapping is held against."""

from collections.abc import Iterable
from uuid import UUID

from leadline.domain.intake import SubmissionRecord
from leadline.ports import Store

PAGE = 200
# An endpoint whose last posting lies further back than this many of the house's has none to show.
LOOKED_AT_MAX = 2_000


async def newest_postings(store: Store, names: Iterable[str], number: int) -> dict[str, list[SubmissionRecord]]:
    """The newest `number` postings of these endpoints, newest first, as they came: what a release or a replay wrote is left out."""
    found: dict[str, list[SubmissionRecord]] = {name: [] for name in names}
    position: tuple[UUID, ...] | None = None
    for _ in range(LOOKED_AT_MAX // PAGE):
        page = await store.list_submissions(None, None, position, PAGE)
        for record in page.items:
            kept = found.get(record.endpoint or "")
            if kept is not None and record.replay_of is None and len(kept) < number:
                kept.append(record)
        if page.next is None or all(len(kept) == number for kept in found.values()):
            break
        position = page.next
    return found
