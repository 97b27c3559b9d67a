"""What a template shows, without a server."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.domain.activities import Actor, note_added, status_changed
from leadline.domain.default_ruleset import DEFAULT_RULESET
from leadline.domain.explanation import explain
from leadline.domain.leads import STATUSES, Lead
from leadline.domain.rulesets import RuleSet, Thresholds
from leadline.domain.scoring import category_of, compile
from leadline.domain.users import User
from leadline.web.presenting.lead_list import LISTINGS, Seen, is_untouched, row, sentence, tabs
from leadline.web.presenting.lead_page import doubts, entries, extras, facts, safe_link
from leadline.web.presenting.marks import depth, knots, sounding
from leadline.web.presenting.owners import People, why_this_rep
from leadline.web.presenting.waterfall import waterfall
from leadline.web.presenting.words import aged, dated, initials, points, short_age, span
from tests.builders import COLD, HOT, NOW, lead, user

THRESHOLDS = Thresholds()
VIEWER = user(full_name="Ada Lindqvist")
RUTH = user(full_name="Ruth Okoye")
PEOPLE = People([VIEWER, RUTH], VIEWER)


def scored(**fields: object) -> Lead:
    """A lead with the score that its answers make."""
    made = lead(**fields)
    score = compile(DEFAULT_RULESET).score(made)
    return replace(made, raw_score=score.raw_score, lead_score=score.lead_score, category=score.category)


# ---------- words


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (-5, "0 s"),
        (12, "12 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3_599, "59 min"),
        (3_600, "1 h"),
        (86_399, "23 h"),
        (86_400, "1 day"),
        (30 * 86_400, "30 days"),
        (31 * 86_400, "24 Oct 2026"),
    ],
)
def test_ages_are_as_short_as_a_column(seconds: int, expected: str) -> None:
    assert short_age(NOW - timedelta(seconds=seconds), NOW) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (61, "1 minute"),
        (41 * 60, "41 minutes"),
        (3 * 3_600, "3 hours"),
        (200_000, "2 days"),
    ],
)
def test_lengths_of_time_are_words_in_a_sentence(seconds: int, expected: str) -> None:
    assert span(timedelta(seconds=seconds)) == expected


def test_a_moment_is_utc_for_machines_and_for_the_pointer() -> None:
    oslo = datetime(2026, 11, 24, 1, 30, tzinfo=timezone(timedelta(hours=1)))

    shown = aged(oslo, NOW)

    assert (shown.machine, shown.title) == ("2026-11-24T00:30:00Z", "24 Nov 2026 00:30:00 UTC")


def test_the_diary_leaves_todays_date_out() -> None:
    assert dated(NOW - timedelta(minutes=1), NOW).text == "11:59"
    assert dated(NOW - timedelta(days=1), NOW).text == "23 Nov 2026, 12:00"


@pytest.mark.parametrize(
    ("name", "expected"), [("Ada Lindqvist", "AL"), ("ada", "A"), ("Anna Maria von Berg", "AB"), ("  ", "?"), ("", "?")]
)
def test_a_face_has_the_first_and_the_last_letter(name: str, expected: str) -> None:
    assert initials(name) == expected


def test_points_carry_their_sign() -> None:
    assert [points(n) for n in (20, 0, -10)] == ["+20", "0", "−10"]


# ---------- small pictures


@given(st.integers(0, 100))
def test_the_lead_of_a_sounding_hangs_at_the_score(score: int) -> None:
    shown = sounding(score, category_of(score, THRESHOLDS), THRESHOLDS)

    assert shown.lead.startswith(f"M{2 + score} ")
    assert shown.run == f"M2 8h{max(0, score - 4)}"
    assert shown.ticks == "M2 4v8 M52 4v8 M82 4v8 M102 4v8"


def test_each_status_has_its_knots() -> None:
    assert {status: (knots(status).wet, knots(status).is_out) for status in STATUSES} == {
        "New": (1, False),
        "Contacted": (2, False),
        "Qualified": (3, False),
        "Opportunity": (4, False),
        "Disqualified": (0, True),
    }


@given(st.integers(0, 100))
def test_the_bob_hangs_deeper_with_the_score_and_never_covers_the_figure(score: int) -> None:
    shown, deeper = (depth(s, "Hot", THRESHOLDS) for s in (score, min(100, score + 1)))
    top, top_deeper = (int(it.bob.partition("c")[0].removeprefix("M84 ")) for it in (shown, deeper))

    assert 32 <= top <= top_deeper <= 384
    assert all(knot < top for knot in shown.knots)


def test_the_zones_of_the_depth_column_meet_and_say_what_they_are() -> None:
    shown = depth(73, "Warm", Thresholds(hot=90, warm=40))

    assert [name for name, _, _ in shown.zones] == ["Cold", "Warm", "Hot"]
    assert all(
        y + height == next_y for (_, y, height), (_, next_y, _) in zip(shown.zones, shown.zones[1:], strict=False)
    )
    assert shown.label == "Score 73 of 100, Warm. Warm begins at 40, Hot at 90."


# ---------- the waterfall


def test_the_waterfall_of_the_golden_case_ends_at_its_score() -> None:
    it = scored(**HOT)

    shown = waterfall(it, explain(it, DEFAULT_RULESET))

    assert [(step.label, step.points, step.enters, step.leaves) for step in shown.steps][:5] == [
        ("Company size", "+20", None, 20),
        ("Industry", "+20", 20, 40),
        ("Inquiry", "+30", 40, 70),
        ("Timeline", "+20", 70, 90),
        ("E-mail address", "+5", 90, 95),
    ]
    assert (shown.score, shown.raw_score, shown.category, shown.caution) == (95, 95, "Hot", None)
    assert [(bar.kind, bar.x, bar.width) for bar in shown.total] == [("sum sum--hot", 0, 95)]


def test_points_past_a_hundred_are_drawn_apart() -> None:
    it = scored(**HOT, demo_video_watched=True)

    shown = waterfall(it, explain(it, DEFAULT_RULESET))

    engagement = next(step for step in shown.steps if step.label == "Engagement")
    assert [(bar.kind, bar.x, bar.width) for bar in engagement.bars] == [
        ("room", 95, 15),
        ("fill", 95, 5),
        ("over", 100, 5),
    ]
    assert engagement.answers == ("Demo video watched",)
    assert (shown.score, shown.raw_score) == (100, 105)
    assert shown.total[1].kind == "room"


def test_lost_points_go_back_and_below_zero_the_axis_begins_lower() -> None:
    it = scored(email_class="disposable")

    shown = waterfall(it, explain(it, DEFAULT_RULESET))

    email = next(step for step in shown.steps if step.label == "E-mail address")
    assert [(bar.kind, bar.x, bar.width) for bar in email.bars] == [("room", 0, 5), ("loss", -10, 10)]
    assert shown.view_box == "-10 0 120 32"
    assert (shown.score, shown.raw_score) == (0, -10)
    assert shown.total == ()


@given(
    st.sampled_from(["1-10", "51-200", "1000+", None, "who knows"]),
    st.sampled_from(["business", "free", "disposable"]),
    st.integers(0, 9),
    st.integers(0, 9),
    st.booleans(),
)
def test_every_bar_lies_on_the_axis(size: str | None, kind: str, replies: int, visits: int, video: bool) -> None:
    it = scored(
        company_size=size,
        email_class=kind,
        email_reply_count=replies,
        pricing_page_visits=visits,
        demo_video_watched=video,
    )

    shown = waterfall(it, explain(it, DEFAULT_RULESET))

    low, _, width, _ = map(int, shown.view_box.split())
    for step in shown.steps:
        assert all(bar.width > 0 and low <= bar.x and bar.x + bar.width <= low + width for bar in step.bars)
        assert low <= step.leaves <= low + width


def test_a_rule_set_with_large_numbers_stretches_the_axis() -> None:
    document = {
        "version": 2,
        "name": "Large",
        "groups": [{"name": "size", "rules": [{"when": {"company_size": ["1-10"]}, "points": 700}]}],
    }
    ruleset = RuleSet.from_json(document)
    it = lead(company_size="1-10", raw_score=700, lead_score=100)

    shown = waterfall(it, explain(it, ruleset))

    assert shown.view_box == "0 0 700 32"
    assert shown.scale[-1] == ("100", "14.29%", "middle")


def test_an_open_lead_whose_answers_are_ahead_of_its_score_says_so() -> None:
    it = replace(scored(**COLD), raw_score=60, lead_score=60)

    caution = waterfall(it, explain(it, DEFAULT_RULESET)).caution

    assert caution is not None
    assert "have not been scored yet" in caution


# ---------- owners


@pytest.mark.parametrize(
    ("decision", "owner", "expected"),
    [
        ({"how": "turn"}, VIEWER, "By turn: of those with room, you waited longest."),
        ({"how": "turn"}, RUTH, "By turn: of those with room, Ruth Okoye waited longest."),
        ({"how": "returning_owner"}, VIEWER, "An earlier lead from this address is yours, and you have room."),
        (
            {"how": "returning_owner"},
            RUTH,
            "An earlier lead from this address is Ruth Okoye’s, and Ruth Okoye has room.",
        ),
        ({"how": "hand", "by": "Sarah Chen"}, RUTH, "Given to Ruth Okoye by hand, by Sarah Chen."),
        ({"how": "claim"}, VIEWER, "Claimed by you."),
        ({"how": "unrouted"}, None, "Cold leads are not given to anybody."),
        ({"how": "unrouted"}, RUTH, "Cold leads are not given to anybody. Ruth Okoye has it now."),
        ({"how": "unassigned"}, None, "It was taken from its owner, to be claimed by whoever wants it."),
        ({"how": "waiting", "reason": "no_active_rep"}, None, "Nobody could take it: no rep is active."),
        (None, None, "How it was routed is not on record."),
        (None, VIEWER, "How it was routed is not on record. You have it now."),
    ],
)
def test_the_decision_is_told_in_words(decision: dict[str, Any] | None, owner: User | None, expected: str) -> None:
    stored = decision
    if decision is not None and owner is not None and decision["how"] != "unrouted":
        stored = decision | {"chosen": str(owner.id), "name": owner.full_name}
    it = lead(assigned_to=owner.id if owner else None, route_decision=stored)

    assert why_this_rep(it, PEOPLE, NOW).sentence.startswith(expected)


@pytest.mark.parametrize(
    ("users", "now"),
    [
        ([], "no rep is active"),
        ([user(role="manager")], "no rep is active"),
        ([user(role="rep", is_active=False)], "no rep is active"),
        ([user(role="rep", max_active_leads=0)], "every rep is full"),
        ([user(role="rep")], "every rep is full"),
    ],
)
def test_a_lead_waits_for_what_keeps_it_waiting_now(users: list[User], now: str) -> None:
    """The last is a rep whose room came a moment ago: what was stored is said until the lead is routed."""
    decision = {"how": "waiting", "reason": "no_capacity"}
    it = lead(waiting_since=NOW, waiting_reason="no_capacity", route_decision=decision)
    people = People(users, VIEWER)
    by_now = "" if now == "every rep is full" else f" By now {now}."

    assert people.why_waiting(it) == now
    assert people.why_waiting(replace(it, waiting_since=None)) is None
    assert why_this_rep(it, people, NOW).sentence == (
        f"Nobody could take it: every rep is full.{by_now} The next rep with room gets it."
    )


def test_a_later_owner_is_told_beside_the_decision() -> None:
    decision = {"how": "turn", "chosen": str(RUTH.id), "name": "Ruth Okoye"}

    later = why_this_rep(lead(assigned_to=VIEWER.id, route_decision=decision), PEOPLE, NOW)
    nobody = why_this_rep(lead(route_decision=decision), PEOPLE, NOW)

    assert later.sentence.endswith("You have it now.")
    assert nobody.sentence.endswith("Nobody owns it now.")


def test_each_rep_considered_has_the_counts_of_then_and_a_verdict() -> None:
    reps = [
        [str(VIEWER.id), "Ada Lindqvist", 11, 25, "chosen"],
        [str(RUTH.id), "Ruth Okoye", 19, 25, "later_turn"],
        [str(UUID(int=1)), "Left Since", 25, 25, "full"],
        [str(UUID(int=2)), "Signe Moor", 4, 1_000, "not_active"],
    ]
    decision = {"how": "turn", "chosen": str(VIEWER.id), "name": "Ada Lindqvist", "reps": reps}

    shown = why_this_rep(lead(assigned_to=VIEWER.id, route_decision=decision), PEOPLE, NOW)

    assert [(rep.person.name, rep.leads, rep.verdict, rep.won) for rep in shown.considered] == [
        ("You", "11 of 25", "Given the lead", True),
        ("Ruth Okoye", "19 of 25", "Had a turn more recently", False),
        ("Left Since", "25 of 25", "Full", False),
        ("Signe Moor", "4 of 1,000", "Not active", False),
    ]


# ---------- the list


def test_a_row_of_a_contacted_lead_says_when_it_was_touched_last() -> None:
    it = lead(status="Contacted", first_contacted_at=NOW, last_activity_date=NOW - timedelta(hours=2))

    shown = row(it, THRESHOLDS, PEOPLE, NOW)

    assert shown.touch is not None
    assert shown.touch.text == "2 h"


def test_a_lead_is_untouched_until_it_heard_from_us_and_not_again_after_a_reopening() -> None:
    assert is_untouched(lead())
    assert not is_untouched(lead(first_contacted_at=NOW))
    assert not is_untouched(lead(status="Disqualified"))


def test_the_tabs_sum_what_they_list() -> None:
    counts = {"Hot": 14, "Warm": 61, "Cold": 208, "waiting": 2, "needs_review": 5}

    shown = tabs(LISTINGS["warm"], counts)

    assert [(tab.listing.name, tab.count, tab.is_current) for tab in shown] == [
        ("hot", 14, False),
        ("warm", 61, True),
        ("cold", 208, False),
        ("waiting", 2, False),
        ("review", 5, False),
        ("all", 283, False),
    ]


def said(name: str, leads: list[Lead], total: int | None, is_whole: bool) -> str:
    """The sentence above a list."""
    it = sentence(LISTINGS[name], Seen(leads, total, is_whole), PEOPLE, NOW)
    return " ".join(f"{it.before} {it.strong}{it.after}".split())


def test_the_sentence_says_what_is_true_now() -> None:
    fresh = [lead(created_at=NOW - timedelta(minutes=minutes)) for minutes in (4, 41)]
    heard = lead(status="Contacted", first_contacted_at=NOW)
    waiting = [lead(waiting_since=NOW - timedelta(minutes=m), waiting_reason="no_capacity") for m in (5, 7)]

    assert (
        said("hot", [*fresh, heard], 3, True) == "3 open. 2 have not heard from us; the longest has waited 41 minutes."
    )
    assert said("hot", [fresh[0], heard], 2, True) == "2 open. 1 has not heard from us; it has waited 4 minutes."
    assert said("hot", [heard, heard], 2, True) == "2 open. All of them have heard from us."
    assert said("hot", [heard], 1, True) == "1 open. It has heard from us."
    assert said("hot", [], 0, True) == "0 open."
    assert said("hot", [heard], None, True) == "1 found. It has heard from us."
    assert said("waiting", waiting, 2, True) == "2 leads wait: every rep is full; the longest has waited 7 minutes."


def test_the_sentence_claims_no_more_than_the_page_shows() -> None:
    fresh, heard = lead(created_at=NOW - timedelta(hours=3)), lead(status="Contacted", first_contacted_at=NOW)
    closed = lead(status="Disqualified")

    assert said("cold", [fresh, heard], 1_208, False) == (
        "1,208 open. Of the 2 on this page, 1 has not heard from us; it has waited 3 hours."
    )
    assert said("cold", [heard, heard], 1_208, False) == "1,208 open. All 2 on this page have heard from us."
    assert said("cold", [heard, closed], None, False) == "2 on this page."
    assert said("cold", [closed], None, True) == "1 found."


# ---------- one lead


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("kestrel.example.com", "https://kestrel.example.com"),
        ("http://kestrel.example.com/a?b=c", "http://kestrel.example.com/a?b=c"),
        ("HTTPS://Kestrel.example.com", "https://Kestrel.example.com"),
        ("kestrel.example.com:8080/x", "https://kestrel.example.com:8080/x"),
        ("javascript:alert(1)", None),
        ("JaVaScRiPt:alert(1)//x.y", None),
        ("java\tscript:alert(1)", None),
        ("data:text/html,x", None),
        ("vbscript:x.y", None),
        ("//evil.example.com", None),
        ("https://good.example.com@evil.example.com", None),
        ("http://[broken", None),
        ("see our site", None),
        ("none", None),
        ("", None),
        (None, None),
    ],
)
def test_only_addresses_of_the_web_become_links(typed: str | None, expected: str | None) -> None:
    assert safe_link(typed) == expected


@given(st.text())
def test_whatever_a_stranger_types_is_a_link_to_the_web_or_none(typed: str) -> None:
    link = safe_link(typed)

    assert link is None or link.startswith(("http://", "https://"))


def test_facts_say_where_a_value_came_from_and_leave_blanks_out() -> None:
    it = lead(
        company_name="kestrel.example.com",
        email_class="free",
        field_sources={"company_name": {"source": "derived"}, "source": {"source": "endpoint"}},
        source="Web Form",
    )

    shown = {fact.label: (fact.value, fact.chip) for fact in facts(it)}

    assert shown["Company"] == ("kestrel.example.com", "derived")
    assert shown["E-mail"][1] == "free provider"
    assert shown["Source"] == ("Web Form", "endpoint")
    assert shown["Phone"] == (None, None)
    assert "Website" not in shown


def test_what_else_was_sent_is_shown_as_text_and_cut() -> None:
    shown = extras(lead(extra={"note": "x" * 2_000, "list": [1, {"a": None}], "flag": True}))

    assert [fact.value for fact in shown][1:] == ['[1, {"a": null}]', "true"]
    assert len(shown[0].value or "") == 500


def test_doubts_are_conflicts_and_values_nobody_gave() -> None:
    sources = {"company_size": {"conflict": "11-50"}, "company_name": {"source": "derived"}, "odd": "not a dict"}
    it = lead(company_size="51-200", field_sources=sources, needs_review=True)

    assert [(doubt.label, doubt.value, doubt.other) for doubt in doubts(it)] == [
        ("Size", "51-200", "11-50"),
        ("Company", "Firm", None),
    ]
    assert doubts(replace(it, needs_review=False)) == ()


def test_the_history_says_who_did_what() -> None:
    it = lead()
    me = Actor("user", VIEWER.full_name, VIEWER.id)
    robot = Actor("api_key", "first key", ip_address="203.0.113.7")
    trail = [
        note_added(UUID(int=1), it.id, "Be quick.", me, NOW),
        status_changed(UUID(int=2), it.id, "New", "Disqualified", robot, NOW, reason="no_budget"),
        replace(note_added(UUID(int=3), it.id, "x", me, NOW), new_value="no json", actor_name=None, user_id=None),
    ]

    shown = entries(trail, VIEWER, datetime(2026, 11, 24, 13, tzinfo=UTC))

    assert [(entry.kind, entry.sentence, entry.quote, entry.by) for entry in shown] == [
        ("by-person", "Added a note", "Be quick.", "you"),
        ("", "Changed status from New to Disqualified: no budget", None, "first key, API key, 203.0.113.7"),
        ("by-person", "Added a note", None, "user"),
    ]
