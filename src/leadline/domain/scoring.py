"""How a rule set scores a lead: the same inputs and version give the same score, for ever. Why it did is `explanation`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from leadline.domain.conditions import Between, Flag, Is, Other, match_key
from leadline.domain.leads import Category
from leadline.domain.rulesets import Group, Per, Rule, RuleSet, Synonyms, Thresholds

SCORE_MAX = 100
OTHER = "Other"

# A form field is open to the world: answers that were never seen are remembered only up to these bounds.
ANSWERS_REMEMBERED_MAX = 2_000
SIGNALS_REMEMBERED_MAX = 2_000


class Scorable(Protocol):
    """What a score is made of. A Lead has all of it; `ScoreInputs` is for what is no lead yet."""

    @property
    def company_size(self) -> str | None: ...
    @property
    def industry(self) -> str | None: ...
    @property
    def inquiry_type(self) -> str | None: ...
    @property
    def budget_timeline(self) -> str | None: ...
    @property
    def email_class(self) -> str | None: ...
    @property
    def email_reply_count(self) -> int: ...
    @property
    def pricing_page_visits(self) -> int: ...
    @property
    def demo_video_watched(self) -> bool: ...
    @property
    def qualification_bonus_applied(self) -> bool: ...


@dataclass(slots=True)
class ScoreInputs:
    """The inputs by themselves; what a new submission cannot have yet stands at nothing."""

    company_size: str | None = None
    industry: str | None = None
    inquiry_type: str | None = None
    budget_timeline: str | None = None
    email_class: str | None = None
    email_reply_count: int = 0
    pricing_page_visits: int = 0
    demo_video_watched: bool = False
    qualification_bonus_applied: bool = False


class Score(NamedTuple):
    """Under the seed's column names. The breakdown sums to the raw score and belongs to whoever asked for it."""

    lead_score: int
    raw_score: int
    score_breakdown: dict[str, int]
    category: Category
    ruleset_version: int


def clamp(raw_score: int) -> int:
    return 0 if raw_score < 0 else SCORE_MAX if raw_score > SCORE_MAX else raw_score


def category_of(lead_score: int, thresholds: Thresholds) -> Category:
    if lead_score >= thresholds.hot:
        return "Hot"
    return "Warm" if lead_score >= thresholds.warm else "Cold"


class Choice(NamedTuple):
    """What a group makes of an answer: the value it matched, and the points."""

    matched: str
    points: int


class Choices:
    """Everything one group says about one answer field."""

    __slots__ = ("by_key", "other")

    def __init__(self, group: Group, field: str, synonyms: Synonyms) -> None:
        self.by_key: dict[str, Choice] = {}
        self.other: Choice | None = None
        aliases: dict[str, list[str]] = {}
        for value, others in synonyms.get(field, {}).items():
            aliases.setdefault(match_key(value), []).extend(others)
        for rule in group.rules:
            if isinstance(rule.test, Other) and rule.test.field == field:
                self.other = Choice(OTHER, rule.points)
            elif isinstance(rule.test, Is) and rule.test.field == field:
                for value in rule.test.values:
                    for text in (value, *aliases.get(match_key(value), ())):
                        self.by_key[match_key(text)] = Choice(value, rule.points)

    def of(self, answer: str | None) -> Choice | None:
        """None where the answer is missing (or says nothing: blanks, dashes) or no rule takes it."""
        key = match_key(answer) if answer else ""
        return self.by_key.get(key, self.other) if key else None


def signal_points(rule: Rule, value: int) -> int:
    """The points of a rule on a count or a flag; 0 where it does not hold, and for a rule on an answer."""
    test = rule.test
    if isinstance(test, Per):
        return max(rule.points * value, test.max) if rule.points < 0 else min(rule.points * value, test.max)
    if isinstance(test, Between):
        return rule.points if test.at_least <= value <= test.at_most else 0
    return rule.points if isinstance(test, Flag) and test.value == bool(value) else 0


class _AnswerPoints(dict[str | None, int]):
    """Raw answer to points. An answer is normalised the first time it is seen and, up to the bound, remembered."""

    def __init__(self, choices: Choices) -> None:
        super().__init__({None: 0})
        self._choices = choices
        for choice in choices.by_key.values():
            self[choice.matched] = choice.points

    def __missing__(self, answer: str | None) -> int:
        choice = self._choices.of(answer)
        points = choice.points if choice else 0
        if len(self) < ANSWERS_REMEMBERED_MAX:
            self[answer] = points
        return points


Signals = tuple[int, int, bool, bool]


class _SignalPoints(dict[Signals, tuple[tuple[str, int], ...]]):
    """Counts and flags to the points of each group they move; groups they leave at 0 are not in it."""

    def __init__(self, groups: tuple[Group, ...]) -> None:
        super().__init__()
        self._groups = groups

    def __missing__(self, signals: Signals) -> tuple[tuple[str, int], ...]:
        inputs = ScoreInputs(None, None, None, None, None, *signals)
        sums = [(group.name, sum(_rule_points(rule, inputs) for rule in group.rules)) for group in self._groups]
        moved = tuple((name, points) for name, points in sums if points)
        if len(self) < SIGNALS_REMEMBERED_MAX:
            self[signals] = moved
        return moved


def _rule_points(rule: Rule, inputs: ScoreInputs) -> int:
    return 0 if isinstance(rule.test, Is | Other) else signal_points(rule, getattr(inputs, rule.test.field))


class Scorer:
    """A rule set made ready for many leads. Made by `compile`, once per version."""

    __slots__ = ("_answers", "_blank", "_caps", "_categories", "_signals", "_version")

    def __init__(self, ruleset: RuleSet) -> None:
        pairs = [(group, field) for group in ruleset.groups for field in group.answer_fields()]
        self._version = ruleset.version
        self._blank: Mapping[str, int] = {group.name: 0 for group, _ in pairs}
        self._answers = [
            (group.name, field, _AnswerPoints(Choices(group, field, ruleset.synonyms))) for group, field in pairs
        ]
        self._signals = _SignalPoints(ruleset.groups)
        self._caps = [(group.name, group.cap) for group in ruleset.groups if group.cap is not None]
        self._categories = tuple(category_of(score, ruleset.thresholds) for score in range(SCORE_MAX + 1))

    @property
    def version(self) -> int:
        """Of the rule set."""
        return self._version

    def category(self, lead_score: int) -> Category:
        """What a score from 0 to 100 is called."""
        return self._categories[lead_score]

    def score(self, inputs: Scorable) -> Score:
        """Groups that look at an answer are always in the breakdown, the others only when not 0."""
        breakdown = dict(self._blank)
        for name, field, points in self._answers:
            breakdown[name] += points[getattr(inputs, field)]
        signals = (
            inputs.email_reply_count,
            inputs.pricing_page_visits,
            inputs.demo_video_watched,
            inputs.qualification_bonus_applied,
        )
        for name, moved in self._signals[signals]:
            breakdown[name] = breakdown.get(name, 0) + moved
        for name, cap in self._caps:
            if breakdown.get(name, 0) > cap:
                breakdown[name] = cap
        raw = sum(breakdown.values())
        lead_score = clamp(raw)
        return Score(lead_score, raw, breakdown, self._categories[lead_score], self._version)


def compile(ruleset: RuleSet) -> Scorer:
    """The rule set with its look-up tables built: milliseconds once, a microsecond a lead. Keep it per version."""
    return Scorer(ruleset)
