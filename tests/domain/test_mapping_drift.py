"""Mapping drift: a label that came and stopped is told, with the leads that went without; nothing else is."""

from hypothesis import given
from hypothesis import strategies as st

from leadline.domain.mapping_drift import EARLIER_MIN, LAST, Labelled, find_drifts
from tests.builders import an_id

BOTH = {"E-mail": "email", "Firma": "company_name"}


def posting(number: int = 0, filled: dict[str, str] | None = None, *more: str) -> Labelled:
    fills = BOTH if filled is None else filled
    return Labelled(frozenset({*fills, *more}), fills, an_id(number) if number else None)


ONLY_MAIL = {"E-mail": "email"}


def test_a_label_that_stopped_is_told_with_the_leads_since() -> None:
    last = [posting(number + 1, ONLY_MAIL) for number in range(LAST + 1)]

    (drift,) = find_drifts([*last, *(posting() for _ in range(EARLIER_MIN))])

    assert (drift.label, drift.field) == ("Firma", "company_name")
    assert drift.lead_ids == tuple(an_id(number + 1) for number in range(LAST + 1))


def test_a_label_that_came_again_once_is_no_drift() -> None:
    last = [posting(1, ONLY_MAIL)] * (LAST - 1)

    assert find_drifts([*last, posting(), *[posting()] * EARLIER_MIN]) == []


def test_a_label_that_comes_blank_is_still_there() -> None:
    last = [posting(1, ONLY_MAIL, "Firma")] * LAST

    assert find_drifts([*last, *[posting()] * EARLIER_MIN]) == []


def test_a_field_that_another_label_fills_has_lost_nothing() -> None:
    last = [posting(1, {"E-mail": "email", "Company": "company_name"})] * LAST

    assert find_drifts([*last, *[posting()] * EARLIER_MIN]) == []


def test_a_label_that_came_now_and_then_is_no_habit() -> None:
    last = [posting(1, ONLY_MAIL)] * LAST
    earlier = [posting(), *[posting(0, ONLY_MAIL)] * EARLIER_MIN]

    assert find_drifts([*last, *earlier]) == []


@given(st.integers(0, LAST + EARLIER_MIN - 1))
def test_too_few_postings_say_nothing(number: int) -> None:
    assert find_drifts(([posting(1, ONLY_MAIL)] * LAST + [posting()] * EARLIER_MIN)[:number]) == []


@given(st.lists(st.booleans(), max_size=40))
def test_what_is_told_is_missing_in_each_of_the_last(has_it: list[bool]) -> None:
    postings = [posting(n + 1, BOTH if has else ONLY_MAIL) for n, has in enumerate(has_it)]

    for drift in find_drifts(postings):
        assert not any(has_it[:LAST])
        assert len(drift.lead_ids) >= LAST
