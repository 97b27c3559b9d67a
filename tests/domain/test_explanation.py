import json
from dataclasses import replace
from typing import Any

import pytest

from leadline.domain.default_ruleset import DEFAULT_RULESET
from leadline.domain.explanation import Explanation, Row, explain
from leadline.domain.rulesets import RuleSet, Thresholds
from leadline.domain.scoring import ScoreInputs

ACME = ScoreInputs("51-200", "Software/SaaS", "Demo Request", "Immediate", "business")


def why(**given: Any) -> Explanation:
    return explain(replace(ACME, **given), DEFAULT_RULESET)


def row(explanation: Explanation, group: str) -> Row:
    [found] = [row for row in explanation.rows if row.group == group]
    return found


def row_of(rules: list[dict[str, Any]], inputs: ScoreInputs = ACME, **group: Any) -> Row:
    """The only row of a rule set with one group."""
    document = {"version": 1, "name": "T", "groups": [{"name": "group", "rules": rules, **group}]}
    return explain(inputs, RuleSet.from_json(document)).rows[0]


def test_acme_is_explained_group_by_group_as_a_waterfall() -> None:
    expected = [
        ("Company size", "51-200", "51-200", 20, 25, 0, 20),
        ("Industry", "Software/SaaS", "Software/SaaS", 20, 20, 20, 40),
        ("Inquiry", "Demo Request", "Demo Request", 30, 30, 40, 70),
        ("Timeline", "Immediate", "Immediate", 20, 20, 70, 90),
        ("E-mail address", "business", "business", 5, 5, 90, 95),
        ("Engagement", None, None, 0, 40, 95, 95),
        ("Qualification", None, None, 0, 10, 95, 95),
    ]

    found = why()

    assert expected == [(r.label, r.given, r.matched, r.points, r.max_points, r.start, r.end) for r in found.rows]
    assert (found.raw_score, found.lead_score, found.category) == (95, 95, "Hot")
    assert (found.thresholds, found.ruleset_version) == (Thresholds(80, 50), 1)


def test_a_disposable_address_leads_the_bar_back() -> None:
    found = row(why(email_class="disposable"), "email_validation")

    assert (found.points, found.start, found.end) == (-10, 90, 80)


@pytest.mark.parametrize(
    ("field", "answer", "matched", "text"),
    [
        ("inquiry_type", "Demo Request", "Demo Request", "Demo Request"),
        ("inquiry_type", "book a demo", "Demo Request", "book a demo, taken as Demo Request"),
        ("inquiry_type", "Fax me", "Other", "Fax me, which counts as Other"),
        ("inquiry_type", "other", "Other", "other"),
        ("inquiry_type", None, None, "Not given"),
        ("inquiry_type", " – ", None, "Not given"),
        ("company_size", "9-9", None, "9-9, which no rule looks at"),
        ("email_class", "free", "free", "free provider"),
        ("email_class", "business", "business", "business domain"),
    ],
)
def test_an_answer_is_shown_as_given_with_what_it_was_taken_as(
    field: str, answer: str | None, matched: str | None, text: str
) -> None:
    found = row(why(**{field: answer}), "email_validation" if field == "email_class" else field)

    assert (found.given, found.matched) == (answer, matched)
    assert [text] == [line.text for line in found.lines]


@pytest.mark.parametrize(
    ("signals", "lines"),
    [
        ((0, 0, False), [("0 e-mail replies", 0), ("0 pricing page visits", 0), ("Demo video not watched", 0)]),
        (
            (1, 1, True),
            [("1 e-mail reply × 5 = 5", 5), ("1 pricing page visit × 3 = 3", 3), ("Demo video watched", 10)],
        ),
        (
            (3, 7, False),
            [
                ("3 e-mail replies × 5 = 15", 15),
                ("7 pricing page visits × 3 = 21, stops at 15", 15),
                ("Demo video not watched", 0),
            ],
        ),
    ],
)
def test_engagement_is_explained_rule_by_rule(signals: tuple[int, int, bool], lines: list[tuple[str, int]]) -> None:
    replies, visits, watched = signals
    found = row(why(email_reply_count=replies, pricing_page_visits=visits, demo_video_watched=watched), "engagement")

    assert lines == [(line.text, line.points) for line in found.lines]
    assert found.points == sum(points for _, points in lines)
    assert [line.max_points for line in found.lines] == [15, 15, 10]


@pytest.mark.parametrize(("replies", "reached"), [(2, False), (3, True), (4, True)])
def test_a_reached_limit_is_marked_on_the_rule_and_its_group(replies: int, reached: bool) -> None:
    found = row(why(email_reply_count=replies), "engagement")

    assert (found.lines[0].cap_reached, found.cap_reached) == (reached, reached)
    assert not found.lines[1].cap_reached


