import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from leadline.domain import scoring
from leadline.domain.conditions import ANSWER_FIELDS, COUNT_FIELDS, FLAG_FIELDS, match_key
from leadline.domain.default_ruleset import DEFAULT_RULESET
from leadline.domain.explanation import explain
from leadline.domain.leads import COMPANY_SIZES
from leadline.domain.rulesets import RuleSet, Thresholds
from leadline.domain.scoring import Score, ScoreInputs, category_of, clamp, signal_points

DEFAULT = scoring.compile(DEFAULT_RULESET)

# The table of RULES 2, copied by hand from the rules and not from the code.
POINTS = {
    "company_size": {"1-10": 5, "11-50": 10, "51-200": 20, "201-1000": 23, "1000+": 25},
    "industry": {
        "Software/SaaS": 20,
        "Financial Services": 18,
        "Marketing/Advertising": 18,
        "Professional Services": 15,
        "Healthcare": 15,
        "Manufacturing": 12,
        "Education": 8,
        "Retail/E-commerce": 5,
        "Other": 5,
    },
    "inquiry_type": {
        "Demo Request": 30,
        "Pricing Information": 25,
        "Free Trial": 25,
        "Contact Sales": 20,
        "Product Question": 10,
        "Partnership": 10,
        "Content Download": 5,
        "Other": 5,
        "Support": 0,
    },
    "budget_timeline": {
        "Immediate": 20,
        "1-3 months": 15,
        "3-6 months": 10,
        "6-12 months": 5,
        "Just Researching": 0,
        "Other": 0,
    },
    "email_class": {"business": 5, "free": 0, "disposable": -10},
}
GROUP_OF = {field: field for field in POINTS} | {"email_class": "email_validation"}
ANSWER_GROUPS = ["company_size", "industry", "inquiry_type", "budget_timeline", "email_validation"]


def inputs(**given_fields: Any) -> ScoreInputs:
    """Acme of the seed, 95 and Hot."""
    acme = ScoreInputs("51-200", "Software/SaaS", "Demo Request", "Immediate", "business")
    return replace(acme, **given_fields)


def score(**given_fields: Any) -> Score:
    return DEFAULT.score(inputs(**given_fields))


def scorer(*rules: dict[str, Any], **group: Any) -> scoring.Scorer:
    """Of a rule set with one group."""
    document = {"version": 7, "name": "T", "groups": [{"name": "group", "rules": list(rules), **group}]}
    return scoring.compile(RuleSet.from_json(document))


# --- the golden cases and the table of the rules


@pytest.mark.parametrize(
    ("company", "answers", "points", "total", "category"),
    [
        (
            "Salesforce",
            ("1000+", "Software/SaaS", "Demo Request", "Immediate", "business"),
            (25, 20, 30, 20, 5),
            100,
            "Hot",
        ),
        ("Acme", ("51-200", "Software/SaaS", "Demo Request", "Immediate", "business"), (20, 20, 30, 20, 5), 95, "Hot"),
        (
            "Brooklyn Agency",
            ("11-50", "Marketing/Advertising", "Pricing Information", "1-3 months", "business"),
            (10, 18, 25, 15, 5),
            73,
            "Warm",
        ),
        (
            "Local Coffee Shop",
            ("1-10", "Retail/E-commerce", "Content Download", "Just Researching", "free"),
            (5, 5, 5, 0, 0),
            15,
            "Cold",
        ),
    ],
)
def test_the_golden_cases_of_the_seed(
    company: str, answers: tuple[str, ...], points: tuple[int, ...], total: int, category: str
) -> None:
    expected = Score(total, total, dict(zip(ANSWER_GROUPS, points, strict=True)), category, 1)  # type: ignore[arg-type]

    assert expected == DEFAULT.score(ScoreInputs(*answers))


