"""Phone numbers: kept as typed; their E.164 form beside them where there is one."""

import re
from dataclasses import dataclass

import phonenumbers

DIGITS_MIN = 5
TEXT_MAX = 100

_plain = re.compile(rf"[\s()+./-]*(?:\d[\s()+./-]*){{{DIGITS_MIN},}}\Z").match
_extension = re.compile(
    r"[\s,;(-]*(?:ext(?:ension|n)?|x|durchwahl|dw|poste|interno|int|extensi[oó]n|anexo|доб)[\s.:]*\d{1,9}[\s)]*\Z",
    re.IGNORECASE,
).search


@dataclass(frozen=True, slots=True)
class Phone:
    """A number as typed, its E.164 form if it is possible in full, and whether it can really be in use (SMS needs that)."""

    kept: str
    e164: str | None
    valid: bool


def looks_wrong(text: str) -> bool:
    """Whether this is no phone number: fewer than 5 digits, or letters other than an extension. Cheap, for intake."""
    if len(text) > TEXT_MAX:
        return True
    if _plain(text):
        return False
    extension = _extension(text)
    number = text[: extension.start()] if extension else text
    return sum(map(str.isdecimal, number)) < DIGITS_MIN or any(map(str.isalpha, number))


def clean_phone(text: str, region: str | None) -> Phone:
    """All there is to know of a number. Parsing costs tens of microseconds: intake leaves it to a worker.

    Sample and internal numbers (`+1-555-0100`) are possible only locally; they are kept and have no E.164 form.
    """
    kept = text.strip()
    try:
        number = phonenumbers.parse(kept, region.upper() if region else None)
    except phonenumbers.NumberParseException:
        return Phone(kept, None, valid=False)
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return Phone(kept, None, valid=False)
    formatted = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return Phone(kept, formatted, phonenumbers.is_valid_number(number))


def e164(text: str, region: str | None) -> str | None:
    """The E.164 form, where the number is possible and not local-only. For the worker, after the capture."""
    return clean_phone(text, region).e164
