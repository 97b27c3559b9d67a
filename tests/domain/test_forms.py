"""Forms of our own: what may be set on one."""

from dataclasses import asdict
from typing import Any

import pytest

from leadline.domain.forms import Form, form_faults, is_origin, spam_faults

EMAIL = {"name": "email", "label": "E-mail", "required": True}
GOOD = {
    "title": "Talk to us",
    "intro": None,
    "fields": [EMAIL, {"name": "industry", "label": "Industry", "options": ["Software", "Other"]}],
    "consent": "I agree.\nReally.",
    "redirect_to": "https://www.company.com/thanks?x=1",
    "origins": ["https://www.company.com", "http://127.0.0.1:8080"],
    "turnstile": True,
}


def pointers(value: object) -> list[str]:
    return [fault.pointer for fault in form_faults(value)]


@pytest.mark.parametrize("form", [{}, GOOD])
def test_a_good_form_has_no_fault_and_survives_being_stored(form: dict[str, Any]) -> None:
    made = Form.from_json(form)

    assert pointers(form) == []
    assert Form.from_json(asdict(made)) == made


@pytest.mark.parametrize(
    ("form", "pointer"),
    [
        ([], "/form"),
        ({"colour": "red"}, "/form/colour"),
        ({"title": None}, "/form/title"),
        ({"title": " "}, "/form/title"),
        ({"button": "x" * 61}, "/form/button"),
        ({"consent": "a\0b"}, "/form/consent"),
        ({"fields": []}, "/form/fields"),
        ({"fields": "email"}, "/form/fields"),
        ({"fields": [{**EMAIL, "required": False}]}, "/form/fields"),
        ({"fields": [EMAIL, EMAIL]}, "/form/fields/1/name"),
        ({"fields": [EMAIL, {"name": "utm_source", "label": "x"}]}, "/form/fields/1/name"),
        ({"fields": [EMAIL, {"name": ["phone"], "label": "x"}]}, "/form/fields/1/name"),
        ({"fields": [EMAIL, {"name": "phone"}]}, "/form/fields/1"),
        ({"fields": [EMAIL, {"name": "phone", "label": "x", "required": 1}]}, "/form/fields/1/required"),
        ({"fields": [EMAIL, {"name": "phone", "label": "x", "options": [""]}]}, "/form/fields/1/options/0"),
        ({"redirect_to": "http://www.company.com/"}, "/form/redirect_to"),
        ({"redirect_to": "javascript:alert(1)"}, "/form/redirect_to"),
        ({"redirect_to": "https://a.com/\\@b"}, "/form/redirect_to"),
        ({"origins": "https://a.com"}, "/form/origins"),
        ({"origins": ["https://a.com/"]}, "/form/origins/0"),
        ({"origins": ["*"]}, "/form/origins/0"),
        ({"turnstile": "yes"}, "/form/turnstile"),
    ],
)
def test_each_fault_is_named_with_its_place(form: object, pointer: str) -> None:
    assert pointers(form) == [pointer]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://www.company.com", True), ("https://a.com:8443", True), ("http://localhost:3000", True),
        ("http://a.com", False), ("https://A.com", False), ("https://u@a.com", False), ("https://a.com; script-src *", False),
        ("https://a.com:99999", False), ("https://", False), ("null", False), (5, False), ("https://a.com\n", False),
    ],
)  # fmt: skip
def test_an_origin_is_one_as_browsers_write_it(text: object, expected: bool) -> None:
    assert is_origin(text) is expected


@pytest.mark.parametrize(
    ("spam", "is_form", "found"),
    [
        ({"honeypot": True, "seconds_min": 3, "links_max": None}, True, []),
        ({"links_max": 0}, False, []),
        ({"honeypot": True}, False, ["/spam/honeypot"]),
        ({"seconds_min": -1}, True, ["/spam/seconds_min"]),
        ({"seconds_min": True}, True, ["/spam/seconds_min"]),
        ({"links_max": 101}, True, ["/spam/links_max"]),
        ("off", True, ["/spam"]),
    ],
)
def test_spam_settings_are_checked(spam: object, is_form: bool, found: list[str]) -> None:
    assert [fault.pointer for fault in spam_faults(spam, is_form=is_form)] == found
