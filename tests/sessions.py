"""Somebody who is logged in already, for tests that are about what comes after."""

import secrets
from datetime import datetime

from leadline.domain.access import Session
from leadline.domain.users import User
from leadline.ports import Store, Tx
from leadline.usecases.accounts import hash_of


async def start_session(store: Store, user: User, now: datetime) -> str:
    """The token of a new session of theirs, whatever their password."""
    token = secrets.token_urlsafe(32)

    async def work(tx: Tx) -> None:
        tx.add_sessions([Session(hash_of(token), user.id, now, now)])

    await store.transact(work)
    return token
