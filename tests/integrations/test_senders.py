"""Who may send leads, kept for a start without the database: what comes out is what went in, or nothing."""

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from leadline.domain.access import ApiKey
from leadline.domain.endpoints import Endpoint
from leadline.domain.forms import FORM_SPAM, Form
from leadline.ids import new_id
from leadline.integrations.senders import SendersFile
from leadline.ports.senders import Senders
from tests.builders import NOW

PLACE = "postgresql://db.example.com/leadline"
KEY = ApiKey(new_id(), "a program", "ll_abc", b"\x00hash", ("leads:create",), NOW, expires_at=NOW)
HOOK = Endpoint(
    new_id(), "contact", "webflow", "token", NOW, NOW, sealed_secrets=b"\xffsealed", mapping={"Firma": "company_name"}
)
FORM = replace(
    HOOK, name="demo", provider="form", form=Form(consent="Yes", origins=("https://a.example.com",)), spam=FORM_SPAM
)
SENDERS = Senders([KEY], [HOOK, FORM])


def file(folder: Path, secret_key: str = "a secret", place: str = PLACE) -> SendersFile:
    return SendersFile(folder / "home" / "senders.sealed", secret_key, place)


def bytes_of(folder: Path) -> bytes:
    return (folder / "home" / "senders.sealed").read_bytes()


def test_they_come_back_as_they_were(tmp_path: Path) -> None:
    file(tmp_path).write(SENDERS)

    assert file(tmp_path).read() == SENDERS


def test_they_are_for_nobodys_eyes(tmp_path: Path) -> None:
    file(tmp_path).write(SENDERS)

    assert b"contact" not in bytes_of(tmp_path)
    assert (tmp_path / "home" / "senders.sealed").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("secret_key", "place"), [("another", PLACE), ("a secret", "postgresql://db.example.com/other")]
)
def test_those_of_another_key_or_another_database_are_not_known(tmp_path: Path, secret_key: str, place: str) -> None:
    file(tmp_path).write(SENDERS)

    assert file(tmp_path, secret_key, place).read() is None


def test_a_file_that_is_missing_or_was_touched_tells_nothing(tmp_path: Path) -> None:
    assert file(tmp_path).read() is None

    file(tmp_path).write(SENDERS)
    sealed = bytes_of(tmp_path)
    for touched in (b"", sealed[:-5], sealed[:40] + b"x" + sealed[41:]):
        (tmp_path / "home" / "senders.sealed").write_bytes(touched)

        assert file(tmp_path).read() is None


def test_the_disk_is_spared_what_it_has_already(tmp_path: Path) -> None:
    kept = file(tmp_path)
    kept.write(SENDERS)
    first = bytes_of(tmp_path)

    kept.write(replace(SENDERS, keys=[replace(KEY, last_used_at=NOW)]))
    assert bytes_of(tmp_path) == first

    kept.write(replace(SENDERS, keys=[]))
    assert file(tmp_path).read() == replace(SENDERS, keys=[])


def test_a_disk_that_takes_no_more_leaves_what_was_there(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    kept = file(tmp_path)
    kept.write(SENDERS)
    (tmp_path / "home" / "senders.new").mkdir()

    with caplog.at_level(logging.WARNING, "leadline.journal"):
        kept.write(Senders([], []))

    assert "could not be kept" in caplog.text
    assert file(tmp_path).read() == SENDERS
