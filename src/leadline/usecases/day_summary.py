"""The summary of a day's postings: counted from the rows themselves, and every lead they name looked up."""

from datetime import date
from uuid import UUID

from leadline.domain.day_summary import DaySummary, bounds_of, leads_named, summarize
from leadline.domain.intake import SubmissionRecord, first_id_at
from leadline.domain.leads import Lead
from leadline.ports import Store

PAGE = 1_000
LEADS_AT_ONCE = 300


async def summarize_day(store: Store, day: date, postings_max: int | None = None) -> DaySummary:
    """The figures of a UTC day, by when postings were written. With `postings_max` not many more than that are looked at."""
    start, end = bounds_of(day)
    first = first_id_at(start)
    rows: list[SubmissionRecord] = []
    position: tuple[UUID, ...] | None = (first_id_at(end),)
    is_whole = True
    while position is not None:
        page = await store.list_postings(position, PAGE)
        rows += [row for row in page.items if row.id >= first]
        if page.next is None or page.items[-1].id < first:
            break
        if postings_max is not None and len(rows) >= postings_max:
            is_whole = False
            break
        position = page.next
    named = list(leads_named(rows))
    known: set[UUID] = set()
    async with store.moment() as at:
        for start_at in range(0, len(named), LEADS_AT_ONCE):
            known |= await at.known(Lead, named[start_at : start_at + LEADS_AT_ONCE])
    summary = summarize(day, rows, known)
    summary.is_whole = is_whole
    return summary
