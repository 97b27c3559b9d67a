"""Which of a provider's submissions have reached us: by ids, else by form, address and time, one of ours for one of theirs."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.domain.reconciling import OUR_CLOCK, PROVIDERS_CLOCK, Mark, missing
from tests.builders import NOW

SECOND = timedelta(seconds=1)


def mark(*ids: str, **fields: Any) -> Mark:
    return Mark(**({"ids": frozenset(ids), "form": "Contact", "email_key": "a@x.co", "at": NOW} | fields))


def test_the_same_id_is_the_same_submission_whatever_else_differs() -> None:
    theirs = mark("a", form="Other", email_key=None, at=NOW - timedelta(days=9))

    assert missing([theirs, mark("c", email_key="c@x.co")], [mark("a", "b")]) == [1]


@pytest.mark.parametrize(
    ("ours", "is_known"),
    [
        ({}, True),
        ({"at": NOW + PROVIDERS_CLOCK}, True),
        ({"at": NOW + PROVIDERS_CLOCK + SECOND}, False),
        ({"at": NOW + OUR_CLOCK, "is_providers_time": False}, True),
        ({"at": NOW + OUR_CLOCK + SECOND, "is_providers_time": False}, False),
        ({"at": NOW - PROVIDERS_CLOCK - SECOND, "is_providers_time": False}, False),
        ({"form": " contact "}, True),
        ({"form": None}, True),
        ({"form": "Newsletter"}, False),
        ({"email_key": "b@x.co"}, False),
        ({"email_key": None}, False),
    ],
)
def test_without_a_common_id_form_address_and_time_decide(ours: dict[str, Any], is_known: bool) -> None:
    assert missing([mark("theirs")], [mark("ours", **ours)]) == ([] if is_known else [0])


def test_without_an_address_only_an_id_says_that_it_is_known() -> None:
    assert missing([mark("a", email_key=None)], [mark("b", email_key=None)]) == [0]


def test_one_of_ours_stands_for_one_of_theirs() -> None:
    assert missing([mark("a"), mark("b")], [mark("c")]) == [1]
    # The one that an id claims is no longer there for another.
    assert missing([mark("a"), mark("b")], [mark("b")]) == [0]


_marks = st.lists(
    st.builds(
        mark,
        st.sampled_from("abcdef"),
        email_key=st.sampled_from([None, "a@x.co", "b@x.co"]),
        at=st.sampled_from([NOW, NOW + SECOND, NOW + timedelta(hours=1)]),
        form=st.sampled_from([None, "Contact", "Other"]),
    ),
    max_size=6,
    unique_by=lambda one: one.ids,
)


@given(_marks, _marks)
def test_what_was_received_is_never_missing_and_what_nobody_sent_is(listed: list[Mark], received: list[Mark]) -> None:
    left = missing(listed, received)

    assert left == sorted(left)
    assert len(left) >= len(listed) - len(received)
    assert not [place for place in left if any(listed[place].ids & ours.ids for ours in received)]
    assert missing(listed, [*received, *(listed[place] for place in left)]) == []
