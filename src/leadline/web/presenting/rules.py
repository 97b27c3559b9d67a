"""A rule set as a table: each group with its answers and their points."""

from collections.abc import Mapping
from dataclasses import dataclass

from leadline.domain.conditions import COUNT_MAX, Between, Condition, Flag, Is
from leadline.domain.rulesets import Per, Rule, RuleSet
from leadline.web.presenting.words import points

_WORDS: Mapping[str, str] = {
    "email_reply_count": "E-mail reply",
    "pricing_page_visits": "Visit to the pricing page",
    "demo_video_watched": "Watched the demo video",
    "qualification_bonus_applied": "Was qualified",
}
_EMAIL_CLASSES = {"business": "Business domain", "free": "Free provider", "disposable": "Disposable address"}


@dataclass(frozen=True, slots=True)
class RuleGroup:
    """A group with (what it asks, points, and how far that goes) for each of its rules. `cap` is the most it gives."""

    label: str
    cap: int | None
    rows: tuple[tuple[str, str, str], ...]


def rule_groups(rule_set: RuleSet) -> tuple[RuleGroup, ...]:
    """Every group, in order."""
    return tuple(
        RuleGroup(group.label, group.cap, tuple(_row(rule) for rule in group.rules)) for group in rule_set.groups
    )


def _row(rule: Rule) -> tuple[str, str, str]:
    if isinstance(rule.test, Per):
        return _words(rule.test.field), points(rule.points), f"each, {points(rule.test.max)} at most"
    return _asked(rule.test), points(rule.points), ""


def _asked(test: Condition) -> str:
    if isinstance(test, Is):
        values = [_EMAIL_CLASSES.get(v, v) for v in test.values] if test.field == "email_class" else test.values
        return ", ".join(values)
    if isinstance(test, Flag):
        return _words(test.field) if test.value else f"Not: {_words(test.field).lower()}"
    return f"{_words(test.field)}: {_bounds(test)}" if isinstance(test, Between) else "Any other answer"


def _bounds(test: Between) -> str:
    if test.at_least == test.at_most:
        return str(test.at_least)
    return f"{test.at_least} or more" if test.at_most == COUNT_MAX else f"{test.at_least} to {test.at_most}"


def _words(name: str) -> str:
    return _WORDS.get(name, name.replace("_", " ").capitalize())
