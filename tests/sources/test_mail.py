"""Inbound mail in the shapes of its providers: who wrote, which message it is, and whether a person wrote it."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.sources import Unreadable, mail

ANN, ID = "ann@firm.example.com", "<m1@mail.example.com>"
JSON = "application/json"
RAW = f"From: Ann <{ANN}>\r\nMessage-ID: {ID}\r\nIn-Reply-To: <x@y>\r\n"

POSTMARK = {
    "From": ANN,
    "FromFull": {"Email": ANN, "Name": "Ann"},
    "Subject": "Re: Hello",
    "MessageID": "22c74902",
    "Headers": [{"Name": "Message-ID", "Value": ID}, {"Name": "Auto-Submitted", "Value": "no"}],
}
MAILGUN = {
    "sender": ANN,
    "from": f"Ann <{ANN}>",
    "subject": "Re: Hello",
    "Message-Id": ID,
    "message-headers": json.dumps([["Message-Id", ID], ["In-Reply-To", "<x@y>"]]),
}
SENDGRID = {"from": f"Ann <{ANN}>", "headers": RAW, "envelope": json.dumps({"from": ANN, "to": ["us@x.example"]})}
GENERIC = {"from": f'"Doe, Ann" <{ANN.upper()}>', "message_id": ID, "in_reply_to": "<x@y>"}


def multipart(fields: dict[str, str]) -> tuple[bytes, str]:
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
    ]
    file = '--b\r\nContent-Disposition: form-data; name="from"; filename="a.txt"\r\n\r\nother@x.example\r\n'
    return "".join([*parts, file, "--b--\r\n"]).encode(), "multipart/form-data; boundary=b"


POSTS: dict[str, tuple[bytes, str]] = {
    "postmark": (json.dumps(POSTMARK).encode(), JSON),
    "mailgun": (urlencode(MAILGUN).encode(), "application/x-www-form-urlencoded"),
    "mailgun, with files": multipart(MAILGUN),
    "sendgrid": multipart(SENDGRID),
    "generic": (json.dumps(GENERIC).encode(), JSON),
    "headers as an object": (json.dumps({"headers": {"from": ANN, "message-id": ID}}).encode(), ""),
}


@pytest.mark.parametrize("name", POSTS)
def test_sender_and_message_are_read_in_every_shape(name: str) -> None:
    read = mail.read(*POSTS[name])

    assert (read.email_key, read.event_id, read.is_automatic) == (ANN, f"mail:{ID}", False)


@pytest.mark.parametrize(
    ("name", "value", "is_automatic"),
    [
        ("Auto-Submitted", "auto-replied", True),
        ("Auto-Submitted", "auto-generated; owner", True),
        ("Auto-Submitted", "No", False),
        ("Precedence", "bulk", True),
        ("Precedence", "auto_reply", True),
        ("Precedence", "first-class", False),
        ("X-Autoreply", "yes", True),
        ("X-Autorespond", "Out of office", True),
        ("Subject", "Out of office", False),
    ],
)
def test_an_answering_machine_is_known_by_its_headers(name: str, value: str, is_automatic: bool) -> None:
    listed = POSTMARK | {"Headers": [{"Name": name, "Value": value}]}
    raw = SENDGRID | {"headers": f"{RAW}{name}: {value}\r\n"}
    plain = GENERIC | {name.lower(): value}

    for post in ((json.dumps(listed).encode(), JSON), multipart(raw), (json.dumps(plain).encode(), JSON)):
        assert mail.read(*post).is_automatic is is_automatic


@pytest.mark.parametrize("sender", ["MAILER-DAEMON@x.example.com", "no-reply@x.example.com"])
def test_what_comes_from_no_person_is_automatic(sender: str) -> None:
    assert mail.read(json.dumps({"from": sender}).encode(), JSON).is_automatic


def test_without_an_id_the_same_body_is_the_same_message() -> None:
    one, same, other = (mail.read(json.dumps({"from": ANN, "n": n}).encode(), JSON) for n in (1, 1, 2))

    assert one.event_id == same.event_id != other.event_id


@pytest.mark.parametrize("sender", [None, "", "nobody", 5, {}, {"email": 5}, "{", "[]"])
def test_a_sender_that_cannot_be_read_is_nobody(sender: Any) -> None:
    assert mail.read(json.dumps({"from": sender}).encode(), JSON).email_key is None


@pytest.mark.parametrize("post", [(b"", JSON), (b"[]", JSON), (b"x", "multipart/form-data"), (b"&" * 9, JSON)])
def test_what_is_no_message_is_unreadable(post: tuple[bytes, str]) -> None:
    with pytest.raises(Unreadable):
        mail.read(*post)


@given(
    st.binary(max_size=300),
    st.sampled_from([JSON, "", "multipart/form-data; boundary=b", "application/x-www-form-urlencoded"]),
)
def test_any_bytes_are_read_or_unreadable(body: bytes, content_type: str) -> None:
    try:
        mail.read(body, content_type)
    except Unreadable:
        return


_JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=9),
    lambda s: st.lists(s, max_size=3) | st.dictionaries(st.text(max_size=9), s, max_size=3),
)


@given(
    st.dictionaries(
        st.sampled_from(["from", "sender", "headers", "Headers", "message-headers", "envelope", "precedence"]), _JSON
    )
)
def test_any_json_is_read(sent: dict[str, Any]) -> None:
    mail.read(json.dumps(sent).encode(), JSON)
