"""The n-th call to the store fails, for every n, while somebody gets a password or guesses at one."""

from collections.abc import Awaitable
from datetime import timedelta
from typing import Any

import pytest

from leadline.domain.errors import Conflict, LeadlineError, Unavailable
from leadline.domain.invitations import is_invitation_open
from leadline.domain.login_tries import TRIES_AT_ONE_ACCOUNT_FROM_ONE_ADDRESS as LIMIT
from leadline.domain.users import User
from leadline.ports import Store
from leadline.usecases import passwords
from leadline.usecases.accounts import (
    Login,
    PasswordChange,
    change_password,
    find_by_password,
    resume_session,
)
from leadline.usecases.invitations import SpentInvitation, accept_invitation, find_invited, invite_user
from leadline.usecases.passwords import PasswordGuard, TooManyTries
from tests.builders import NOW, user
from tests.faults import Kind
from tests.sessions import start_session
from tests.steps import put
from tests.usecases.conftest import Fresh
from tests.web.browsing import CHEAP, PASSWORD, PASSWORD_HASH

CALLS_MAX = 60
LATER = NOW + timedelta(hours=1)
HERE, SECRET = "203.0.113.7", "the secret of the tests"
NEW = "quite another password"


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", CHEAP)


async def hired(store: Store) -> User:
    person = user(password_hash=PASSWORD_HASH)
    await put(store, users=[person])
    return person


async def told(doing: Awaitable[Any]) -> Any:
    """What it gives back; None for whoever is told of an outage, or that it is done already."""
    try:
        return await doing
    except (Unavailable, Conflict, SpentInvitation):
        return None


async def opens(store: Store, person: User, password: str) -> bool:
    guard = PasswordGuard(store, SECRET)
    return await find_by_password(store, guard, Login(person.email, password, HERE), LATER) is not None


async def test_an_invitation_is_accepted_wholly_or_not_at_all(fresh: Fresh, kind: Kind) -> None:
    for nth in range(1, CALLS_MAX):
        store, faults = await fresh()
        person = await hired(store)
        old = await start_session(store, person, NOW)
        link = (await invite_user(store, person.id, NOW)).token
        faults.arm(nth, kind)
        session = await told(accept_invitation(store, PasswordGuard(store, SECRET), link, NEW, LATER))
        faults.disarm()

        is_done = await opens(store, person, NEW)
        assert (await find_invited(store, link, LATER) is None) == is_done
        assert (await resume_session(store, old, NOW) is None) == is_done
        assert await opens(store, person, PASSWORD) != is_done
        assert session is None or (is_done and await resume_session(store, session, LATER))
        await told(accept_invitation(store, PasswordGuard(store, SECRET), link, NEW, LATER))
        assert await opens(store, person, NEW)
        if not faults.has_fired:
            return
    raise AssertionError("more calls than this test tries")


async def test_a_password_is_changed_wholly_or_not_at_all(fresh: Fresh, kind: Kind) -> None:
    for nth in range(1, CALLS_MAX):
        store, faults = await fresh()
        person, guard = await hired(store), PasswordGuard(store, SECRET)
        old = await start_session(store, person, NOW)
        faults.arm(nth, kind)
        session = await told(change_password(store, guard, person.id, PasswordChange(PASSWORD, NEW, HERE), LATER))
        faults.disarm()

        is_done = await opens(store, person, NEW)
        assert (await resume_session(store, old, NOW) is None) == is_done
        assert await opens(store, person, PASSWORD) != is_done
        assert session is None or (is_done and await resume_session(store, session, LATER))
        if not faults.has_fired:
            return
    raise AssertionError("more calls than this test tries")


async def test_whatever_fails_at_most_one_link_of_an_account_is_open(fresh: Fresh, kind: Kind) -> None:
    for nth in range(1, CALLS_MAX):
        store, faults = await fresh()
        person = await hired(store)
        first = await invite_user(store, person.id, NOW)
        faults.arm(nth, kind)
        second = await told(invite_user(store, person.id, NOW))
        faults.disarm()

        links = [link for link in await store.list_invitations() if is_invitation_open(link, LATER)]
        assert len(links) == 1
        if second is not None:
            assert await find_invited(store, first.token, LATER) is None
            assert await find_invited(store, second.token, LATER) is not None
        if not faults.has_fired:
            return
    raise AssertionError("more calls than this test tries")


async def test_whatever_fails_no_more_guesses_are_looked_at(fresh: Fresh, kind: Kind) -> None:
    for nth in range(1, CALLS_MAX):
        store, faults = await fresh()
        person, guard = await hired(store), PasswordGuard(store, SECRET)
        for _ in range(LIMIT - 1):
            await guard.count(person.email_key, HERE, NOW)
        faults.arm(nth, kind)
        outcomes = [await _guess(store, guard, person) for _ in range(4)]
        faults.disarm()

        assert outcomes.count("looked at") <= 1
        assert kind == "for_good" or "too many" in outcomes
        if not faults.has_fired:
            return
    raise AssertionError("more calls than this test tries")


async def _guess(store: Store, guard: PasswordGuard, person: User) -> str:
    try:
        await find_by_password(store, guard, Login(person.email, "wrong", HERE), NOW)
    except TooManyTries:
        return "too many"
    except LeadlineError:
        return "told of an outage"
    return "looked at"
