"""A whole list of leads, page by page, however long it is: never more than a page is held."""

from collections.abc import AsyncIterator

from leadline.domain.lead_lists import MAX_LIMIT, LeadQuery
from leadline.domain.leads import Lead
from leadline.ports import Store


async def pages_of(store: Store, query: LeadQuery) -> AsyncIterator[list[Lead]]:
    """The pages of a list in its order. A lead that changes its place meanwhile may come twice, or not at all."""
    position = None
    while True:
        page = await store.list_leads(query, position, MAX_LIMIT)
        yield page.items
        if page.next is None:
            return
        position = page.next
