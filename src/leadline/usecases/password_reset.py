"""A forgotten password: a link by mail to whoever has the account, and never a word on whether there is one."""

from dataclasses import replace
from datetime import datetime, timedelta

from leadline.domain.emails import key_of
from leadline.domain.invitations import Invitation
from leadline.domain.notifications import Notification
from leadline.ports import Store, Tx
from leadline.usecases.accounts import hash_of
from leadline.usecases.invitations import Mailing
from leadline.usecases.passwords import PasswordGuard

RESET_LIFE = timedelta(hours=1)


async def count_request(guard: PasswordGuard, email: str, address: str, now: datetime) -> None:
    """Count a request as a login is counted, whether there is such an account or not. Raises TooManyTries."""
    await guard.count(key_of(email) or email, address, now)


async def send_reset(store: Store, mailing: Mailing, email: str, now: datetime) -> bool:
    """Queue the mail with the link, where an active account has this address; older links of it end. Answers whether."""
    key = key_of(email)
    known = await store.find_user_by_email(key) if key else None
    if known is None or not known.is_active:
        return False
    row = Notification(mailing.new_id(), "email", "password_reset", known.email, now)
    # Without a user, so that nobody's quiet hours keep it back: somebody waits for it at this moment.
    token = mailing.links.welcome_token(row.id)

    async def work(tx: Tx) -> bool:
        user = next((user for user in await tx.users() if user.id == known.id and user.is_active), None)
        if user is None or user.email != known.email:
            return False
        # The change of the user is what two who ask at once meet at: so one link at most is open.
        tx.update_users([replace(user, updated_at=now)])
        tx.revoke_invitations(user.id, now)
        tx.add_invitations([Invitation(hash_of(token), user.id, now, now + RESET_LIFE)])
        tx.add_notifications([row])
        return True

    return await store.transact(work)
