"""What intake need not wait for: a lead's search words, and its phone number in international form."""

from collections.abc import Sequence
from uuid import UUID

from leadline.domain.leads import Lead
from leadline.domain.phones import e164
from leadline.domain.search import search_words
from leadline.ports import Store, Tx

# Some milliseconds of work: nobody else is served meanwhile, and a repeat of one of these leads waits for its row.
BATCH = 50


async def index_leads(store: Store, phone_region: str | None) -> int:
    """Make the words of up to 50 leads that have none yet; answers how many were done. Any number of workers may run it."""

    async def work(tx: Tx) -> int:
        leads = await tx.leads_to_index(BATCH)
        if leads:
            tx.set_index(filed(leads, phone_region))
        return len(leads)

    return await store.transact(work)


def filed(leads: Sequence[Lead], phone_region: str | None) -> list[tuple[UUID, list[str], str | None]]:
    """What each lead is found by: its id, its words, its number."""
    return [(lead.id, search_words(lead), e164(lead.phone, phone_region) if lead.phone else None) for lead in leads]
