"""A scoring rule set: data with a version, its JSON form, and every reason to refuse one. Evaluating it is `scoring`.

    {"version": 2, "name": "Autumn", "thresholds": {"hot": 80, "warm": 50},
     "groups": [
       {"name": "industry", "label": "Industry", "rules": [
         {"when": {"industry": ["Software/SaaS", "Healthcare"]}, "points": 20},
         {"when": {"industry": {"other": true}}, "points": 5}]},
       {"name": "engagement", "cap": 20, "rules": [
         {"per": "email_reply_count", "points": 5, "max": 15},
         {"when": {"pricing_page_visits": {"at_least": 2}}, "points": 8},
         {"when": {"demo_video_watched": true}, "points": 10}]}],
     "synonyms": {"industry": {"Software/SaaS": ["SaaS", "Software"]}}}

Every rule that holds gives its points; a group adds them up, to its cap at most. A missing answer matches nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from leadline.domain.conditions import (
    ANSWER_FIELDS,
    ANSWER_LENGTH_MAX,
    ANSWERS_MAX,
    CLOSED_ANSWERS,
    COUNT_FIELDS,
    COUNT_MAX,
    Condition,
    Is,
    Other,
    match_key,
    parse_condition,
)
from leadline.domain.errors import Invalid
from leadline.domain.json_nodes import Node

GROUPS_MAX = 50
RULES_MAX = 100
POINTS_MAX = 1000  # with the two above, no raw score outgrows a 32-bit integer
NAME_LENGTH_MAX = 100

# Firestore writes group names in camelCase and back, so a digit may not follow an underscore.
_GROUP_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z][a-z0-9]*)*\Z")

Synonyms = Mapping[str, Mapping[str, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Per:
    """Points once for each of a count, never going past `max` (which has the sign of the points)."""

    field: str
    max: int


@dataclass(frozen=True, slots=True)
class Rule:
    test: Condition | Per
    points: int

    def to_json(self) -> dict[str, Any]:
        if isinstance(self.test, Per):
            return {"per": self.test.field, "points": self.points, "max": self.test.max}
        return {"when": self.test.to_json(), "points": self.points}


@dataclass(frozen=True, slots=True)
class Group:
    """Rules whose points stand as one entry in `score_breakdown`."""

    name: str
    label: str
    rules: tuple[Rule, ...]
    cap: int | None = None

    def to_json(self) -> dict[str, Any]:
        cap = {} if self.cap is None else {"cap": self.cap}
        return {"name": self.name, "label": self.label, **cap, "rules": [rule.to_json() for rule in self.rules]}

    def answer_fields(self) -> tuple[str, ...]:
        """The answers this group looks at, each once. A group with any always stands in the breakdown."""
        return tuple(dict.fromkeys(rule.test.field for rule in self.rules if rule.test.field in ANSWER_FIELDS))


@dataclass(frozen=True, slots=True)
class Thresholds:
    hot: int = 80
    warm: int = 50

    def to_json(self) -> dict[str, int]:
        return {"hot": self.hot, "warm": self.warm}


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Published ones never change. Made by `from_json`; its own constructor checks nothing."""

    version: int
    name: str
    groups: tuple[Group, ...]
    thresholds: Thresholds = Thresholds()
    synonyms: Synonyms = field(default_factory=dict)

    @staticmethod
    def from_json(document: object) -> "RuleSet":
        """The rule set of a JSON document, or Invalid with every fault in it."""
        root = Node(document)
        ruleset = _parse_ruleset(root)
        if root.faults or ruleset is None:
            raise Invalid(root.faults)
        return ruleset

    def to_json(self) -> dict[str, Any]:
        return {
            "version": self.version,
            "name": self.name,
            "thresholds": self.thresholds.to_json(),
            "groups": [group.to_json() for group in self.groups],
            "synonyms": {name: {v: list(also) for v, also in of.items()} for name, of in self.synonyms.items()},
        }


def _parse_ruleset(root: Node) -> RuleSet | None:
    if not root.is_object(("version", "name", "thresholds", "groups", "synonyms")):
        return None
    groups: list[Group] = []
    for node in root.child("groups").items(GROUPS_MAX):
        _parse_group(node, groups)
    return RuleSet(
        version=root.child("version").integer(1, COUNT_MAX),
        name=root.child("name").text(NAME_LENGTH_MAX),
        groups=tuple(groups),
        thresholds=_parse_thresholds(root.child("thresholds")) if root.has("thresholds") else Thresholds(),
        synonyms=_parse_synonyms(root.child("synonyms"), groups) if root.has("synonyms") else {},
    )


def _parse_thresholds(node: Node) -> Thresholds:
    """Within 1..100, so that each category can be reached by a score of 0..100 and the clamped score decides it."""
    if not node.is_object(("hot", "warm")):
        return Thresholds()
    faults_before = len(node.faults)
    hot = node.child("hot").integer(1, 100)
    warm = node.child("warm").integer(1, 100)
    if warm >= hot and len(node.faults) == faults_before:
        node.fault("warm must be below hot, or no lead is ever Warm")
    return Thresholds(hot, warm)