@pytest.mark.parametrize(
    ("field", "answer", "points"),
    [(f, answer, points) for f, table in POINTS.items() for answer, points in table.items()],
)
def test_every_answer_of_the_table_gives_its_points(field: str, answer: str, points: int) -> None:
    assert points == score(**{field: answer}).score_breakdown[GROUP_OF[field]]


@pytest.mark.parametrize(
    ("field", "said", "meant"),
    [
        ("industry", "SaaS", "Software/SaaS"),
        ("industry", "software", "Software/SaaS"),
        ("industry", "Software & SaaS", "Software/SaaS"),
        ("industry", "Fintech", "Financial Services"),
        ("industry", "marketing", "Marketing/Advertising"),
        ("industry", "Consulting", "Professional Services"),
        ("industry", "Health care", "Healthcare"),
        ("industry", "eCommerce", "Retail/E-commerce"),
        ("industry", "Space mining", "Other"),
        ("inquiry_type", "demo", "Demo Request"),
        ("inquiry_type", "Request a demo", "Demo Request"),
        ("inquiry_type", "Book a Demo", "Demo Request"),
        ("inquiry_type", "demo-request", "Demo Request"),
        ("inquiry_type", "Pricing", "Pricing Information"),
        ("inquiry_type", "Get a quote", "Pricing Information"),
        ("inquiry_type", "Talk to sales", "Contact Sales"),
        ("inquiry_type", "Whitepaper", "Content Download"),
        ("inquiry_type", "customer support", "Support"),
        ("budget_timeline", "ASAP", "Immediate"),
        ("budget_timeline", "now", "Immediate"),
        ("budget_timeline", "immediately", "Immediate"),
        ("budget_timeline", "1–3 months", "1-3 months"),
        ("budget_timeline", "3 — 6 MONTHS", "3-6 months"),
        ("budget_timeline", "6 to 12 months", "6-12 months"),
        ("budget_timeline", "just looking", "Just Researching"),
    ],
)
def test_other_ways_to_say_an_answer_give_the_same_points(field: str, said: str, meant: str) -> None:
    assert score(**{field: meant}) == score(**{field: said})


@pytest.mark.parametrize("missing", [None, "", "   ", "-", " – "])
@pytest.mark.parametrize("field", ["company_size", "industry", "inquiry_type", "budget_timeline"])
def test_a_missing_answer_scores_0_and_not_as_other(field: str, missing: str | None) -> None:
    assert score(**{field: missing}).score_breakdown[field] == 0


def test_the_answer_groups_stand_in_the_breakdown_even_when_all_are_missing() -> None:
    found = DEFAULT.score(ScoreInputs())

    assert Score(0, 0, dict.fromkeys(ANSWER_GROUPS, 0), "Cold", 1) == found


def test_a_disposable_address_can_take_the_raw_score_below_0_but_not_the_score() -> None:
    found = DEFAULT.score(ScoreInputs(email_class="disposable"))

    assert (found.lead_score, found.raw_score, found.category) == (0, -10, "Cold")


# --- engagement and qualification


@pytest.mark.parametrize(
    ("replies", "visits", "watched", "points"),
    [
        (1, 0, False, 5),
        (3, 0, False, 15),
        (4, 0, False, 15),
        (0, 1, False, 3),
        (0, 5, False, 15),
        (0, 6, False, 15),
        (0, 0, True, 10),
        (2, 3, True, 29),
        (1_000_000, 2_000_000_000, True, 40),
    ],
)
def test_engagement_adds_up_to_its_limits(replies: int, visits: int, watched: bool, points: int) -> None:
    found = score(email_reply_count=replies, pricing_page_visits=visits, demo_video_watched=watched)

    assert found.score_breakdown["engagement"] == points
    assert found.raw_score == 95 + points
    assert found.lead_score == min(100, 95 + points)


def test_engagement_and_qualification_stand_in_the_breakdown_only_when_not_0() -> None:
    assert list(score().score_breakdown) == ANSWER_GROUPS
    assert [*ANSWER_GROUPS, "qualification"] == list(score(qualification_bonus_applied=True).score_breakdown)
    assert score(qualification_bonus_applied=True).score_breakdown["qualification"] == 10


