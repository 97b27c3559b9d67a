"""Dates in a file's own format: whether 03/04 is March or April is told by the whole column, not by one cell."""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january januar janvier enero jan ene janv",
            "february februar février fevrier febrero feb fév fev févr",
            "march märz maerz mars marzo mar mär mrz",
            "april avril abril apr avr abr",
            "may mai mayo",
            "june juni juin junio jun",
            "july juli juillet julio jul juil",
            "august août aout agosto aug ago",
            "september septembre septiembre sep sept",
            "october oktober octobre octubre oct okt",
            "november novembre noviembre nov",
            "december dezember décembre decembre diciembre dec dez déc dic",
        ),
        1,
    )
    for name in names.split()
}
_numeric = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?=\D|\Z)").match
_year_first = re.compile(r"(\d{4})([./-])(\d{1,2})\2(\d{1,2})(?=\D|\Z)").match
_day_month = re.compile(r"(\d{1,2})[ .\-]+([^\W\d_]{3,10})[ .,\-]+(\d{4}|\d{2})(?=\D|\Z)").match
_month_day = re.compile(r"([^\W\d_]{3,10})[ .\-]+(\d{1,2})(?:st|nd|rd|th)?[ ,\-]+(\d{4})(?=\D|\Z)").match
_clock = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*([AaPp])?\.?(?:[Mm]\.?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?\Z").match  # fmt: skip
_weekday = re.compile(r"[^\W\d_]{2,9}\.?,?\s+(?=\d|[^\W\d_]{3,10} \d)").match
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_YEAR, _LAST_YEAR = 1970, 2100


class DateColumn:
    """What one column of dates says about its own format. `day_first` decides where no cell tells."""

    def __init__(self, *, day_first: bool = False) -> None:
        self._day_first = day_first
        self._told: Counter[tuple[str, str]] = Counter()
        self._separators: set[str] = set()

    def look(self, text: str) -> None:
        """Take in one cell: a number above 12 can be no month."""
        if found := _numeric(text.strip()):
            first, separator, second = int(found[1]), found[2], int(found[3])
            self._separators.add(separator)
            if first > 12 >= second:
                self._told[separator, "day"] += 1
            elif second > 12 >= first:
                self._told[separator, "month"] += 1
            if text.rstrip()[-1:] in "Mm":
                self._told["", "am_pm"] += 1

    @property
    def described(self) -> str | None:
        """In which order 03/04 is read here; None where no cell has anything of the kind."""
        orders = {self._order(separator) for separator in self._separators}
        if not orders:
            return None
        if len(orders) > 1 or None in orders:
            return "in several orders (what may mean two days is left out)"
        return "day first" if orders.pop() else "month first"

    def read(self, text: str) -> datetime | None:
        """The moment a cell names, in UTC where it names no zone; None where it names none, or may mean two."""
        text = text.strip()
        if text.isdecimal():
            return _from_epoch(text)
        for candidate in (text, text[skipped.end() :] if (skipped := _weekday(text)) else ""):
            if found := self._day_of(candidate):
                (year, month, day), rest = found
                return _moment(year, month, day, rest.lstrip(" ,Tt"))
        return None

    def _day_of(self, text: str) -> tuple[tuple[int, int, int], str] | None:
        if found := _year_first(text):
            return (int(found[1]), int(found[3]), int(found[4])), text[found.end() :]
        if found := _numeric(text):
            return self._numeric_day(found, text[found.end() :])
        if (found := _day_month(text)) and (month := _MONTHS.get(found[2].casefold())):
            return (_year(found[3]), month, int(found[1])), text[found.end() :]
        if (found := _month_day(text)) and (month := _MONTHS.get(found[1].casefold())):
            return (_year(found[3]), month, int(found[2])), text[found.end() :]
        return None

    def _numeric_day(self, found: re.Match[str], rest: str) -> tuple[tuple[int, int, int], str] | None:
        first, separator, second, year = int(found[1]), found[2], int(found[3]), _year(found[4])
        if first > 12 or second > 12:
            is_day_first = first > 12
        else:
            ordered = self._order(separator)
            if ordered is None and first != second:
                return None
            is_day_first = bool(ordered)
        return ((year, second, first) if is_day_first else (year, first, second)), rest

    def _order(self, separator: str) -> bool | None:
        day, month = self._told[separator, "day"], self._told[separator, "month"]
        if day and month:
            return None
        if day or month:
            return bool(day)
        if separator == ".":
            return True
        return self._day_first and not self._told["", "am_pm"]


def column_of(texts: Iterable[str], *, day_first: bool = False) -> DateColumn:
    """The column that these cells are."""
    column = DateColumn(day_first=day_first)
    for text in texts:
        column.look(text)
    return column


def _year(digits: str) -> int:
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def _moment(year: int, month: int, day: int, clock: str) -> datetime | None:
    hour = minute = second = 0
    zone = UTC if not clock else None
    if found := _clock(clock):
        hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
        half = (found[5] or "").lower()
        if half and not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0) if half else hour
        zone = _zone(found[6])
    if zone is None or not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _zone(text: str | None) -> timezone | None:
    if text in (None, "Z", "UTC", "GMT"):
        return UTC
    offset = timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    return timezone(-offset if text[0] == "-" else offset) if offset < timedelta(hours=24) else None


def _from_epoch(digits: str) -> datetime | None:
    """Seconds or milliseconds since 1970, told apart by their number of digits; eight digits are a day."""
    if len(digits) == 8:
        return _moment(int(digits[:4]), int(digits[4:6]), int(digits[6:]), "")
    if len(digits) in (10, 13):
        return _EPOCH + timedelta(seconds=int(digits)) if len(digits) == 10 else _EPOCH + timedelta(milliseconds=int(digits))  # fmt: skip
    return None
