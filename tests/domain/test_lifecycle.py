from itertools import product
from typing import get_args

import pytest

from leadline.domain.errors import Conflict, Fault, Forbidden, Invalid
from leadline.domain.leads import OPEN_STATUSES, STATUSES, Status
from leadline.domain.lifecycle import REASONS, TRANSITIONS, Step, allowed, check_bant, check_transition
from leadline.domain.users import ROLES, Role

# RULES 5, drawn by hand: a row for each status, a column for each that may follow (r with a reason, m managers only).
TABLE = """
              New  Contacted  Qualified  Disqualified  Opportunity
New            .       x          .           r             .
Contacted      .       .          x           r             .
Qualified      .       .          .           r             x
Disqualified   m       .          .           .             .
Opportunity    .       .          .           .             .
"""
_, _header, *_lines = TABLE.splitlines()
MARKS = {
    (line.split()[0], new): mark for line in _lines for new, mark in zip(_header.split(), line.split()[1:], strict=True)
}
PAIRS = list(product(STATUSES, STATUSES))


def reason_for(old: Status, new: Status) -> str | None:
    return "not_a_fit" if MARKS[old, new] == "r" else None


def test_the_drawn_table_has_every_pair_of_statuses() -> None:
    assert set(PAIRS) == set(MARKS)
    assert set(get_args(Status)) == set(STATUSES)


@pytest.mark.parametrize(("old", "new"), PAIRS)
def test_a_manager_can_take_each_step_of_the_table_and_no_other(old: Status, new: Status) -> None:
    mark = MARKS[old, new]

    if mark == ".":
        with pytest.raises(Conflict):
            check_transition(old, new, "manager", reason=reason_for(old, new))
    else:
        step = check_transition(old, new, "manager", reason=reason_for(old, new))
        assert step == Step(needs_reason=mark == "r", action="reopen_lead" if mark == "m" else "work_lead")


@pytest.mark.parametrize(("old", "new"), PAIRS)
@pytest.mark.parametrize("role", [None, *ROLES])
def test_what_is_allowed_is_what_passes_the_check(old: Status, new: Status, role: Role | None) -> None:
    try:
        check_transition(old, new, role, reason=reason_for(old, new))
    except (Conflict, Forbidden):
        passed = False
    else:
        passed = True

    assert passed == (new in allowed(old, role))


@pytest.mark.parametrize("role", [None, "manager", "admin"])
def test_managers_and_programs_may_reopen(role: Role | None) -> None:
    assert allowed("Disqualified", role) == ("New",)


def test_a_rep_may_not_reopen_and_is_told_who_may() -> None:
    assert allowed("Disqualified", "rep") == ()
    with pytest.raises(Forbidden, match="Only a manager may take a lead from Disqualified back to New"):
        check_transition("Disqualified", "New", "rep")


@pytest.mark.parametrize(
    ("old", "new", "role", "sentence"),
    [
        (
            "New",
            "Qualified",
            "rep",
            "A lead that is New cannot become Qualified. It may become Contacted or Disqualified.",
        ),
        ("New", "New", None, "The lead is New already. It may become Contacted or Disqualified."),
        (
            "Qualified",
            "New",
            "admin",
            "A lead that is Qualified cannot become New. It may become Disqualified or Opportunity.",
        ),
        (
            "Opportunity",
            "Disqualified",
            None,
            "A lead that is Opportunity cannot become Disqualified. No status follows Opportunity.",
        ),
        ("Opportunity", "New", "admin", "A lead that is Opportunity cannot become New. No status follows Opportunity."),
        (
            "Disqualified",
            "Contacted",
            "manager",
            "A lead that is Disqualified cannot become Contacted. It may become New.",
        ),
        (
            "Disqualified",
            "Contacted",
            "rep",
            "A lead that is Disqualified cannot become Contacted. Only a manager may take it any further.",
        ),
    ],
)
def test_a_refusal_names_what_is_allowed_instead(old: Status, new: Status, role: Role | None, sentence: str) -> None:
    with pytest.raises(Conflict) as caught:
        check_transition(old, new, role)

    assert sentence == str(caught.value)


# --- reasons


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("old", OPEN_STATUSES)
def test_every_reason_disqualifies_every_open_lead(old: Status, reason: str) -> None:
    assert check_transition(old, "Disqualified", "rep", reason=reason, note="They told us.").needs_reason


def test_the_reasons_are_those_of_the_rules() -> None:
    words = "not_a_fit spam competitor no_response lost_to_competitor no_budget duplicate other"

    assert words.split() == list(REASONS)


@pytest.mark.parametrize(
    ("reason", "note", "pointer", "word"),
    [
        (None, None, "/reason", "is required for Disqualified"),
        ("", None, "/reason", "must be one of not_a_fit, spam"),
        ("Spam", None, "/reason", "must be one of not_a_fit, spam"),
        ("other", None, "/note", 'required with the reason "other"'),
        ("other", "  ", "/note", 'required with the reason "other"'),
    ],
)
def test_a_reason_that_is_missing_or_unknown_or_unexplained_is_a_fault(
    reason: str | None, note: str | None, pointer: str, word: str
) -> None:
    with pytest.raises(Invalid) as caught:
        check_transition("New", "Disqualified", "rep", reason=reason, note=note)

    [fault] = caught.value.faults
    assert pointer == fault.pointer
    assert word in fault.detail


@pytest.mark.parametrize("pair", [pair for pair, step in TRANSITIONS.items() if not step.needs_reason], ids="-".join)
def test_a_step_without_reasons_takes_none(pair: tuple[Status, Status]) -> None:
    with pytest.raises(Invalid) as caught:
        check_transition(*pair, "manager", reason="spam")

    assert [Fault("/reason", f"{pair[1]} takes no reason")] == caught.value.faults


@pytest.mark.parametrize("status", [status for status in STATUSES if status != "Qualified"])
def test_what_was_found_out_is_said_at_qualified_alone(status: Status) -> None:
    check_bant({"budget": "yes"}, "Qualified")

    with pytest.raises(Invalid) as caught:
        check_bant({"budget": "yes"}, status)

    assert [Fault("/bant", f"{status} takes none: it is said at Qualified")] == caught.value.faults


# --- laws


def test_no_path_leads_to_opportunity_without_qualified() -> None:
    reached: set[Status] = {"New"}
    for _ in STATUSES:
        reached |= {new for old in reached if old != "Qualified" for new in allowed(old)}

    assert "Opportunity" not in reached - {"Qualified"}
    assert reached == {"New", "Contacted", "Qualified", "Disqualified"}


def test_what_follows_stands_in_the_order_of_the_lifecycle() -> None:
    for status in STATUSES:
        assert sorted(allowed(status), key=STATUSES.index) == list(allowed(status))
