from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.sources.csv.dates import DateColumn, column_of

BEGIN, END = datetime(1971, 1, 1), datetime(2099, 1, 1)  # noqa: DTZ001 - hypothesis wants them so


def read(text: str, *others: str, day_first: bool = False) -> str | None:
    moment = column_of([text, *others], day_first=day_first).read(text)
    return moment.strftime("%Y-%m-%d %H:%M") if moment else None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-01-15", "2024-01-15 00:00"),
        ("2024-01-15T14:30:00Z", "2024-01-15 14:30"),
        ("2024-01-15 14:30:00+02:00", "2024-01-15 12:30"),
        ("2024-01-15T14:30:00.123456+0530", "2024-01-15 09:00"),
        ("2024/1/5 7:05", "2024-01-05 07:05"),
        ("15.01.2024 14:30", "2024-01-15 14:30"),
        ("1/20/2024 2:30 PM", "2024-01-20 14:30"),
        ("1/20/2024 12:05 am", "2024-01-20 00:05"),
        ("15-Jan-2024", "2024-01-15 00:00"),
        ("Jan 5, 2024", "2024-01-05 00:00"),
        ("Mar 20 2024", "2024-03-20 00:00"),
        ("20 March 2024 08:00", "2024-03-20 08:00"),
        ("3. März 2024", "2024-03-03 00:00"),
        ("Fri, 15 Mar 2024 10:00:00 GMT", "2024-03-15 10:00"),
        ("1710493920", "2024-03-15 09:12"),
        ("1710493920000", "2024-03-15 09:12"),
        ("20240315", "2024-03-15 00:00"),
    ],
)
def test_a_date_is_read_in_many_forms(text: str, moment: str) -> None:
    assert read(text) == moment


@pytest.mark.parametrize(
    "text",
    ["", "soon", "2024-13-01", "31.02.2024", "99/99/2024", "2024-01-15 25:00", "12", "1/1/1824", "13:00", "5 Foo 2024", "1/2/2024 14:00 PM"],
)  # fmt: skip
def test_what_is_no_date_is_none(text: str) -> None:
    assert read(text) is None


def test_the_whole_column_says_which_number_is_the_month() -> None:
    assert read("03/04/2024", "25/12/2024") == "2024-04-03 00:00"
    assert read("03/04/2024", "12/25/2024") == "2024-03-04 00:00"


def test_where_no_cell_tells_the_country_of_the_file_does() -> None:
    assert read("03/04/2024") == "2024-03-04 00:00"
    assert read("03/04/2024", day_first=True) == "2024-04-03 00:00"
    assert read("03/04/2024 9:00 AM", day_first=True) == "2024-03-04 09:00"
    assert read("03.04.2024") == "2024-04-03 00:00"


def test_a_column_that_says_both_leaves_open_what_may_be_either() -> None:
    assert read("03/04/2024", "25/12/2024", "12/25/2024") is None
    assert read("25/12/2024", "03/04/2024", "12/25/2024") == "2024-12-25 00:00"
    assert read("04/04/2024", "25/12/2024", "12/25/2024") == "2024-04-04 00:00"


@given(
    st.datetimes(min_value=BEGIN, max_value=END),
    st.sampled_from(["%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"]),
)
def test_a_column_with_a_late_day_is_read_as_it_was_written(moment: datetime, form: str) -> None:
    column = column_of([datetime(2024, 2, 28, tzinfo=UTC).strftime(form), moment.strftime(form)])

    assert column.read(moment.strftime(form)) == moment.replace(second=0, microsecond=0, tzinfo=UTC)


@given(st.text(max_size=40) | st.from_regex(r"\A\d{1,4}[./-]\d{1,4}[./-]\d{1,4}( \d+:\d+)?\Z"))
def test_no_text_whatever_breaks_a_column(text: str) -> None:
    column = DateColumn()
    column.look(text)
    moment = column.read(text)

    assert moment is None or moment.tzinfo is not None
