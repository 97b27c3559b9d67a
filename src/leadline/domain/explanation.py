"""Why a lead has its score, in rows and words, from the inputs and the rule set alone. Agrees with `scoring` always."""

from collections.abc import Iterable
from dataclasses import dataclass

from leadline.domain.conditions import COUNT_FIELDS, COUNT_MAX, FLAG_FIELDS, Between, match_key
from leadline.domain.leads import Category
from leadline.domain.rulesets import Group, Per, Rule, RuleSet, Synonyms, Thresholds
from leadline.domain.scoring import OTHER, SCORE_MAX, Choices, Scorable, category_of, clamp, signal_points

_EMAIL_WORDS = {"business": "business domain", "free": "free provider", "disposable": "disposable address"}
_COUNT_WORDS = {
    "email_reply_count": ("e-mail reply", "e-mail replies"),
    "pricing_page_visits": ("pricing page visit", "pricing page visits"),
}
_FLAG_WORDS = {
    "demo_video_watched": ("Demo video watched", "Demo video not watched"),
    "qualification_bonus_applied": ("Qualified once", "Not qualified yet"),
}
_NUMBER_WORDS = (
    "No",
    "One",
    "Two",
    "Three",
    "Four",
    "Five",
    "Six",
    "Seven",
    "Eight",
    "Nine",
    "Ten",
    "Eleven",
    "Twelve",
)


