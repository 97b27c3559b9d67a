"""Counting login tries on every store: over a restart, over two processes, and never more than are let through."""

import asyncio
from datetime import timedelta

from leadline.domain.login_tries import TRIES_AT_ONE_ACCOUNT_FROM_ONE_ADDRESS as LIMIT
from leadline.domain.login_tries import WINDOW, LoginTries
from leadline.domain.users import User
from leadline.ports import Store, Tx
from leadline.usecases.accounts import Login, PasswordChange, change_password, find_by_password
from leadline.usecases.passwords import PasswordGuard, TooManyTries, forget_tries
from tests.builders import NOW, user
from tests.steps import put
from tests.web.browsing import PASSWORD, PASSWORD_HASH

HERE, THERE = "203.0.113.7", "198.51.100.9"
SECRET = "the secret of the tests"


async def let_through(guard: PasswordGuard, number: int, address: str = HERE, account: str = "ann@x.co") -> int:
    """How many of so many tries at the same time are."""
    tries = (guard.count(account, address, NOW) for _ in range(number))
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} <= {type(None), TooManyTries}
    return outcomes.count(None)


async def hired(store: Store) -> User:
    person = user(password_hash=PASSWORD_HASH)
    await put(store, users=[person])
    return person


async def test_of_many_tries_at_once_in_two_processes_no_more_are_let_through(store: Store) -> None:
    guards = [PasswordGuard(store, SECRET) for _ in range(2)]

    counts = await asyncio.gather(*(let_through(guard, 12) for guard in guards))

    assert sum(counts) == LIMIT
    assert await let_through(guards[0], 3, THERE) == 3


async def test_a_restart_forgets_nothing(store: Store) -> None:
    await let_through(PasswordGuard(store, SECRET), LIMIT)

    assert await let_through(PasswordGuard(store, SECRET), 1) == 0


async def test_wrong_passwords_are_counted_whether_the_account_exists_or_not(store: Store) -> None:
    person, guard = await hired(store), PasswordGuard(store, SECRET)
    for email in (person.email, "nobody@team.example.com", "no address", "\0"):
        waits = []
        for _ in range(LIMIT + 1):
            try:
                assert await find_by_password(store, guard, Login(email, "wrong", HERE), NOW) is None
            except TooManyTries as error:
                waits.append(error.retry_after_seconds)

        assert waits == [901]


async def test_the_right_password_starts_anew_and_comes_too_late_once_the_limit_is_reached(store: Store) -> None:
    person, guard = await hired(store), PasswordGuard(store, SECRET)
    wrong, right = Login(person.email, "wrong", HERE), Login(person.email, PASSWORD, HERE)
    for _ in range(2):
        for _ in range(LIMIT - 1):
            await find_by_password(store, guard, wrong, NOW)
        assert await find_by_password(store, guard, right, NOW) == person

    assert await let_through(guard, LIMIT + 5, account=person.email_key) == LIMIT
    try:
        await find_by_password(store, guard, right, NOW)
    except TooManyTries:
        assert await find_by_password(store, guard, right, NOW + WINDOW) == person
    else:
        raise AssertionError("let through")


async def test_guesses_at_the_old_password_are_counted_too(store: Store) -> None:
    person, guard = await hired(store), PasswordGuard(store, SECRET)
    await let_through(guard, LIMIT, account=person.email_key)

    try:
        await change_password(store, guard, person.id, PasswordChange(PASSWORD, "another password", HERE), NOW)
    except TooManyTries:
        return
    raise AssertionError("let through")


async def test_what_has_ended_is_taken_out_and_what_runs_stays(store: Store) -> None:
    async def fill(tx: Tx) -> None:
        tx.set_login_tries([LoginTries(slot, 1, NOW + timedelta(seconds=slot - 3)) for slot in range(6)])

    await store.transact(fill)

    assert [await forget_tries(store, NOW), await forget_tries(store, NOW)] == [4, 0]
    assert sorted(tries.slot for tries in await read(store, range(6))) == [4, 5]


async def test_a_counter_that_stands_at_nothing_goes(store: Store) -> None:
    async def write(tx: Tx, number: int) -> None:
        tx.set_login_tries([LoginTries(1, number, NOW)])

    for number, kept in ((2, [LoginTries(1, 2, NOW)]), (3, [LoginTries(1, 3, NOW)]), (0, []), (0, [])):
        await store.transact(lambda tx, number=number: write(tx, number))  # type: ignore[misc]

        assert await read(store, [1]) == kept


async def read(store: Store, slots: "range | list[int]") -> list[LoginTries]:
    async def work(tx: Tx) -> list[LoginTries]:
        return await tx.login_tries(list(slots))

    return await store.transact(work)
