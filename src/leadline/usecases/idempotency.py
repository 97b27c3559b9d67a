"""Idempotency keys: forgetting the answers that have expired. Keeping and finding them is part of the capture."""

from datetime import datetime

from leadline.ports import Store, Tx

FORGOTTEN_AT_ONCE = 200


async def forget_answers(store: Store, now: datetime) -> int:
    """Take out answers that have expired, some at a time; answers how many went."""

    async def work(tx: Tx) -> int:
        expired = await tx.expired_answers(now, FORGOTTEN_AT_ONCE)
        if expired:
            tx.remove_answers(expired)
        return len(expired)

    return await store.transact(work)
