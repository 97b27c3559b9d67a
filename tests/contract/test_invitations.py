"""Invitations and passwords on every store: one link, one use, one winner."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from leadline.domain.errors import Conflict, Invalid, LeadlineError, NotFound
from leadline.domain.invitations import INVITATION_LIFE, Invitation
from leadline.domain.users import User
from leadline.ids import new_id
from leadline.ports import Store
from leadline.usecases.accounts import (
    Login,
    PasswordChange,
    change_password,
    find_by_password,
    hash_of,
    resume_session,
    sign_in,
)
from leadline.usecases.invitations import (
    SpentInvitation,
    accept_invitation,
    find_invited,
    invite_person,
    invite_user,
)
from leadline.usecases.passwords import PasswordGuard
from tests.builders import NOW, deciding, user
from tests.sessions import start_session
from tests.steps import change, put
from tests.web.browsing import PASSWORD, PASSWORD_HASH

HERE = "203.0.113.7"
NEW = "quite another password"
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def guard(store: Store) -> Iterator[PasswordGuard]:
    return PasswordGuard(store, "the secret of the tests")


async def hired(store: Store, **fields: Any) -> User:
    """Somebody whose password is PASSWORD."""
    person = user(password_hash=PASSWORD_HASH, **fields)
    await put(store, users=[person])
    return person


async def opens(store: Store, guard: PasswordGuard, person: User, password: str) -> bool:
    return await find_by_password(store, guard, Login(person.email, password, HERE), LATER) is not None


async def test_an_invited_person_sets_a_password_and_is_signed_in(store: Store, guard: PasswordGuard) -> None:
    invited = await invite_person(
        store, {"full_name": "Ann Lee", "email": "Ann@team.example.com", "role": "manager"}, deciding()
    )

    found = await find_invited(store, invited.token, LATER)
    token = await accept_invitation(store, guard, invited.token, NEW, LATER)
    signed_in = await resume_session(store, token, LATER)

    assert found is not None
    assert signed_in is not None
    assert (found.id, signed_in.id) == (invited.user.id, invited.user.id)
    assert (signed_in.role, signed_in.last_login_at) == ("manager", LATER)
    assert invited.expires_at == NOW + INVITATION_LIFE
    assert await opens(store, guard, invited.user, NEW)
    assert await store.list_invitations() == [
        Invitation(hash_of(invited.token), invited.user.id, NOW, NOW + INVITATION_LIFE, LATER)
    ]


async def test_a_link_works_once(store: Store, guard: PasswordGuard) -> None:
    person = await hired(store)
    invited = await invite_user(store, person.id, NOW)
    await accept_invitation(store, guard, invited.token, NEW, LATER)

    with pytest.raises(SpentInvitation):
        await accept_invitation(store, guard, invited.token, PASSWORD, LATER)

    assert await find_invited(store, invited.token, LATER) is None
    assert await opens(store, guard, person, NEW)


async def test_of_many_who_use_a_link_at_once_one_gets_in(store: Store, guard: PasswordGuard) -> None:
    person = await hired(store)
    invited = await invite_user(store, person.id, NOW)
    choices = [f"password number {n} of mine" for n in range(4)]

    outcomes = await asyncio.gather(
        *(accept_invitation(store, guard, invited.token, choice, LATER) for choice in choices), return_exceptions=True
    )

    winners = [choice for choice, outcome in zip(choices, outcomes, strict=True) if isinstance(outcome, str)]
    assert len(winners) == 1
    assert {type(outcome) for outcome in outcomes} == {str, SpentInvitation}
    assert [await opens(store, guard, person, choice) for choice in choices] == [c in winners for c in choices]


async def test_a_newer_link_ends_the_older_one(store: Store, guard: PasswordGuard) -> None:
    person = await hired(store)
    older = await invite_user(store, person.id, NOW)
    newer = await invite_user(store, person.id, NOW)

    with pytest.raises(SpentInvitation):
        await accept_invitation(store, guard, older.token, NEW, LATER)

    assert await find_invited(store, newer.token, LATER) is not None


async def test_of_many_links_made_at_once_one_is_open(store: Store) -> None:
    person = await hired(store)

    outcomes = await asyncio.gather(*(invite_user(store, person.id, NOW) for _ in range(4)))

    found = [await find_invited(store, invited.token, LATER) for invited in outcomes]
    assert sum(invited is not None for invited in found) == 1


@pytest.mark.parametrize(
    "fields", [{"is_active": False}, {"role": "admin"}, {"email": "other@team.example.com"}], ids=str
)
async def test_a_link_ends_with_what_it_was_made_for(store: Store, fields: dict[str, Any]) -> None:
    person = await hired(store)
    invited = await invite_user(store, person.id, NOW)

    await change(store, person, **fields)
    await change(store, person, is_active=True)

    assert await find_invited(store, invited.token, LATER) is None


async def test_a_link_outlives_what_has_nothing_to_do_with_it(store: Store) -> None:
    person = await hired(store)
    invited = await invite_user(store, person.id, NOW)

    await change(store, person, max_active_leads=3, time_zone="Europe/Berlin")

    assert await find_invited(store, invited.token, LATER) is not None


async def test_a_link_is_good_for_seven_days(store: Store, guard: PasswordGuard) -> None:
    person = await hired(store)
    invited = await invite_user(store, person.id, NOW)
    end = NOW + INVITATION_LIFE

    assert await find_invited(store, invited.token, end - timedelta(microseconds=1)) is not None
    assert await find_invited(store, invited.token, end) is None
    with pytest.raises(SpentInvitation):
        await accept_invitation(store, guard, invited.token, NEW, end)


async def test_a_poor_password_leaves_the_link_as_it_is(store: Store, guard: PasswordGuard) -> None:
    person = await hired(store)
    invited = await invite_user(store, person.id, NOW)

    for poor in ("short", "password1234", "x" * 10_000, "one two three\0"):
        with pytest.raises(Invalid):
            await accept_invitation(store, guard, invited.token, poor, LATER)

    assert await find_invited(store, invited.token, LATER) is not None
    assert await opens(store, guard, person, PASSWORD)


async def test_setting_a_password_by_a_link_ends_the_sessions_of_before(store: Store, guard: PasswordGuard) -> None:
    person, other = await hired(store), await hired(store)
    old, others = await start_session(store, person, NOW), await start_session(store, other, NOW)
    invited = await invite_user(store, person.id, NOW)

    new = await accept_invitation(store, guard, invited.token, NEW, NOW)

    alive = [await resume_session(store, token, NOW) is not None for token in (old, others, new)]
    assert alive == [False, True, True]


async def test_nobody_and_whoever_is_not_active_cannot_be_invited(store: Store) -> None:
    gone = await hired(store, is_active=False)

    with pytest.raises(NotFound):
        await invite_user(store, new_id(), NOW)
    with pytest.raises(Conflict, match="not active"):
        await invite_user(store, gone.id, NOW)
    assert await store.list_invitations() == []


@pytest.mark.parametrize("token", ["", "x", "\0", "ä\ud800", "x" * 10_000])
async def test_a_made_up_link_is_none(store: Store, guard: PasswordGuard, token: str) -> None:
    assert await find_invited(store, token, NOW) is None
    with pytest.raises(SpentInvitation):
        await accept_invitation(store, guard, token, NEW, NOW)


async def test_another_password_ends_every_session_and_link_but_that_of_whoever_changed_it(
    store: Store, guard: PasswordGuard
) -> None:
    person, other = await hired(store), await hired(store)
    old = [await start_session(store, person, NOW) for _ in range(2)]
    others = await start_session(store, other, NOW)
    invited = await invite_user(store, person.id, NOW)

    new = await change_password(store, guard, person.id, PasswordChange(PASSWORD, NEW, HERE), LATER)

    assert [await resume_session(store, token, LATER) for token in old] == [None, None]
    assert [found.id for t in (new, others) if (found := await resume_session(store, t, LATER))] == [
        person.id,
        other.id,
    ]
    assert await find_invited(store, invited.token, LATER) is None
    assert (await opens(store, guard, person, NEW), await opens(store, guard, person, PASSWORD)) == (True, False)


async def test_whoever_does_not_know_the_old_one_changes_nothing(store: Store, guard: PasswordGuard) -> None:
    person = await hired(store)
    session = await start_session(store, person, NOW)

    with pytest.raises(Invalid) as refusal:
        await change_password(store, guard, person.id, PasswordChange("wrong", "short", HERE), LATER)

    assert [fault.pointer for fault in refusal.value.faults] == ["/new_password", "/old_password"]
    assert await resume_session(store, session, LATER) is not None
    assert await opens(store, guard, person, PASSWORD)


async def test_the_password_one_has_is_no_other_one(store: Store, guard: PasswordGuard) -> None:
    person = await hired(store)

    with pytest.raises(Invalid, match="is the one you have"):
        await change_password(store, guard, person.id, PasswordChange(PASSWORD, PASSWORD, HERE), LATER)


async def test_of_two_who_change_it_at_once_one_does(store: Store, guard: PasswordGuard) -> None:
    person = await hired(store)
    choices = ["the first of the two", "the second of the two"]

    outcomes = await asyncio.gather(
        *(change_password(store, guard, person.id, PasswordChange(PASSWORD, new, HERE), LATER) for new in choices),
        return_exceptions=True,
    )

    assert sorted(type(outcome) for outcome in outcomes if isinstance(outcome, LeadlineError)) == [Conflict]
    assert [await opens(store, guard, person, c) for c in choices] == [isinstance(o, str) for o in outcomes]


async def test_signing_in_with_what_is_the_password_no_longer_opens_nothing(store: Store, guard: PasswordGuard) -> None:
    person = await hired(store)
    await change_password(store, guard, person.id, PasswordChange(PASSWORD, NEW, HERE), LATER)

    assert await sign_in(store, person, LATER) is None
    token = await sign_in(store, await store.get_user(person.id), LATER)

    assert token is not None
    signed_in = await resume_session(store, token, LATER)
    assert signed_in is not None
    assert signed_in.last_login_at == LATER
    await change(store, person, is_active=False)
    assert await sign_in(store, signed_in, LATER) is None


async def test_no_session_begun_meanwhile_outlives_a_change_of_the_password(store: Store, guard: PasswordGuard) -> None:
    person = await hired(store)

    *tokens, own = await asyncio.gather(
        *(sign_in(store, person, NOW) for _ in range(4)),
        change_password(store, guard, person.id, PasswordChange(PASSWORD, NEW, HERE), NOW),
    )

    assert [await resume_session(store, token, NOW) for token in tokens if token] == [None for token in tokens if token]
    assert await resume_session(store, str(own), NOW) is not None


async def test_the_same_word_typed_on_another_keyboard_is_the_same_password(store: Store, guard: PasswordGuard) -> None:
    person = await hired(store)
    composed, apart = "caf\u00e9 on the corner", "cafe\u0301 on the corner"

    await change_password(store, guard, person.id, PasswordChange(PASSWORD, composed, HERE), LATER)

    assert await opens(store, guard, person, apart)


async def test_invitations_of_a_user_who_is_taken_out_go_too(store: Store) -> None:
    person = await hired(store, is_demo=True)
    await invite_user(store, person.id, NOW)

    await store.transact(_remove_demo)

    assert await store.list_invitations() == []


async def _remove_demo(tx: Any) -> None:
    tx.remove_demo()


async def test_a_used_invitation_is_used_once_by_the_store_itself(store: Store) -> None:
    person = await hired(store)
    used = Invitation(b"used", person.id, NOW, LATER, used_at=NOW)
    open_one = replace(used, token_hash=b"open", used_at=None)

    async def add(tx: Any) -> None:
        tx.add_invitations([used, open_one])

    async def use(tx: Any) -> None:
        tx.use_invitation(b"used", LATER)

    await store.transact(add)
    with pytest.raises(Conflict):
        await store.transact(use)
    assert await store.list_invitations() == [open_one, used]
    assert await store.find_invitation(b"open") == open_one
    assert await store.find_invitation(b"nothing") is None