# --- categories


@pytest.mark.parametrize(
    ("raw", "expected"),
    [(-10, "Cold"), (0, "Cold"), (49, "Cold"), (50, "Warm"), (79, "Warm"), (80, "Hot"), (130, "Hot")],
)
def test_hot_starts_at_80_and_warm_at_50(raw: int, expected: str) -> None:
    assert expected == category_of(clamp(raw), Thresholds())


@given(st.integers(-200, 300), st.integers(-200, 300), st.integers(2, 100), st.data())
def test_the_category_never_falls_when_the_score_rises(one: int, other: int, hot: int, data: st.DataObject) -> None:
    thresholds = Thresholds(hot, data.draw(st.integers(1, hot - 1)))
    ranks = [("Cold", "Warm", "Hot").index(category_of(clamp(raw), thresholds)) for raw in sorted((one, other))]

    assert sorted(ranks) == ranks


@given(st.integers(-10_000, 10_000), st.integers(2, 100), st.data())
def test_the_clamped_score_and_the_raw_score_decide_the_same_category(raw: int, hot: int, data: st.DataObject) -> None:
    thresholds = Thresholds(hot, data.draw(st.integers(1, hot - 1)))

    assert category_of(raw, thresholds) == category_of(clamp(raw), thresholds)


# --- what makes two answers the same

NOISE = " \t\n\u00a0-\u2010\u2011\u2012\u2013\u2014\u2212\u00ad\u200b_"


@given(st.text(st.characters(codec="ascii")), st.integers(0, 99), st.text(st.sampled_from(NOISE), max_size=3))
def test_case_spaces_and_dashes_make_no_difference(text: str, at: int, noise: str) -> None:
    noisy = text[:at].upper() + noise + text[at:].lower()

    assert match_key(text) == match_key(noisy)


@given(st.sampled_from([(f, v) for f in ("industry", "inquiry_type", "budget_timeline") for v in POINTS[f]]), st.data())
def test_a_scrambled_spelling_of_an_answer_scores_as_the_answer(pair: tuple[str, str], data: st.DataObject) -> None:
    field, value = pair
    letters = [data.draw(st.sampled_from([c.upper(), c.lower()])) for c in value if c not in " -"]
    joint = st.sampled_from(["", "", " ", "-", "–", "  "])
    scrambled = "".join(letter + data.draw(joint) for letter in letters)

    assert score(**{field: value}) == score(**{field: scrambled})


@given(st.text())
@example("a\u200d\u0301")
def test_a_key_is_its_own_key(text: str) -> None:
    key = match_key(text)

    assert key == match_key(key)


def test_full_width_letters_and_ligatures_are_read_like_plain_ones() -> None:
    assert match_key("Demo file") == match_key("Ｄｅｍｏ ﬁle")


# --- memory


def test_what_nobody_ever_answered_before_is_not_remembered_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoring, "ANSWERS_REMEMBERED_MAX", 50)
    monkeypatch.setattr(scoring, "SIGNALS_REMEMBERED_MAX", 50)
    fresh = scoring.compile(DEFAULT_RULESET)

    for i in range(200):
        assert fresh.score(inputs(industry=f"Industry {i}", pricing_page_visits=i)).score_breakdown["industry"] == 5
    assert all(len(table) <= 50 for _, _, table in fresh._answers)
    assert len(fresh._signals) == 50
    assert fresh.score(inputs(industry="saas", pricing_page_visits=10_000)).raw_score == 95 + 15


def test_an_answer_seen_once_is_remembered_with_its_points() -> None:
    fresh = scoring.compile(DEFAULT_RULESET)
    fresh.score(inputs(industry="SAAS !", inquiry_type="d e m o"))

    remembered = {name: table for name, _, table in fresh._answers}
    assert (remembered["industry"]["SAAS !"], dict.get(remembered["inquiry_type"], "d e m o")) == (5, 30)


