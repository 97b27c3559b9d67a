"""Geometry of the small pictures: the sounding of a score, the knots of a status, the depth column. All of it SVG attributes."""

from dataclasses import dataclass

from leadline.domain.leads import STATUSES, Category, Status
from leadline.domain.rulesets import Thresholds
from leadline.domain.scoring import SCORE_MAX

_LINE = [status for status in STATUSES if status != "Disqualified"]


@dataclass(frozen=True, slots=True)
class Sounding:
    """A score as a line that runs out to it: one unit of x is one point, beginning at x = 2."""

    score: int
    category: Category
    ticks: str
    run: str
    lead: str


def sounding(score: int, category: Category, thresholds: Thresholds) -> Sounding:
    """`score` is the clamped one, 0 to 100."""
    ticks = " ".join(f"M{2 + at} 4v8" for at in (0, thresholds.warm, thresholds.hot, SCORE_MAX))
    return Sounding(score, category, ticks, f"M2 8h{max(0, score - 4)}", f"M{2 + score} 2l4 6-4 6-4-6z")


@dataclass(frozen=True, slots=True)
class Knots:
    """How far along the line a lead is: `wet` of four knots; none of them for a lead that has left the line."""

    status: Status
    wet: int
    is_out: bool


def knots(status: Status) -> Knots:
    """One knot for New, four for Opportunity."""
    return Knots(status, _LINE.index(status) + 1, False) if status in _LINE else Knots(status, 0, True)


_TOP, _LENGTH, _BED = 44, 340, 394
_BOB_HEIGHT = 24
_SHALLOWEST = 56  # above it the bob would cover the figure


@dataclass(frozen=True, slots=True)
class Depth:
    """The column beside a lead: zones between the thresholds, a rope with a knot at every 20 points, the bob at the score."""

    score: int
    category: Category
    label: str
    zones: tuple[tuple[str, int, int], ...]
    ticks: str
    marks: tuple[tuple[int, int], ...]
    rope: str
    knots: tuple[float, ...]
    bob: str


def depth(score: int, category: Category, thresholds: Thresholds) -> Depth:
    """`zones` are (name, y, height), `marks` (points, y)."""
    warm, hot, bottom = _y(thresholds.warm), _y(thresholds.hot), max(_y(score), _SHALLOWEST)
    steps = range(0, SCORE_MAX + 1, 10)
    top = bottom - _BOB_HEIGHT
    return Depth(
        score=score,
        category=category,
        label=f"Score {score} of {SCORE_MAX}, {category}. Warm begins at {thresholds.warm}, Hot at {thresholds.hot}.",
        zones=(("Cold", _TOP, warm - _TOP), ("Warm", warm, hot - warm), ("Hot", hot, _BED - hot)),
        ticks="".join(f"M{10 if step % 50 == 0 else 14} {_y(step)}H20" for step in steps),
        marks=tuple((at, _y(at) + 4) for at in (0, thresholds.warm, thresholds.hot, SCORE_MAX)),
        rope=f"M84 32V{top + 2}",
        knots=tuple(_y(step) - 1.5 for step in range(20, SCORE_MAX, 20) if _y(step) < top),
        bob=f"M84 {top}c7 9 9 13 9 17a9 9 0 0 1-18 0c0-4 2-8 9-17z",
    )


def _y(score: int) -> int:
    return _TOP + score * _LENGTH // SCORE_MAX