@dataclass(frozen=True, slots=True)
class Line:
    """What one answer, or one rule on a count or a flag, gave. `given` is the input as it stands on the lead."""

    field: str
    given: str | int | bool | None
    matched: str | None
    points: int
    max_points: int
    text: str
    cap_reached: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A group as a step of the waterfall: its bar leads from `start` to `end` on the axis of the raw score.
    `given` and `matched` are those of its first answer, None for a group that only looks at counts and flags."""

    group: str
    label: str
    given: str | None
    matched: str | None
    points: int
    max_points: int
    start: int
    end: int
    cap_reached: bool
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    rows: tuple[Row, ...]
    raw_score: int
    lead_score: int
    category: Category
    thresholds: Thresholds
    ruleset_version: int
    sentences: tuple[str, ...]


def explain(inputs: Scorable, ruleset: RuleSet) -> Explanation:
    """Every group of the rule set in its order, also those that gave nothing: they show what there was to gain."""
    rows: list[Row] = []
    for group in ruleset.groups:
        rows.append(_row(group, inputs, ruleset.synonyms, rows[-1].end if rows else 0))
    raw = rows[-1].end if rows else 0
    lead_score = clamp(raw)
    category = category_of(lead_score, ruleset.thresholds)
    return Explanation(
        rows=tuple(rows),
        raw_score=raw,
        lead_score=lead_score,
        category=category,
        thresholds=ruleset.thresholds,
        ruleset_version=ruleset.version,
        sentences=(_total_sentence(rows, raw), *_clamp_sentence(raw), _category_sentence(category, ruleset.thresholds)),
    )


def _row(group: Group, inputs: Scorable, synonyms: Synonyms, start: int) -> Row:
    answers = [_answer_line(group, field, inputs, synonyms) for field in group.answer_fields()]
    signal_rules = [rule for rule in group.rules if rule.test.field not in group.answer_fields()]
    lines = (*answers, *(_signal_line(rule, inputs) for rule in signal_rules))
    points = sum(line.points for line in lines)
    max_points = sum(line.max_points for line in answers) + _best_of_signals(signal_rules)
    cap = max(points, max_points) if group.cap is None else group.cap
    given = answers[0].given if answers else None
    return Row(
        group=group.name,
        label=group.label,
        given=None if given is None else str(given),
        matched=answers[0].matched if answers else None,
        points=min(points, cap),
        max_points=min(max_points, cap),
        start=start,
        end=start + min(points, cap),
        cap_reached=(group.cap is not None and points >= cap) or any(line.cap_reached for line in lines),
        lines=lines,
    )


def _answer_line(group: Group, field: str, inputs: Scorable, synonyms: Synonyms) -> Line:
    given: str | None = getattr(inputs, field)
    choices = Choices(group, field, synonyms)
    choice = choices.of(given)
    return Line(
        field=field,
        given=given,
        matched=choice.matched if choice else None,
        points=choice.points if choice else 0,
        max_points=_best_of_answers(choices),
        text=_answer_text(field, given, choice.matched if choice else None),
    )


def _best_of_answers(choices: Choices) -> int:
    offered = [choice.points for choice in choices.by_key.values()]
    return max(0, *offered, choices.other.points if choices.other else 0)


def _best_of_signals(rules: list[Rule]) -> int:
    """The most these rules give together. Their points change direction at few counts only, so only those are tried."""
    best = 0
    for field in dict.fromkeys(rule.test.field for rule in rules):
        same = [rule for rule in rules if rule.test.field == field]
        tried = {0, 1} if field not in COUNT_FIELDS else {0, COUNT_MAX}.union(*(_turning_points(rule) for rule in same))
        best += max(sum(signal_points(rule, value) for rule in same) for value in tried)
    return best


def _turning_points(rule: Rule) -> set[int]:
    test = rule.test
    turns: set[int] = set()
    if isinstance(test, Per):
        turns = {test.max // rule.points, test.max // rule.points + 1}
    elif isinstance(test, Between):
        turns = {test.at_least - 1, test.at_least, test.at_most, test.at_most + 1}
    return {turn for turn in turns if 0 <= turn <= COUNT_MAX}


def _answer_text(field: str, given: str | None, matched: str | None) -> str:
    if given is None or not match_key(given):
        return "Not given"
    words = _EMAIL_WORDS.get(given, given) if field == "email_class" else given
    if matched is None:
        return f"{words}, which no rule looks at"
    if match_key(matched) == match_key(given):
        return words
    return f"{words}, which counts as Other" if matched == OTHER else f"{words}, taken as {matched}"


def _signal_line(rule: Rule, inputs: Scorable) -> Line:
    test = rule.test
    given: int | bool = getattr(inputs, test.field)
    points = signal_points(rule, given)
    best = test.max if isinstance(test, Per) else rule.points
    return Line(
        field=test.field,
        given=given,
        matched=None,
        points=points,
        max_points=max(0, best),
        text=_signal_text(rule, given),
        cap_reached=isinstance(test, Per) and points == test.max,
    )


def _signal_text(rule: Rule, given: int | bool) -> str:
    test = rule.test
    if test.field in FLAG_FIELDS:
        return _FLAG_WORDS[test.field][0 if given else 1]
    one, many = _COUNT_WORDS[test.field]
    counted = f"{given} {one if given == 1 else many}"
    if isinstance(test, Between):
        return f"{counted}, the rule wants {_bounds(test)}"
    if not isinstance(test, Per) or not given:
        return counted
    product = f"{counted} × {rule.points} = {given * rule.points}"
    return f"{product}, stops at {test.max}" if abs(given * rule.points) > abs(test.max) else product


def _bounds(test: Between) -> str:
    wanted = test.to_json()[test.field]
    if isinstance(wanted, int):
        return f"exactly {wanted}"
    if "at_most" not in wanted:
        return f"at least {test.at_least}"
    return f"{test.at_least} to {test.at_most}"


def _total_sentence(rows: Iterable[Row], raw: int) -> str:
    """ "Six answers make 105." An answer is what a group found, in the form or in what the lead did since."""
    count = sum(1 for row in rows if row.points)
    if not count:
        return "No answer gave points."
    number = _NUMBER_WORDS[count] if count < len(_NUMBER_WORDS) else str(count)
    return f"{number} answer makes {raw}." if count == 1 else f"{number} answers make {raw}."


def _clamp_sentence(raw: int) -> tuple[str, ...]:
    if raw > SCORE_MAX:
        return (f"A score stops at {SCORE_MAX}.",)
    return ("A score does not go below 0.",) if raw < 0 else ()


def _category_sentence(category: Category, thresholds: Thresholds) -> str:
    if category == "Hot":
        return f"Hot starts at {thresholds.hot}."
    if category == "Warm":
        return f"Warm starts at {thresholds.warm}, Hot at {thresholds.hot}."
    return f"Cold is everything below {thresholds.warm}."
