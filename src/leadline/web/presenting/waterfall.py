"""The waterfall of a score: a step for each group, on the axis of the raw score."""

from dataclasses import dataclass

from leadline.domain.explanation import Explanation, Line, Row
from leadline.domain.leads import Category, Lead, is_open
from leadline.domain.scoring import SCORE_MAX
from leadline.web.presenting.words import points

_AXIS_END = 110  # a little more than a score can be, so that one that goes over is seen to


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle of the row, by its class."""

    kind: str
    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Step:
    """One row: its words, and its bars. `enters` and `leaves` are where the line from the row above and to the next one stands."""

    label: str
    answers: tuple[str, ...]
    points: str
    most: int
    gave_nothing: bool
    bars: tuple[Bar, ...]
    enters: int | None
    leaves: int


@dataclass(frozen=True, slots=True)
class Waterfall:
    """`view_box` is the axis; `edges` the thresholds on it, `scale` their words with the place in per cent."""

    view_box: str
    edges: str
    scale: tuple[tuple[str, str, str], ...]
    steps: tuple[Step, ...]
    total: tuple[Bar, ...]
    score: int
    raw_score: int
    category: Category
    summary: str
    category_sentence: str
    version: int
    caution: str | None


def waterfall(lead: Lead, explanation: Explanation) -> Waterfall:
    """The explanation of a lead, drawn. Where it no longer gives the score that is stored, `caution` says why."""
    ends = [0, *(row.end for row in explanation.rows)]
    low, high = min(ends), max(_AXIS_END, *ends)
    *sentences, category_sentence = explanation.sentences
    warm, hot = explanation.thresholds.warm, explanation.thresholds.hot
    return Waterfall(
        view_box=f"{low} 0 {high - low} 32",
        edges="".join(f"M{at} 0v32" for at in (warm, hot, SCORE_MAX)),
        scale=(
            ("0", _percent(0, low, high), "start"),
            (f"{warm} Warm", _percent(warm, low, high), "middle"),
            (f"{hot} Hot", _percent(hot, low, high), "middle"),
            (str(SCORE_MAX), _percent(SCORE_MAX, low, high), "middle"),
        ),
        steps=tuple(_step(row, number == 0, high) for number, row in enumerate(explanation.rows)),
        total=_total(explanation),
        score=explanation.lead_score,
        raw_score=explanation.raw_score,
        category=explanation.category,
        summary=" ".join(sentences),
        category_sentence=category_sentence,
        version=explanation.ruleset_version,
        caution=_caution(lead, explanation),
    )


def _step(row: Row, is_first: bool, axis_end: int) -> Step:
    return Step(
        label=row.label,
        answers=tuple(line.text for line in _telling(row)) or ("Nothing yet",),
        points=points(row.points),
        most=row.max_points,
        gave_nothing=row.points == 0,
        bars=_bars(row, axis_end),
        enters=None if is_first else row.start,
        leaves=row.end,
    )


def _telling(row: Row) -> list[Line]:
    """Answers always; of counts and flags only what gave points: "0 pricing page visits" says nothing."""
    return [line for line in row.lines if line.points or isinstance(line.given, str) or line.given is None]


def _bars(row: Row, axis_end: int) -> tuple[Bar, ...]:
    bars: list[Bar] = []
    room = min(row.start + row.max_points, axis_end) - row.start
    if row.max_points > row.points and room > 0:
        bars.append(Bar("room", row.start, room))
    low, high = min(row.start, row.end), max(row.start, row.end)
    if row.points < 0:
        return (*bars, Bar("loss", low, high - low))
    edge = max(low, min(high, SCORE_MAX))
    bars += [Bar("fill", low, edge - low)] if edge > low else []
    bars += [Bar("over", edge, high - edge)] if high > edge else []
    return tuple(bars)


def _total(explanation: Explanation) -> tuple[Bar, ...]:
    score, raw = explanation.lead_score, explanation.raw_score
    kind = f"sum sum--{explanation.category.lower()}"
    over = (Bar("room", SCORE_MAX, raw - SCORE_MAX),) if raw > SCORE_MAX else ()
    return ((Bar(kind, 0, score),) if score else ()) + over


def _percent(at: int, low: int, high: int) -> str:
    return f"{100 * (at - low) / (high - low):.2f}%"


def _caution(lead: Lead, explanation: Explanation) -> str | None:
    if explanation.raw_score == lead.raw_score:
        return None
    kept = f"The score that counts is {lead.lead_score}"
    if is_open(lead):
        return f"{kept}; these answers make {explanation.lead_score} and have not been scored yet."
    return f"{kept}: a closed lead keeps the score it was closed with. Its answers changed later and would make {explanation.lead_score}."
