"""Taking an address off the mail to leads, by the link in it."""

from datetime import datetime

from leadline.domain.emails import key_of
from leadline.domain.errors import NotFound
from leadline.domain.sent_links import SentLinks
from leadline.domain.suppressions import Suppression
from leadline.ports import Store, Tx


def unsubscribing(links: SentLinks, token: str) -> str:
    """The address that a link is for. Raises NotFound for what is no link of ours."""
    address = links.unsubscribing(token)
    if address is None:
        raise NotFound("this link is not whole: open it from the mail again, or answer the mail")
    return address


async def unsubscribe(store: Store, links: SentLinks, token: str, now: datetime) -> str:
    """Send nothing to the address of this link any more; doing it twice is the same as once. Answers the address."""
    address = unsubscribing(links, token)
    row = Suppression(key_of(address) or address, "unsubscribed", now)

    async def work(tx: Tx) -> None:
        tx.add_suppressions([row])

    await store.transact(work)
    return address