def _parse_group(node: Node, groups: list[Group]) -> None:
    """Reads one group behind those already read; what can be read is appended even if faulty, to find later faults."""
    if not node.is_object(("name", "label", "cap", "rules")):
        return
    name = node.child("name").text(NAME_LENGTH_MAX)
    if name.strip() and not _GROUP_NAME.match(name):
        node.child("name").fault('must be words in lower case joined by underscores, like "company_size"')
    if any(group.name == name for group in groups):
        node.child("name").fault(f'a group before this one is called "{name}" already')
    label = node.child("label").text(NAME_LENGTH_MAX) if node.has("label") else name.replace("_", " ").capitalize()
    cap = node.child("cap").integer(1, POINTS_MAX) if node.has("cap") else None
    nodes = node.child("rules").items(RULES_MAX)
    rules = [(rule_node, rule) for rule_node in nodes if (rule := _parse_rule(rule_node)) is not None]
    _refuse_overlaps(rules)
    groups.append(Group(name, label, tuple(rule for _, rule in rules), cap))


def _parse_rule(node: Node) -> Rule | None:
    if not node.is_object(("when", "per", "points", "max")):
        return None
    if node.has("per") and not node.has("when"):
        return _parse_per(node)
    points = _points(node)
    if node.has("per") or not node.has("when"):
        node.fault('needs either "when" or "per"')
        return None
    if node.has("max"):
        node.child("max").fault('belongs to "per": a rule with "when" gives its points once')
    condition = parse_condition(node.child("when"))
    return Rule(condition, points) if condition else None


def _points(node: Node, key: str = "points") -> int:
    return node.child(key).integer(-POINTS_MAX, POINTS_MAX)


def _parse_per(node: Node) -> Rule | None:
    faults_before = len(node.faults)
    points, limit, per = _points(node), _points(node, "max"), node.child("per")
    if len(node.faults) == faults_before:
        sign = -1 if points < 0 else 1
        if points == 0:
            node.child("points").fault("0 for each of a count gives nothing, whatever the count")
        elif limit * sign < points * sign:
            node.child("max").fault(f"must lie at or beyond {points}, what a count of one gives")
    if per.value not in COUNT_FIELDS:
        per.fault(f"must be a count: {' or '.join(COUNT_FIELDS)}")
        return None
    return Rule(Per(per.value, limit), points)


def _refuse_overlaps(rules: list[tuple[Node, Rule]]) -> None:
    """Within a group an answer gives points once: what an earlier rule has taken can never hold in a later one."""
    taken: dict[tuple[str, str], str] = {}
    for node, rule in rules:
        keys = [""] if isinstance(rule.test, Other) else []
        if isinstance(rule.test, Is):
            keys = [key for value in rule.test.values if (key := match_key(value))]
        for key in keys:
            earlier = taken.setdefault((rule.test.field, key), node.pointer)
            if earlier != node.pointer:
                node.child("when").fault(f"can never hold: {earlier} takes the same answer before it")
    for node, rule in rules:
        closed = CLOSED_ANSWERS.get(rule.test.field, ())
        if isinstance(rule.test, Other) and closed and all((rule.test.field, match_key(v)) in taken for v in closed):
            node.child("when").fault(f"can never hold: the other rules name every {rule.test.field} there is")


def _parse_synonyms(node: Node, groups: list[Group]) -> Synonyms:
    synonyms: dict[str, dict[str, tuple[str, ...]]] = {}
    for name, values in node.members():
        if name in ANSWER_FIELDS:
            meanings = {key: key for key in _named_keys(name, groups)}
            synonyms[name] = {v: _parse_aliases(aliases, v, meanings) for v, aliases in values.members()}
        else:
            values.fault(f"is no answer; answers are {', '.join(ANSWER_FIELDS)}")
    return synonyms


def _named_keys(answer_field: str, groups: list[Group]) -> set[str]:
    tests = (rule.test for group in groups for rule in group.rules)
    return {match_key(v) for test in tests if isinstance(test, Is) and test.field == answer_field for v in test.values}


def _parse_aliases(node: Node, value: str, meanings: dict[str, str]) -> tuple[str, ...]:
    """The other ways to say `value`. `meanings` leads from each key that is taken to the key it stands for, and grows."""
    key = match_key(value)
    if meanings.get(key) != key:
        node.fault("is a value that no rule names")
        return ()
    aliases = node.items(ANSWERS_MAX)
    for alias in aliases:
        text = alias.text(ANSWER_LENGTH_MAX)
        if text.strip() and not match_key(text):
            alias.fault("nothing of it is left without spaces and dashes")
        elif text.strip() and meanings.setdefault(match_key(text), key) != key:
            alias.fault("stands for another value already")
    return tuple(str(alias.value) for alias in aliases)