def test_a_breakdown_belongs_to_its_asker() -> None:
    score().score_breakdown["industry"] = 99

    assert score().score_breakdown["industry"] == 20


# --- rule sets other than the default


def test_a_cap_stops_a_group_and_the_breakdown_still_sums_to_the_raw_score() -> None:
    capped = scorer(
        {"when": {"industry": "Software"}, "points": 20},
        {"per": "email_reply_count", "points": 5, "max": 50},
        cap=30,
    )
    found = capped.score(inputs(industry="software", email_reply_count=9))

    assert (found.raw_score, found.score_breakdown) == (30, {"group": 30})


@pytest.mark.parametrize(("visits", "points"), [(0, -4), (1, 0), (2, 5), (4, 5), (5, 11), (6, 6)], ids=lambda n: str(n))
def test_rules_on_a_count_hold_within_their_bounds_and_add_up(visits: int, points: int) -> None:
    tiers = scorer(
        {"when": {"pricing_page_visits": 0}, "points": -4},
        {"when": {"pricing_page_visits": {"at_least": 2, "at_most": 5}}, "points": 5},
        {"when": {"pricing_page_visits": {"at_least": 5}}, "points": 6},
    )

    assert points == tiers.score(inputs(pricing_page_visits=visits)).raw_score


@pytest.mark.parametrize(("replies", "points"), [(0, 0), (1, -2), (2, -4), (3, -5), (40, -5)])
def test_points_taken_for_each_of_a_count_stop_at_their_limit_too(replies: int, points: int) -> None:
    taking = scorer({"per": "email_reply_count", "points": -2, "max": -5})

    assert points == taking.score(inputs(email_reply_count=replies)).raw_score


def test_a_flag_can_be_asked_for_being_down() -> None:
    down = scorer({"when": {"demo_video_watched": False}, "points": 3})

    assert down.score(inputs()).score_breakdown == {"group": 3}
    assert down.score(inputs(demo_video_watched=True)).score_breakdown == {}


def test_without_a_rule_for_other_an_unknown_answer_scores_0() -> None:
    strict = scorer({"when": {"industry": ["Software", "Healthcare"]}, "points": 9})

    assert strict.score(inputs(industry="healthcare")).raw_score == 9
    assert strict.score(inputs(industry="Mining")).score_breakdown == {"group": 0}


def test_two_answers_in_one_group_are_each_matched_with_their_own_values() -> None:
    both = scorer({"when": {"industry": "Demo"}, "points": 1}, {"when": {"inquiry_type": "Demo"}, "points": 20})

    assert both.score(ScoreInputs(industry="demo")).raw_score == 1
    assert both.score(ScoreInputs(inquiry_type="demo")).raw_score == 20


def test_a_rule_on_an_answer_gives_nothing_for_a_signal() -> None:
    rule = DEFAULT_RULESET.groups[0].rules[0]

    assert signal_points(rule, 1) == 0


# --- any rule set, held against a second reading of the same JSON

POOL = ["Alpha", "Beta-Gamma", "Delta Eta", "Theta/Iota", "10-20", "20 +"]
VALUES = {"company_size": list(COMPANY_SIZES), "email_class": ["business", "free", "disposable"]}

some_points = st.integers(-40, 40)


@st.composite
def answer_rules(draw: st.DrawFn, field: str) -> list[dict[str, Any]]:
    pool = VALUES.get(field, POOL)
    values = draw(st.lists(st.sampled_from(pool), min_size=1, max_size=len(pool) - 1, unique=True))
    cut = draw(st.integers(0, len(values)))
    lists = [part for part in (values[:cut], values[cut:]) if part]
    rules = [{"when": {field: part if len(part) > 1 else part[0]}, "points": draw(some_points)} for part in lists]
    if draw(st.booleans()):
        rules.append({"when": {field: {"other": True}}, "points": draw(some_points)})
    return rules


