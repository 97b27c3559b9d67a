"""Phone numbers: kept as typed; their E.164 form beside them where there is one."""

import re

import phonenumbers

DIGITS_MIN = 5
TEXT_MAX = 100

_plain = re.compile(rf"[\s()+./-]*(?:\d[\s()+./-]*){{{DIGITS_MIN},}}\Z").match
_extension = re.compile(
    r"[\s,;(-]*(?:ext(?:ension|n)?|x|durchwahl|dw|poste|interno|int|extensi[oó]n|anexo|доб)[\s.:]*\d{1,9}[\s)]*\Z",
    re.IGNORECASE,
).search


def looks_wrong(text: str) -> bool:
    """Whether this is no phone number: fewer than 5 digits, or letters other than an extension. Cheap, for intake."""
    if len(text) > TEXT_MAX:
        return True
    if _plain(text):
        return False
    extension = _extension(text)
    number = text[: extension.start()] if extension else text
    return sum(map(str.isdecimal, number)) < DIGITS_MIN or any(map(str.isalpha, number))


def e164(text: str, region: str | None) -> str | None:
    """The E.164 form, where the number is possible and not local-only (`+1-555-0100`). Parsing costs tens of microseconds: intake
    leaves it to a worker. Whether a number can be in use is not asked: that takes as long again."""
    number = _possible(text.strip(), region)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if number else None


def _possible(text: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(text, region.upper() if region else None)
    except phonenumbers.NumberParseException:
        return None
    is_possible = phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE
    return number if is_possible else None
