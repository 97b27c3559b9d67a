import io
import json
import tracemalloc
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from leadline.sources.csv import UnreadableFile
from leadline.sources.csv.dialect import records
from leadline.sources.csv.encoding import code_page
from leadline.sources.csv.table import open_table
from tests.sources.csv.files import Write, plan

SPECTRUM = sorted((Path(__file__).parents[2] / "data" / "csv_spectrum").glob("*.csv"))
TEXT = "Name;E-Mail;Firma\nJürgen Müller;j@a.example;Größe GmbH\nRenée;r@a.example;Société\n"


@pytest.mark.parametrize("path", SPECTRUM, ids=lambda path: path.stem)
def test_the_reader_agrees_with_the_spectrum(path: Path, write: Write) -> None:
    content = path.read_bytes()
    # On the way here the files with CRLF lost their CR.
    planned = plan(write(content.replace(b"\n", b"\r\n") if path.stem.endswith("_crlf") else content))
    _, *rows = (cells for _, cells in planned.table.records())
    read = [dict(zip(planned.columns, cells, strict=True)) for cells in rows]

    assert read == json.loads(path.with_suffix(".json").read_text())


@pytest.mark.parametrize(
    "encoding",
    [
        "utf-8",
        "utf-8-sig",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "utf-32",
        "cp1252",
        "latin-1",
        "iso8859-15",
        "mac_roman",
    ],
)
def test_every_encoding_gives_the_same_rows(encoding: str, write: Write) -> None:
    (first, second) = plan(write(TEXT.encode(encoding))).rows()

    assert first.fields == {"contact_name": "Jürgen Müller", "email": "j@a.example", "company_name": "Größe GmbH"}
    assert second.fields["company_name"] == "Société"


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("cp1252", "José Muñoz"),
        ("cp1252", "Jürgen Müller"),
        ("cp1252", "François – “Été” 5 €"),
        ("cp1250", "Łukasz Wiśniewski"),
        ("cp1250", "Řehoř Žižka Němec"),
        ("cp1251", "Алексей Иванов"),
        ("cp1253", "Γιώργος Παπαδόπουλος"),
        ("cp1254", "Şükrü Yıldız İğdır"),
        ("mac_roman", "Jürgen Müller Große"),
    ],
)
def test_a_code_page_is_told_by_its_letters(encoding: str, words: str) -> None:
    written = [word for word in words.encode(encoding).split() if not word.isascii()]
    told = code_page(written)

    assert [word.decode(told) for word in written] == [word for word in words.split() if not word.isascii()]


def test_a_late_accent_in_a_long_file_still_tells_its_code_page(write: Write) -> None:
    rows = "".join(f"Name {n},n{n}@a.example\n" for n in range(60_000))
    path = write(("Name,Email\n" + rows + "Renée,r@a.example\n").encode("cp1252"))

    (last,) = plan(path).rows(after=60_000)

    assert last.fields["contact_name"] == "Renée"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\n\n  \n", "empty"),
        (b"\xef\xbb\xbf\r\n", "empty"),
        (b",,,\n,,\n", "empty"),
        (b"Ann,ann@a.example,Acme\nBo,bo@a.example,Beta\n", "no header"),
        (b'Name,Email\nAnn,a@a.example\n"Bo,b@a.example\nCy,c@a.example\n', "line 3 opens a quote"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old Excel"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"<!DOCTYPE html><html>", "HTML"),
        (b'{"leads": []}', "JSON"),
        (b"PK\x03\x04 and nothing more", "damaged"),
    ],
)
def test_what_is_no_table_is_refused_in_a_sentence(content: bytes, said: str, write: Write) -> None:
    with pytest.raises(UnreadableFile, match=said):
        plan(write(content))


def test_a_zip_archive_of_something_else_is_named(write: Write) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("leads.csv", "Name,Email\n")

    with pytest.raises(UnreadableFile, match="ZIP archive"):
        plan(write(packed.getvalue()))


def test_zeros_and_a_cell_of_a_megabyte_are_read(write: Write) -> None:
    big = "x" * 1_000_000
    (first, second) = plan(write(f"Name,Email,Notes\nAn\0n,a@a.example,{big}\nBo,b@a.example,short\n")).rows()

    assert first.fields["message"] == big
    assert second.fields["email"] == "b@a.example"


def test_a_workbook_is_read_whatever_it_is_called(write: Write) -> None:
    workbook = Workbook()
    workbook.create_sheet("Leads").append([None, None])
    sheet = workbook["Leads"]
    sheet.append(["Name", "Email", "Phone", "Employees", "Created at"])
    sheet.append(["Ann Lee", "a@a.example", 5550100, 250.0, "2024-01-15 10:00"])
    sheet.append([None, None, None])
    sheet.append(["Bo", "b@a.example", "+49 30 1234", None, None, "beyond"])
    packed = io.BytesIO()
    workbook.save(packed)

    planned = plan(write(packed.getvalue()))
    first, second = planned.rows()

    assert first.fields == {
        "contact_name": "Ann Lee",
        "email": "a@a.example",
        "phone": "5550100",
        "company_size": "250",
    }
    assert first.created_at is not None
    assert second.fields["column 6"] == "beyond"
    assert planned.rows_total == 2


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=400) | st.text(max_size=200).map(lambda text: ("Name,Email\n" + text).encode(errors="replace"))
)
def test_no_bytes_whatever_are_more_than_rows_or_a_sentence(write: Write, content: bytes) -> None:
    with suppress(UnreadableFile):
        planned = plan(write(content))

        assert len(list(planned.rows())) == planned.rows_total


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 5000), st.binary(min_size=1, max_size=20))
def test_a_damaged_workbook_is_more_rows_or_a_sentence(write: Write, at: int, damage: bytes) -> None:
    workbook = Workbook()
    workbook.worksheets[0].append(["Name", "Email"])
    workbook.worksheets[0].append(["Ann", "a@a.example"])
    packed = io.BytesIO()
    workbook.save(packed)
    content = bytearray(packed.getvalue())
    content[at : at + len(damage)] = damage

    with suppress(UnreadableFile):
        list(plan(write(bytes(content))).rows())


@given(st.lists(st.lists(st.text(alphabet='ab,;"\n\r é', max_size=6), min_size=2, max_size=4), min_size=1, max_size=6))
def test_what_a_spreadsheet_writes_is_read_as_it_was(rows: list[list[str]]) -> None:
    import csv

    written = io.StringIO(newline="")
    csv.writer(written).writerows(rows)
    lines = io.StringIO(written.getvalue(), newline="")

    assert [cells for _, cells in records(lines, ",")] == rows


def test_memory_does_not_grow_with_the_file(write: Write) -> None:
    path = write("Name,Email,Notes\n" + "".join(f"N{n},n{n}@a.example,{'x' * 200}\n" for n in range(20_000)))
    planned = plan(path)
    tracemalloc.start()
    try:
        for _ in planned.rows():
            pass
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert path.stat().st_size > 4_000_000
    assert peak < 1_000_000


def test_a_table_is_known_by_its_bytes(write: Write) -> None:
    first = open_table(write("Name,Email\nAnn,a@a.example\n")).digest

    assert open_table(write("Name,Email\nAnn,a@a.example\n")).digest == first
    assert open_table(write("Name,Email\nAnn,b@a.example\n")).digest != first
