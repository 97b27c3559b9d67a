"""Entities to documents and back: whatever an entity holds comes back as it was, under the seed's camelCase names."""

import re
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, get_args, get_origin, get_type_hints
from uuid import UUID, uuid4

import pytest
from google.cloud.firestore_v1 import AsyncClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from leadline.domain.access import ApiKey, Session
from leadline.domain.activities import Activity
from leadline.domain.answers import camel_case
from leadline.domain.errors import Fault
from leadline.domain.intake import SubmissionRecord
from leadline.domain.leads import Lead, is_open, is_visible
from leadline.domain.notifications import Notification
from leadline.domain.users import User
from leadline.ids import new_id
from leadline.storage.firestore.changes import Changes
from leadline.storage.firestore.documents import (
    OddDocument,
    document_id,
    entity_id,
    lead_data,
    snake,
    to_data,
    to_entity,
)
from leadline.storage.firestore.intake import fitted
from leadline.storage.firestore.sizes import DOCUMENT_BYTES_MAX, size_of
from tests.builders import NOW, lead

ENTITIES = (Lead, User, Activity, Notification, SubmissionRecord, Session, ApiKey)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
times = st.integers(0, 253_370_764_800_000_000).map(
    lambda n: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=n)
)
integers = st.integers(-(2**63), 2**63 - 1)
json_values = st.recursive(
    st.none() | st.booleans() | integers | texts | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
json_objects = st.dictionaries(texts, json_values, max_size=4)
group_names = st.from_regex(r"[a-z][a-z0-9]{0,5}(_[a-z][a-z0-9]{0,5}){0,2}", fullmatch=True)
NAMED: dict[str, st.SearchStrategy[Any]] = {
    "score_breakdown": st.dictionaries(group_names, integers, max_size=4),
    "extra": json_objects,
    "field_sources": json_objects,
    "route_decision": st.none() | json_objects,
    "faults": st.lists(st.builds(Fault, texts, texts), max_size=3),
    "scopes": st.lists(texts, max_size=3).map(tuple),
}
KINDS: dict[Any, st.SearchStrategy[Any]] = {
    UUID: st.uuids(),
    datetime: times,
    bytes: st.binary(max_size=40),
    bool: st.booleans(),
    int: integers,
}


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    kinds = get_args(hint) if type(None) in get_args(hint) else (hint,)
    return st.one_of(*map(values_of_kind, kinds))


def values_of_kind(kind: Any) -> st.SearchStrategy[Any]:
    if kind is type(None):
        return st.none()
    return st.sampled_from(get_args(kind)) if get_origin(kind) is Literal else KINDS.get(kind, texts)


def entities(kind: type[Any]) -> st.SearchStrategy[Any]:
    """Any entity of a kind: every field any value of its type."""
    hints = get_type_hints(kind)
    return st.builds(
        kind, **{f.name: NAMED[f.name] if f.name in NAMED else values_of(hints[f.name]) for f in fields(kind)}
    )


@pytest.mark.parametrize("kind", ENTITIES)
@given(data=st.data())
def test_every_entity_comes_back_as_it_was(kind: type[Any], data: st.DataObject) -> None:
    entity = data.draw(entities(kind))

    assert to_entity(kind, "path", to_data(entity)) == entity


@given(data=st.data())
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@pytest.mark.parametrize("kind", ENTITIES)
async def test_and_so_it_does_from_the_emulator(firestore_address: str, kind: type[Any], data: st.DataObject) -> None:
    entity = data.draw(entities(kind))
    client = AsyncClient(project="documents")

    changes = Changes()
    path = f"kind/{uuid4().hex}"
    changes.create(path, to_data(entity))
    await changes.commit(client)
    stored = (await client.document(path).get()).to_dict()
    await client._transport.close()

    assert stored is not None
    assert to_entity(kind, path, stored) == entity


@pytest.mark.parametrize("kind", ENTITIES)
def test_names_are_in_camel_case_inside_of_the_breakdown_too(kind: type[Any]) -> None:
    entity = lead(score_breakdown={"company_size": 20, "email_validation": 5}) if kind is Lead else None
    names = (
        set(to_data(entity)) | set(to_data(entity)["scoreBreakdown"])
        if entity
        else {camel_case(f.name) for f in fields(kind)}
    )

    assert all(re.fullmatch("[a-z][a-zA-Z0-9]*", name) for name in names)


def test_a_lead_has_the_fields_of_the_seed() -> None:
    seed = """id companyName contactName email phone companySize industry inquiryType budgetTimeline currentSolution message
      leadScore category scoreBreakdown rawScore status assignedTo priorityFlag linkedinUrl companyWebsite companyRevenue
      enrichmentStatus emailReplyCount pricingPageVisits demoVideoWatched lastActivityDate createdAt updatedAt source utmSource
      utmMedium utmCampaign isDeleted deletedAt isSpam needsReview qualificationBonusApplied"""

    assert set(seed.split()) - set(lead_data(lead())) == set()


@given(group_names)
def test_camel_case_goes_back(name: str) -> None:
    assert snake(camel_case(name)) == name


@given(st.uuids())
@example(UUID(int=0))
def test_a_document_id_goes_back(some_id: UUID) -> None:
    assert entity_id(document_id(some_id)) == some_id


def test_the_ids_of_one_moment_are_spread_over_the_whole_range() -> None:
    starts = {document_id(new_id())[0] for _ in range(2000)}

    assert starts == set("0123456789abcdef")


@given(entities(Lead))
def test_the_flags_of_the_lists_say_what_the_domain_says(some_lead: Lead) -> None:
    data = lead_data(some_lead)

    assert data.get("isOpen", False) == (is_open(some_lead) and is_visible(some_lead))
    assert data["isVisible"] == is_visible(some_lead)
    assert data["isWaiting"] == (some_lead.waiting_since is not None)
    assert data["ownerKey"] == (str(some_lead.assigned_to) if some_lead.assigned_to else "nobody")


@pytest.mark.parametrize(
    ("name", "value"), [("createdAt", "yesterday"), ("rawScore", True), ("id", "x"), ("extra", "{"), ("status", 7)]
)
def test_an_odd_field_is_named_with_its_path(name: str, value: Any) -> None:
    data = to_data(lead()) | {name: value}

    with pytest.raises(OddDocument, match=f"leads/1 has an odd {name}"):
        to_entity(Lead, "leads/1", data)


def test_a_missing_field_is_named_and_one_that_came_later_has_its_default() -> None:
    data = to_data(lead())
    del data["companyName"], data["companyWebsite"]

    with pytest.raises(OddDocument, match="leads/1 has no companyName"):
        to_entity(Lead, "leads/1", data)
    assert to_entity(Lead, "leads/1", data | {"companyName": "Firm"}).company_website is None


@pytest.mark.parametrize("size", [1_000_000, 1_047_000, 1_100_000, 5_000_000])
def test_a_payload_is_kept_whole_where_it_fits_and_cut_and_marked_where_not(size: int) -> None:
    record = SubmissionRecord(new_id(), "api", b"x" * size, "rejected", NOW, faults=[Fault("/email", "é is missing")])

    data = fitted(record)

    assert size_of(f"submissions/{document_id(record.id)}", data) <= DOCUMENT_BYTES_MAX
    kept = to_entity(SubmissionRecord, "path", data)
    if size < 1_048_000:
        assert kept == record
    else:
        assert len(kept.payload) > 1_040_000
        assert kept.faults[0] == record.faults[0]
        assert f"it had {size} bytes" in kept.faults[1].detail


def test_sizes_are_counted_as_firestore_counts_them() -> None:
    """The example of Firestore's documentation, "Storage size calculations"."""
    task = {"type": "Personal", "done": False, "priority": 1, "description": "Learn Cloud Firestore"}

    assert size_of("users/jeff/tasks/my_task_id", task) == 147
    assert size_of("a/é", {"at": NOW + timedelta(1), "none": None, "list": ["é", 1]}) == 86