@st.composite
def count_rules(draw: st.DrawFn, field: str) -> list[dict[str, Any]]:
    points = draw(st.integers(1, 9)) * draw(st.sampled_from([1, 1, -1]))
    low, high = sorted((draw(st.integers(0, 6)), draw(st.integers(0, 6))))
    tests: list[Any] = [low, {"at_least": low}, {"at_most": high}, {"at_least": low, "at_most": high}]
    rules = [
        {"per": field, "points": points, "max": points * draw(st.integers(1, 5))},
        {"when": {field: draw(st.sampled_from(tests))}, "points": draw(some_points)},
        {"when": {field: draw(st.sampled_from(tests))}, "points": draw(some_points)},
    ]
    return draw(st.lists(st.sampled_from(rules), min_size=1, max_size=3))


@st.composite
def groups(draw: st.DrawFn, name: str) -> dict[str, Any]:
    fields = draw(
        st.lists(st.sampled_from(ANSWER_FIELDS + COUNT_FIELDS + FLAG_FIELDS), min_size=1, max_size=4, unique=True)
    )
    rules: list[dict[str, Any]] = []
    for field in fields:
        if field in ANSWER_FIELDS:
            rules += draw(answer_rules(field))
        elif field in COUNT_FIELDS:
            rules += draw(count_rules(field))
        else:
            rules.append({"when": {field: draw(st.booleans())}, "points": draw(some_points)})
    group: dict[str, Any] = {"name": name, "label": name.upper(), "rules": draw(st.permutations(rules))}
    return group | ({"cap": draw(st.integers(1, 60))} if draw(st.booleans()) else {})


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    count = draw(st.integers(1, 4))
    made = [draw(groups(f"group_{letter}")) for letter in "abcd"[:count]]
    named = {v for g in made for r in g["rules"] for f, v in _named(r) if f == "industry"}
    synonyms = {value: [f"like {value}", f"{value} too"] for value in sorted(named) if draw(st.booleans())}
    hot = draw(st.integers(2, 100))
    return {
        "version": draw(st.integers(1, 9)),
        "name": "Made",
        "thresholds": {"hot": hot, "warm": draw(st.integers(1, hot - 1))},
        "groups": made,
        "synonyms": {"industry": synonyms} if synonyms else {},
    }


def _named(rule: dict[str, Any]) -> list[tuple[str, str]]:
    [(field, test)] = rule.get("when", {"": None}).items()
    return [(field, v) for v in ([test] if isinstance(test, str) else test if isinstance(test, list) else [])]


answers = st.none() | st.sampled_from(
    ["", "  ", "-", "unheard of", "ALPHA", "beta gamma", "like Alpha", "alpha  TOO", *POOL]
)
made_inputs = st.builds(
    ScoreInputs,
    company_size=st.none() | st.sampled_from(COMPANY_SIZES),
    industry=answers,
    inquiry_type=answers,
    budget_timeline=answers,
    email_class=st.none() | st.sampled_from(VALUES["email_class"]),
    email_reply_count=st.integers(0, 9),
    pricing_page_visits=st.integers(0, 9),
    demo_video_watched=st.booleans(),
    qualification_bonus_applied=st.booleans(),
)


def plain(text: str) -> str:
    return re.sub(r"[\s-]", "", text).lower()


def by_hand(document: dict[str, Any], lead: ScoreInputs) -> int:
    """The raw score, read off the JSON the slow way: no tables, no classes of ours."""
    total = 0
    for group in document["groups"]:
        points = sum(points_by_hand(document, group, rule, lead) for rule in group["rules"])
        total += min(points, group.get("cap", points))
    return total


