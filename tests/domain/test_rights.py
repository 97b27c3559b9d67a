"""Who may do what: the whole table, for every kind of person, key and lead."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.domain.access import SCOPES, ApiKey, Scope
from leadline.domain.leads import Lead
from leadline.domain.rights import ACTIONS, LEAD_ACTIONS, Action, can, role_has, whose_leads, why_not
from leadline.domain.users import ROLES, Role, User
from tests.builders import NOW, an_id, lead, user
from tests.web.rights_table import KINDS, MAY

ME, MATE = an_id(1), an_id(2)


def person(role: Role, **fields: object) -> User:
    return user(id=ME, role=role, **fields)


def key(*scopes: Scope, **fields: object) -> ApiKey:
    return replace(ApiKey(an_id(9), "a key", "ll_12345", b"", scopes, NOW), **fields)  # type: ignore[arg-type]


def lead_of(kind: str) -> Lead:
    return lead(assigned_to={"teammate's": MATE, "unassigned": None}.get(kind, ME), is_deleted=kind == "deleted")


def test_the_table_has_every_action_and_no_other() -> None:
    assert set(MAY) == set(ACTIONS)
    assert {action for action, may in MAY.items() if set(may.people["admin"]) == set(KINDS)} == set(LEAD_ACTIONS)


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("role", ROLES)
def test_people_may_what_the_table_says(action: Action, role: Role) -> None:
    may = MAY[action].people[role]

    assert can(person(role), action) == role_has(role, action) == bool(may)
    if action in LEAD_ACTIONS:
        assert tuple(kind for kind in KINDS if can(person(role), action, lead_of(kind))) == may


@pytest.mark.parametrize("action", ACTIONS)
def test_keys_may_what_their_scopes_say_and_admin_has_every_scope(action: Action) -> None:
    scope = MAY[action].scope
    by_scope = {
        "any": set(SCOPES),
        "none": set[Scope](),
    }.get(scope, {scope, "admin"})

    assert {s for s in SCOPES if can(key(s), action)} == by_scope
    assert can(key(), action) == (scope == "any")
    assert can(key(*SCOPES), action, lead_of("deleted")) == bool(by_scope)


@pytest.mark.parametrize("action", ACTIONS)
def test_who_left_who_is_nobody_and_what_is_revoked_may_nothing_that_is_not_open(action: Action) -> None:
    gone = [None, *(person(role, is_active=False) for role in ROLES), key(*SCOPES, revoked_at=NOW - timedelta(days=1))]

    assert [can(who, action) for who in gone] == [action == "open"] * len(gone)


def test_each_role_may_whatever_the_ones_before_it_may() -> None:
    for action, (less, more) in product(ACTIONS, pairwise(ROLES)):
        assert role_has(more, action) or not role_has(less, action)


def test_whoever_may_do_something_to_a_lead_may_see_it() -> None:
    for role, action, kind in product(ROLES, LEAD_ACTIONS, KINDS):
        if can(person(role), action, lead_of(kind)):
            assert can(person(role), "see_lead", lead_of(kind))


@given(role=st.sampled_from(ROLES), owner=st.sampled_from([None, ME, MATE]))
def test_a_list_shows_the_leads_that_can_be_seen_one_by_one(role: Role, owner: object) -> None:
    viewer = person(role)
    owners = whose_leads(viewer)

    assert can(viewer, "see_lead", lead(assigned_to=owner)) == (not owners or owner in owners)


def test_a_refusal_tells_a_program_the_scope_and_a_person_who_may() -> None:
    assert why_not(key(), "see_lead") == "this API key lacks the scope leads:read"
    assert why_not(key(), "claim_lead") == "this is for people, not for API keys"
    assert why_not(person("rep"), "assign_lead") == "Only a manager gives leads away or takes them back."
    assert why_not(person("rep"), "work_lead") == "Nobody has this lead yet. Claim it first."
