"""How many tries an account and an address have, and that what is remembered of them cannot grow."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from leadline.domain.login_tries import (
    SLOTS,
    TRIES_AT_ONE_ACCOUNT,
    TRIES_AT_ONE_ACCOUNT_FROM_ONE_ADDRESS,
    TRIES_FROM_ONE_ADDRESS,
    WINDOW,
    LoginTries,
    counted,
    counters_of,
    forgiven,
    seconds_to_wait,
)
from tests.builders import NOW

KEY = "the secret of the tests"
HERE, THERE = "203.0.113.7", "198.51.100.9"


class Book:
    """The table of counters, and a clock."""

    def __init__(self) -> None:
        self.rows: dict[int, LoginTries] = {}
        self.now = NOW

    def is_let_through(self, account: str, address: str) -> bool:
        if self.wait(account, address):
            return False
        self._write(counted(counters_of(KEY, account, address), self._found(account, address), self.now))
        return True

    def is_right(self, account: str, address: str) -> None:
        self._write(forgiven(counters_of(KEY, account, address), self._found(account, address), self.now))

    def wait(self, account: str, address: str) -> int:
        return seconds_to_wait(counters_of(KEY, account, address), self._found(account, address), self.now)

    def _found(self, account: str, address: str) -> list[LoginTries]:
        slots = [counter.slot for counter in counters_of(KEY, account, address)]
        return [self.rows[slot] for slot in slots if slot in self.rows]

    def _write(self, rows: list[LoginTries]) -> None:
        self.rows |= {row.slot: row for row in rows}


def let_through(book: Book, account: str, addresses: list[str]) -> int:
    return sum(book.is_let_through(account, address) for address in addresses)


def test_one_address_has_ten_tries_at_an_account() -> None:
    book = Book()

    assert let_through(book, "ann", [HERE] * 50) == TRIES_AT_ONE_ACCOUNT_FROM_ONE_ADDRESS == 10
    assert book.wait("ann", HERE) == 901
    assert book.is_let_through("ann", THERE)
    assert book.is_let_through("bob", HERE)


def test_whoever_guesses_from_one_address_does_not_lock_the_owner_out() -> None:
    book = Book()
    let_through(book, "ann", [HERE] * 1_000)

    assert let_through(book, "ann", [THERE] * 5) == 5


def test_many_addresses_have_a_hundred_tries_at_an_account_together() -> None:
    book = Book()

    assert let_through(book, "ann", [f"10.0.{n // 200}.{n % 200}" for n in range(1_000)]) == TRIES_AT_ONE_ACCOUNT == 100


def test_one_address_has_a_hundred_tries_over_all_accounts() -> None:
    book = Book()

    assert sum(book.is_let_through(f"user{n}", HERE) for n in range(1_000)) == TRIES_FROM_ONE_ADDRESS == 100


def test_addresses_of_one_ipv6_network_are_one_and_those_of_ipv4_are_themselves() -> None:
    def slots(address: str) -> list[int]:
        return [counter.slot for counter in counters_of(KEY, "ann", address)]

    assert slots("2001:db8:1:2::1") == slots("2001:db8:1:2:ffff::9") != slots("2001:db8:1:3::1")
    assert slots("203.0.113.7") != slots("203.0.113.8")
    assert slots("::ffff:203.0.113.7") == slots("203.0.113.7")


def test_a_window_begins_with_its_first_try_and_ends_after_a_quarter_of_an_hour() -> None:
    book = Book()
    let_through(book, "ann", [HERE] * 10)

    book.now += WINDOW - timedelta(seconds=1)
    assert book.wait("ann", HERE) == 2
    book.now += timedelta(seconds=1)
    assert let_through(book, "ann", [HERE] * 50) == 10


def test_whoever_knows_the_password_starts_anew() -> None:
    book = Book()
    for _ in range(5):
        let_through(book, "ann", [HERE] * 10)
        book.is_right("ann", HERE)

    assert let_through(book, "ann", [HERE] * 50) == 10


def test_right_ones_never_use_an_address_up() -> None:
    book = Book()
    for number in range(500):
        assert book.is_let_through(f"user{number}", HERE)
        book.is_right(f"user{number}", HERE)


@given(st.text(), st.text(), st.text())
def test_a_counter_is_one_of_so_many_slots_and_the_key_says_which(key: str, account: str, address: str) -> None:
    slots = [counter.slot for counter in counters_of(key, account, address)]

    assert [slot // SLOTS for slot in slots] == [0, 1, 2]


def test_whose_counter_is_whose_cannot_be_told_without_the_key() -> None:
    assert counters_of("one", "ann", HERE) != counters_of("two", "ann", HERE)


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 3), st.booleans()), max_size=200))
def test_no_counter_is_ever_over_its_limit_or_below_zero(tries: list[tuple[int, int, bool]]) -> None:
    book = Book()
    for account, address, is_right in tries:
        if book.is_let_through(f"user{account}", f"10.0.0.{address}") and is_right:
            book.is_right(f"user{account}", f"10.0.0.{address}")

    assert all(0 <= row.number <= 100 for row in book.rows.values())
