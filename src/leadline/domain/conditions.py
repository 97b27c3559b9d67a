"""What a scoring rule may ask of a lead, as data: how it reads in JSON, and which questions can never be answered yes."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from leadline.domain.json_nodes import Node
from leadline.domain.leads import COMPANY_SIZES, EmailClass

ANSWER_FIELDS = ("company_size", "industry", "inquiry_type", "budget_timeline", "email_class")
COUNT_FIELDS = ("email_reply_count", "pricing_page_visits")
FLAG_FIELDS = ("demo_video_watched", "qualification_bonus_applied")
FIELDS = ANSWER_FIELDS + COUNT_FIELDS + FLAG_FIELDS
CLOSED_ANSWERS: Mapping[str, tuple[str, ...]] = {"company_size": COMPANY_SIZES, "email_class": get_args(EmailClass)}

ANSWER_LENGTH_MAX = 100  # the width of the widest answer column
ANSWERS_MAX = 200
COUNT_MAX = 2**31 - 1

_DROPPED_CATEGORIES = frozenset(("Pd", "Cf"))  # dashes of every length; soft hyphens and zero-width marks
_DROPPED = frozenset("_\N{MINUS SIGN}")


def match_key(text: str) -> str:
    """What is compared of an answer: no case, no spaces, no dashes. Empty for an answer that says nothing."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    kept = (c for c in folded if not (c.isspace() or c in _DROPPED or unicodedata.category(c) in _DROPPED_CATEGORIES))
    # What was dropped may have stood between a letter and its accent, so they are joined again.
    return unicodedata.normalize("NFC", "".join(kept))


@dataclass(frozen=True, slots=True)
class Is:
    """The answer is one of these values, or a synonym of one."""

    field: str
    values: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {self.field: self.values[0] if len(self.values) == 1 else list(self.values)}


@dataclass(frozen=True, slots=True)
class Other:
    """There is an answer, and no value that the group's rules name for this field matches it."""

    field: str

    def to_json(self) -> dict[str, Any]:
        return {self.field: {"other": True}}


@dataclass(frozen=True, slots=True)
class Between:
    """The count lies within the bounds, both included."""

    field: str
    at_least: int = 0
    at_most: int = COUNT_MAX

    def to_json(self) -> dict[str, Any]:
        if self.at_least == self.at_most:
            return {self.field: self.at_least}
        bounds = {"at_least": self.at_least}
        if self.at_most != COUNT_MAX:
            bounds["at_most"] = self.at_most
        return {self.field: bounds}


@dataclass(frozen=True, slots=True)
class Flag:
    """The flag stands like this."""

    field: str
    value: bool

    def to_json(self) -> dict[str, Any]:
        return {self.field: self.value}


Condition = Is | Other | Between | Flag


def parse_condition(node: Node) -> Condition | None:
    """`{"field": test}`; the field decides which tests there are. None where a fault was noted."""
    fields = node.members()
    if len(fields) != 1:
        node.fault("needs exactly one field")
        return None
    field, test = fields[0]
    if field in ANSWER_FIELDS:
        return _parse_answer(field, test)
    if field in COUNT_FIELDS:
        return _parse_count(field, test)
    if field in FLAG_FIELDS:
        if not isinstance(test.value, bool):
            test.fault("must be true or false")
        return Flag(field, bool(test.value))
    test.fault(f"is no field that can be scored; there are {', '.join(FIELDS)}")
    return None


def _parse_answer(field: str, test: Node) -> Is | Other | None:
    if isinstance(test.value, dict):
        if test.is_object(("other",)) and test.child("other").value is not True:
            test.fault('must be a value, a list of values or {"other": true}')
        return Other(field)
    if not isinstance(test.value, str | list):
        test.fault('must be a value, a list of values or {"other": true}')
        return None
    nodes = [test] if isinstance(test.value, str) else test.items(ANSWERS_MAX)
    return Is(field, tuple(_parse_value(field, node) for node in nodes)) if nodes else None


def _parse_value(field: str, node: Node) -> str:
    value = node.text(ANSWER_LENGTH_MAX)
    closed = CLOSED_ANSWERS.get(field)
    if closed is not None and value and value not in closed:
        node.fault(f"can never hold: {field} is always one of {', '.join(closed)}")
    elif value.strip() and not match_key(value):
        node.fault("can never hold: nothing of it is left without spaces and dashes")
    return value


def _parse_count(field: str, test: Node) -> Between | None:
    if not isinstance(test.value, dict):
        exact = test.integer(0, COUNT_MAX)
        return Between(field, exact, exact)
    if not test.is_object(("at_least", "at_most")):
        return None
    if not test.value:
        test.fault("needs at_least, at_most or both")
    faults_before = len(test.faults)
    at_least = test.child("at_least").integer(0, COUNT_MAX) if test.has("at_least") else 0
    at_most = test.child("at_most").integer(0, COUNT_MAX) if test.has("at_most") else COUNT_MAX
    if at_least > at_most and len(test.faults) == faults_before:
        test.fault(f"can never hold: nothing is at least {at_least} and at most {at_most}")
    return Between(field, at_least, at_most)
