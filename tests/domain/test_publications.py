"""Rule sets as people write them: any document is read or refused with faults, and what was read scores every lead."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.domain.conditions import ANSWER_FIELDS, CLOSED_ANSWERS, COUNT_FIELDS, FLAG_FIELDS
from leadline.domain.default_ruleset import DEFAULT_RULESET
from leadline.domain.errors import Fault, Invalid
from leadline.domain.explanation import explain
from leadline.domain.leads import COMPANY_SIZES
from leadline.domain.publications import RULESET_BYTES_MAX, UNPUBLISHED, read_rules
from leadline.domain.rulesets import RuleSet
from leadline.domain.scoring import ScoreInputs, compile

RULE = {"when": {"industry": "Software/SaaS"}, "points": 20}
MINIMAL: dict[str, Any] = {"name": "Short", "groups": [{"name": "industry", "rules": [RULE]}]}


def faults_of(document: object) -> list[Fault]:
    with pytest.raises(Invalid) as refused:
        read_rules(document)
    return refused.value.faults


def test_a_document_needs_no_version_and_one_that_it_has_is_not_used() -> None:
    assert read_rules(MINIMAL).version == UNPUBLISHED
    assert read_rules(MINIMAL | {"version": 7}) == read_rules(MINIMAL)


def test_a_version_that_is_none_is_a_fault_all_the_same() -> None:
    assert [fault.pointer for fault in faults_of(MINIMAL | {"version": "2"})] == ["/version"]


def test_the_rule_set_shipped_can_be_taken_as_a_start() -> None:
    document = json.loads(json.dumps(DEFAULT_RULESET.to_json()))

    assert read_rules(document) == DEFAULT_RULESET


def test_reading_leaves_the_document_as_it_is() -> None:
    document = dict(MINIMAL)

    read_rules(document)

    assert document == MINIMAL


def test_a_document_that_is_too_big_is_refused_as_a_whole() -> None:
    names = [f"{number:03}{'x' * 90}" for number in range(200)]
    groups = [
        {"name": f"group_{letter}", "rules": [{"when": {"industry": names}, "points": 1}]}
        for letter in "abcdefghijklmno"
    ]

    (fault,) = faults_of(MINIMAL | {"groups": groups})

    assert fault.pointer == ""
    assert f"at most {RULESET_BYTES_MAX} fit" in fault.detail


@pytest.mark.parametrize("pointer", ["/name", "/groups/0/label", "/groups/0/rules/0/when/industry"])
def test_half_of_a_surrogate_pair_is_refused_where_it_stands(pointer: str) -> None:
    document = json.loads(json.dumps(MINIMAL | {"groups": [MINIMAL["groups"][0] | {"label": "Industry"}]}))
    *steps, last = pointer.split("/")[1:]
    place = document
    for step in steps:
        place = place[int(step) if step.isdecimal() else step]
    place[last] = "a\ud800"

    assert [(fault.pointer, "surrogate" in fault.detail) for fault in faults_of(document)] == [(pointer, True)]


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=5)
    | st.sampled_from(["\ud83d", "", "-", "1-10", "Software/SaaS", "industry"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["version", "name", "thresholds", "groups", "synonyms", "hot", "warm", "rules", "label", "cap", "when", "per",
                 "points", "max", "other", "at_least", "at_most", *ANSWER_FIELDS, *COUNT_FIELDS, *FLAG_FIELDS]
            )
            | st.text(max_size=3),
            inner,
            max_size=5,
        )
    ),
    max_leaves=30,
)  # fmt: skip


@given(anything)
def test_any_json_is_read_or_refused_with_faults_and_nothing_else(document: Any) -> None:
    faults: list[Fault] = []
    try:
        ruleset = read_rules(document)
    except Invalid as refused:
        faults = refused.faults
    else:
        assert ruleset == read_rules(json.loads(json.dumps(ruleset.to_json())))
        return

    assert faults
    assert all(fault.pointer == "" or fault.pointer.startswith("/") for fault in faults)


points = st.integers(-1000, 1000)
texts = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8)


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, Any]:
    field = draw(st.sampled_from([*ANSWER_FIELDS, *COUNT_FIELDS, *FLAG_FIELDS]))
    if field in FLAG_FIELDS:
        return {field: draw(st.booleans())}
    if field in COUNT_FIELDS:
        low, high = sorted(draw(st.tuples(st.integers(0, 50), st.integers(0, 50))))
        return {
            field: draw(
                st.sampled_from([low, {"at_least": low}, {"at_most": high}, {"at_least": low, "at_most": high}])
            )
        }
    values = st.sampled_from(CLOSED_ANSWERS[field]) if field in CLOSED_ANSWERS else texts
    return {field: draw(st.lists(values, min_size=1, max_size=3) | st.just({"other": True}))}


@st.composite
def rules(draw: st.DrawFn) -> dict[str, Any]:
    if draw(st.booleans()):
        return {"when": draw(conditions()), "points": draw(points)}
    given = draw(points.filter(bool))
    return {"per": draw(st.sampled_from(COUNT_FIELDS)), "points": given, "max": given * draw(st.integers(1, 3))}


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    groups = [
        {"name": f"group_{'abcd'[number]}", "rules": draw(st.lists(rules(), min_size=1, max_size=4))}
        | draw(st.sampled_from([{}, {"cap": 1}, {"cap": 40}]))
        for number in range(draw(st.integers(1, 4)))
    ]
    warm, hot = sorted(draw(st.lists(st.integers(1, 100), min_size=2, max_size=2, unique=True)))
    return {"name": "Drawn", "thresholds": {"hot": hot, "warm": warm}, "groups": groups}


answers = st.none() | texts | st.sampled_from(["Software/SaaS", "-", ""])
leads = st.builds(
    ScoreInputs,
    st.none() | st.sampled_from(COMPANY_SIZES),
    answers,
    answers,
    answers,
    st.sampled_from(CLOSED_ANSWERS["email_class"]),
    st.integers(0, 60),
    st.integers(0, 60),
    st.booleans(),
    st.booleans(),
)


def read_or_none(document: dict[str, Any]) -> RuleSet | None:
    """Drawn rules may take the same answer twice, and a `max` may lie too far out."""
    try:
        return read_rules(document)
    except Invalid:
        return None


@given(documents().map(read_or_none).filter(bool), st.lists(leads, min_size=1, max_size=5))
def test_what_is_read_scores_every_lead_within_range_and_explains_the_same(
    ruleset: RuleSet, inputs: list[ScoreInputs]
) -> None:
    scorer = compile(ruleset)
    for lead in inputs:
        score = scorer.score(lead)
        explained = explain(lead, ruleset)

        assert sum(score.score_breakdown.values()) == score.raw_score == explained.raw_score
        assert score.lead_score == min(max(score.raw_score, 0), 100)
        assert score.category == explained.category
        assert (score.category == "Hot") == (score.lead_score >= ruleset.thresholds.hot)
        assert (score.category == "Cold") == (score.lead_score < ruleset.thresholds.warm)