@pytest.mark.parametrize(
    ("given", "sentences"),
    [
        ({}, ["Five answers make 95.", "Hot starts at 80."]),
        ({"company_size": "1000+"}, ["Five answers make 100.", "Hot starts at 80."]),
        (
            {"email_reply_count": 2},
            ["Six answers make 105.", "A score stops at 100.", "Hot starts at 80."],
        ),
        (
            {"industry": None, "inquiry_type": None},
            ["Three answers make 45.", "Cold is everything below 50."],
        ),
        (
            {"company_size": None, "inquiry_type": None, "budget_timeline": None, "email_class": "free"},
            ["One answer makes 20.", "Cold is everything below 50."],
        ),
        (
            {"budget_timeline": "3-6 months", "inquiry_type": "help"},
            ["Four answers make 55.", "Warm starts at 50, Hot at 80."],
        ),
    ],
)
def test_the_total_is_said_in_plain_words(given: dict[str, Any], sentences: list[str]) -> None:
    assert sentences == list(why(**given).sentences)


@pytest.mark.parametrize(
    ("inputs", "sentences"),
    [
        (ScoreInputs(), ["No answer gave points.", "Cold is everything below 50."]),
        (
            ScoreInputs(email_class="disposable"),
            ["One answer makes -10.", "A score does not go below 0.", "Cold is everything below 50."],
        ),
    ],
)
def test_nothing_and_less_than_nothing_are_said_too(inputs: ScoreInputs, sentences: list[str]) -> None:
    assert sentences == list(explain(inputs, DEFAULT_RULESET).sentences)


def test_many_groups_are_counted_in_figures() -> None:
    rules = [{"when": {"industry": "Software/SaaS"}, "points": 1}]
    names = [f"group_{letter}" for letter in "abcdefghijklm"]
    document = {"version": 1, "name": "T", "groups": [{"name": name, "rules": rules} for name in names]}

    assert explain(ACME, RuleSet.from_json(document)).sentences[0] == "13 answers make 13."


def test_a_group_at_its_cap_says_so_and_its_lines_keep_their_own_points() -> None:
    rules = [{"when": {"industry": "Software/SaaS"}, "points": 20}, {"when": {"company_size": "51-200"}, "points": 15}]

    found = row_of(rules, cap=30)

    assert (found.points, found.max_points, found.cap_reached) == (30, 30, True)
    assert [line.points for line in found.lines] == [20, 15]
    assert row_of(rules, cap=35).cap_reached
    assert not row_of(rules, cap=36).cap_reached


def test_the_most_a_group_can_give_counts_tiers_that_shut_each_other_out_once() -> None:
    tiers = [
        {"when": {"pricing_page_visits": {"at_least": 1, "at_most": 2}}, "points": 5},
        {"when": {"pricing_page_visits": {"at_least": 3, "at_most": 8}}, "points": 9},
        {"when": {"demo_video_watched": True}, "points": 2},
        {"when": {"demo_video_watched": False}, "points": 1},
    ]

    assert row_of(tiers).max_points == 9 + 2


def test_the_most_a_group_can_give_is_never_below_0_and_finds_the_best_count() -> None:
    falling = [{"per": "email_reply_count", "points": -2, "max": -10}]
    rising_then_falling = [
        {"per": "email_reply_count", "points": 5, "max": 15},
        {"when": {"email_reply_count": {"at_least": 2}}, "points": -100},
    ]

    assert (row_of(falling).max_points, row_of(falling).lines[0].max_points) == (0, 0)
    assert row_of([{"when": {"industry": "Software/SaaS"}, "points": -3}]).max_points == 0
    assert row_of(rising_then_falling).max_points == 5


@pytest.mark.parametrize(
    ("rules", "best"),
    [
        # 3 replies: 12 (not 15) less 3; one reply fewer gives 8.
        ([{"per": "REPLIES", "points": 5, "max": 12}, {"per": "REPLIES", "points": -1, "max": -100}], 9),
        # 4 replies: out of the range that takes 5, and only 4 taken so far.
        (
            [
                {"when": {"REPLIES": {"at_most": 3}}, "points": -5},
                {"when": {"REPLIES": {"at_least": 0}}, "points": 10},
                {"per": "REPLIES", "points": -1, "max": -5},
            ],
            6,
        ),
    ],
)
def test_the_best_count_may_lie_just_beside_a_bound(rules: list[dict[str, Any]], best: int) -> None:
    written = json.loads(json.dumps(rules).replace("REPLIES", "email_reply_count"))

    assert row_of(written).max_points == best


@pytest.mark.parametrize(
    ("test", "text"),
    [
        (3, "1 e-mail reply, the rule wants exactly 3"),
        ({"at_least": 2}, "1 e-mail reply, the rule wants at least 2"),
        ({"at_most": 2}, "1 e-mail reply, the rule wants 0 to 2"),
        ({"at_least": 1, "at_most": 2}, "1 e-mail reply, the rule wants 1 to 2"),
    ],
)
def test_a_rule_on_a_count_says_what_it_wants(test: Any, text: str) -> None:
    found = row_of([{"when": {"email_reply_count": test}, "points": 4}], replace(ACME, email_reply_count=1))

    assert [text] == [line.text for line in found.lines]