def points_by_hand(document: dict[str, Any], group: dict[str, Any], rule: dict[str, Any], lead: ScoreInputs) -> int:
    if "per" in rule:
        return sorted((0, rule["max"], rule["points"] * getattr(lead, rule["per"])))[1]
    [(field, test)] = rule["when"].items()
    given_value = getattr(lead, field)
    if field not in ANSWER_FIELDS:
        if isinstance(test, dict):
            return rule["points"] if test.get("at_least", 0) <= given_value <= test.get("at_most", 99) else 0
        return rule["points"] if given_value == test else 0
    answer = plain(given_value or "")
    for value, aliases in document["synonyms"].get(field, {}).items():
        answer = plain(value) if answer in map(plain, aliases) else answer
    if isinstance(test, dict):
        named = {plain(v) for r in group["rules"] for f, v in _named(r) if f == field}
        return rule["points"] if answer and answer not in named else 0
    return rule["points"] if answer and answer in {plain(v) for _, v in _named(rule)} else 0


@given(documents(), st.lists(made_inputs, min_size=1, max_size=8))
def test_any_rule_set_scores_as_its_json_reads(document: dict[str, Any], leads: list[ScoreInputs]) -> None:
    made = scoring.compile(RuleSet.from_json(document))

    for lead in [*leads, *leads]:  # the second round is answered from what was remembered
        found = made.score(lead)
        assert by_hand(document, lead) == found.raw_score == sum(found.score_breakdown.values())
        assert max(0, min(100, found.raw_score)) == found.lead_score
        assert document["version"] == found.ruleset_version
        assert category_of(found.lead_score, Thresholds(**document["thresholds"])) == found.category


@given(documents(), made_inputs)
def test_the_explanation_agrees_with_the_score_always(document: dict[str, Any], lead: ScoreInputs) -> None:
    ruleset = RuleSet.from_json(document)
    found, why = scoring.compile(ruleset).score(lead), explain(lead, ruleset)
    always = {group.name for group in ruleset.groups if group.answer_fields()}

    assert (found.raw_score, found.lead_score, found.category) == (why.raw_score, why.lead_score, why.category)
    assert found.score_breakdown == {row.group: row.points for row in why.rows if row.points or row.group in always}


@given(documents(), made_inputs)
def test_the_bars_of_the_explanation_join_and_stay_below_what_is_possible(
    document: dict[str, Any], lead: ScoreInputs
) -> None:
    why = explain(lead, RuleSet.from_json(document))

    assert [0, *(row.end for row in why.rows)] == [*(row.start for row in why.rows), why.raw_score]
    for row in why.rows:
        assert row.points == row.end - row.start <= row.max_points
        assert row.points <= sum(line.points for line in row.lines)


@given(st.sampled_from(COUNT_FIELDS).flatmap(lambda field: st.tuples(st.just(field), count_rules(field))))
def test_what_is_called_possible_for_a_count_is_what_the_best_count_gives(
    drawn: tuple[str, list[dict[str, Any]]],
) -> None:
    field, rules = drawn
    group = {"name": "group", "rules": rules}
    ruleset = RuleSet.from_json({"version": 1, "name": "T", "groups": [group]})
    rows = [explain(ScoreInputs(**{field: count}), ruleset).rows[0] for count in range(20)]  # type: ignore[arg-type]

    assert {max(row.points for row in rows)} == {row.max_points for row in rows}


@given(documents())
def test_any_rule_set_survives_json_and_back(document: dict[str, Any]) -> None:
    ruleset = RuleSet.from_json(document)

    assert ruleset == RuleSet.from_json(ruleset.to_json())
    assert ruleset.to_json() == RuleSet.from_json(ruleset.to_json()).to_json()


@given(made_inputs)
def test_the_default_breakdown_sums_to_the_raw_score_and_is_the_same_each_time(lead: ScoreInputs) -> None:
    found = DEFAULT.score(lead)

    assert sum(found.score_breakdown.values()) == found.raw_score
    assert found == scoring.compile(DEFAULT_RULESET).score(lead)
    assert all(type(points) is int for points in found.score_breakdown.values())
