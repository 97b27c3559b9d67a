"""Replies by mail: each counts once, on the newest open lead of the address that it came from."""

from typing import Literal

from leadline.domain.errors import NotFound
from leadline.domain.leads import is_open, is_visible
from leadline.ports import Store
from leadline.usecases.deciding import Deciding
from leadline.usecases.signals import Signal, count_signal

ReplyOutcome = Literal["counted", "counted before", "no open lead", "unknown sender", "automatic"]
LEADS_LOOKED_AT = 20


async def count_reply(
    store: Store, email_key: str | None, event_id: str, deciding: Deciding, *, is_automatic: bool
) -> ReplyOutcome:
    """Count a reply, and say what came of it. An answering machine is no reply."""
    if is_automatic:
        return "automatic"
    leads = await store.leads_of_address(email_key, LEADS_LOOKED_AT) if email_key else []
    if not leads:
        return "unknown sender"
    lead = next((lead for lead in leads if is_open(lead) and is_visible(lead)), None)
    if lead is None:
        return "no open lead"
    try:
        is_new = await count_signal(store, Signal("email_reply", event_id, deciding.now, lead.id), deciding)
    except NotFound:
        # It was deleted a moment ago.
        return "no open lead"
    return "counted" if is_new else "counted before"
