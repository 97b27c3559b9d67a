import pytest

from leadline.domain.errors import Invalid
from leadline.domain.spreadsheets import safe_text
from leadline.sources.csv.presets import PRESETS, recognise
from tests.sources.csv.files import KINDS, Kind, Write, plan


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_of_file_shows_its_rows(kind: Kind, write: Write) -> None:
    planned = plan(write(kind.text))
    rows = list(planned.rows())
    first = rows[0]

    assert planned.rows_total == len(rows) == kind.rows
    assert planned.preset == kind.preset
    assert {name: first.fields.get(name) for name in kind.first} == kind.first
    assert (first.created_at.isoformat() if first.created_at else None) == kind.created
    assert first.owner == kind.owner
    assert first.record_id == kind.record_id


def test_a_row_tells_its_number_among_the_rows_and_its_line_in_the_file(write: Write) -> None:
    rows = list(plan(write('Name,Email\n\n"Ann\nLee",a@a.example\nBo,b@a.example\n')).rows())

    assert [(row.number, row.line) for row in rows] == [(1, 3), (2, 5)]


def test_rows_are_read_on_from_any_of_them(write: Write) -> None:
    planned = plan(write("Name,Email\n" + "".join(f"N{n},n{n}@a.example\n" for n in range(50))))

    assert list(planned.rows(after=33)) == list(planned.rows())[33:]


def test_a_mapping_wins_over_labels_and_presets(write: Write) -> None:
    path = write(
        "Record ID,Lifecycle Stage,Lead Status,Email,Who,When,Create Date\n1,lead,NEW,a@a.example,Ann,2024-02-01,2020-01-01\n"
    )

    (row,) = plan(path, {"who": "contact_name", "When": "created_at", "Email": "email"}).rows()

    assert row.fields["contact_name"] == "Ann"
    assert row.created_at is not None
    assert row.created_at.date().isoformat() == "2024-02-01"
    assert row.fields["Create Date"] == "2020-01-01"


def test_a_mapping_may_say_that_a_column_means_nothing(write: Write) -> None:
    (row,) = plan(write("Name,Email,Company\nAnn,a@a.example,Acme\n"), {"Company": ""}).rows()

    assert "company_name" not in row.fields
    assert row.fields["Company"] == "Acme"


def test_a_mapping_of_what_is_not_there_is_refused_with_every_fault(write: Write) -> None:
    with pytest.raises(Invalid) as refused:
        plan(write("Name,Email\nAnn,a@a.example\n"), {"Nam": "contact_name", "Email": "mail"})

    assert [fault.pointer for fault in refused.value.faults] == ["/Nam", "/Email"]
    assert "Name, Email" in refused.value.faults[0].detail


def test_a_time_that_cannot_be_read_stays_with_the_row(write: Write) -> None:
    (row,) = plan(write("Name,Email,Created at\nAnn,a@a.example,last week\n")).rows()

    assert row.created_at is None
    assert row.fields["Created at"] == "last week"


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_each_preset_is_recognised_by_any_three_of_its_marks_and_not_by_one(preset: object) -> None:
    marks = [mark.strip() for mark in preset.marks.split(";")]  # type: ignore[attr-defined]

    assert recognise([*marks[:5], "Email"]) is preset
    assert recognise([marks[0], "Email"]) is None


def test_what_was_made_safe_for_a_spreadsheet_comes_back_as_it_was(write: Write) -> None:
    values = ["=1+1", "+49 30 1", "-5", "@here", "a;=b", "it's fine"]
    lines = "".join(f'"{safe_text(value)}",n{n}@a.example\n' for n, value in enumerate(values))

    rows = plan(write("Name,Email\n" + lines)).rows()

    assert [row.fields["contact_name"] for row in rows] == values
