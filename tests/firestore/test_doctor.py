"""Documents that somebody else wrote: the doctor names each by its path, and none of them takes anything else down."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from google.cloud.firestore_v1 import DELETE_FIELD

from leadline.domain.default_ruleset import DEFAULT_RULESET
from leadline.domain.idempotency import Once
from leadline.domain.lead_lists import LeadQuery
from leadline.domain.leads import Lead
from leadline.ids import new_id
from leadline.sealing import Sealer
from leadline.storage.firestore.documents import document_id
from leadline.storage.firestore.intake import email_path
from leadline.storage.firestore.routing import ROUTING
from leadline.storage.firestore.store import FirestoreStore, open_store
from leadline.usecases.api_keys import add_api_key
from leadline.usecases.doctor import examine
from leadline.usecases.endpoints import add_endpoint
from leadline.usecases.index import index_leads
from leadline.usecases.rules import current_ruleset
from tests import indexes
from tests.builders import COLD, NOW, an_id, faulty_intake, intake
from tests.invariants import listed
from tests.steps import add_reps, advance, capture, captured_lead

pytestmark = pytest.mark.usefixtures("_small_pages")

OTHER = f"leads/{document_id(an_id(7))}"
ANN = "ann@firm.example.com"


@pytest.fixture
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadline.storage.firestore.doctor.PAGE", 2)


@pytest.fixture
async def store(firestore_project: str) -> Any:
    opened = await open_store(firestore_project)
    with indexes.demanded():
        yield opened
    await opened.close()


async def in_order(store: FirestoreStore) -> list[Lead]:
    """A lead that is owned, one that waits, a Cold one of Ann's, all indexed; a key, an endpoint, an answer that was kept."""
    await current_ruleset(store, DEFAULT_RULESET, NOW)
    await add_reps(store, 1, max_active_leads=1)
    await add_api_key(store, "a key", ("leads:read",), new_id, NOW)
    connected = {"name": "contact", "provider": "generic"}
    await add_endpoint(store, connected, Sealer("a secret").seal, new_id, NOW, frozenset())
    await capture(store, faulty_intake(once=Once(b"key", b"", lambda _: (422, b"{}"), keeps_refusals=True)))
    leads = [await captured_lead(store, intake(**more)) for more in ({}, {}, {**COLD, "email": ANN})]
    await index_leads(store, None)
    return leads


def put(path: str, **fields: Any) -> Callable[[FirestoreStore, list[Lead]], Awaitable[str]]:
    """A document of somebody else's."""

    async def act(store: FirestoreStore, leads: list[Lead]) -> str:
        await store._client.document(path).set(fields)
        return path

    return act


def change(at: int, **fields: Any) -> Callable[[FirestoreStore, list[Lead]], Awaitable[str]]:
    """Fields of one of our leads, written past us."""

    async def act(store: FirestoreStore, leads: list[Lead]) -> str:
        path = f"leads/{document_id(leads[at].id)}"
        await store._client.document(path).update(fields)
        return path

    return act


async def move(store: FirestoreStore, leads: list[Lead]) -> str:
    """A lead's document once more under another id."""
    stored = (await store._client.document(f"leads/{document_id(leads[2].id)}").get()).to_dict()
    await store._client.document(OTHER).set(stored)
    return OTHER


# What is odd, what the doctor says of it, and which of our leads it makes unreadable.
ODD: dict[str, tuple[Callable[[FirestoreStore, list[Lead]], Awaitable[str]], str, int | None]] = {
    "an empty document": (put("leads/empty"), "has no id", None),
    "a missing field": (change(2, email=DELETE_FIELD), "has no email", 2),
    "a wrong type": (change(2, companyName=7), "has an odd companyName: int", 2),
    "a number for a flag": (change(2, isSpam=0), "has an odd isSpam: int", 2),
    "an unknown status": (change(2, status="Lukewarm"), "has an unknown status: 'Lukewarm'", 2),
    "an unknown category": (change(1, category="Tepid"), "has an unknown category: 'Tepid'", 1),
    "an odd lead at the head of the waiting list": (
        put("leads/first", id="0", isOpen=True, isWaiting=True, category="Hot", priorityFlag=True, waitingSince=NOW),
        "has an odd id", None,
    ),
    "an extra field": (change(2, favouriteColour="blue"), "has fields that this Leadline does not know: favouriteColour", None),
    "another id than its own": (move, "holds what belongs in leads/", None),
    "a list it does not stand in": (change(2, isOpen=DELETE_FIELD), "stands in the wrong lists: isOpen None in place of True", None),
    "a stranger among the users": (put("users/stranger", fullName="Stranger"), "has no id", None),
    "an empty activity": (put("activities/empty"), "has no id", None),
    "a message of an unknown state": (put("notifications/odd", id=str(an_id(1)), status="lost"), "has no notificationType", None),
    "a posting without its outcome": (put("submissions/odd", id=str(an_id(1)), wayIn="api", payload=b""), "has no outcome", None),
    "a key without a hash": (put("apiKeys/odd", id=str(an_id(1)), name="odd", prefix="ll_"), "has no keyHash", None),
    "a rule set of nothing": (put("scoringRulesets/9", rules="{}"), "is no rule set: ", None),
    "an address that knows no leads": (put(email_path(ANN), emailKey=ANN), "has odd leads: 'leads'", None),
    "an address of other leads": (
        put(email_path(ANN), emailKey=ANN, leads={str(an_id(9)): {"createdAt": NOW, "assignedTo": None}}), "does not know lead ", None,
    ),
    "an address under another key": (put("emailKeys/odd", emailKey=ANN, leads={}), "has the emailKey ", None),
    "an event of nothing": (put("events/odd"), "has no id", None),
    "a routing document that does not count": (put(ROUTING, commits="many"), "has odd commits: 'many'", None),
}  # fmt: skip


async def test_a_house_in_order_has_no_odd_documents(store: FirestoreStore) -> None:
    await in_order(store)

    findings, notes = await store.look_at_itself()

    assert findings == []
    assert len(notes) == 1


@pytest.mark.parametrize("case", ODD, ids=ODD)
async def test_an_odd_document_is_named_by_its_path_and_takes_nothing_else_down(
    store: FirestoreStore, case: str
) -> None:
    make_odd, said, hidden = ODD[case]
    leads = await in_order(store)
    path = await make_odd(store, leads)

    findings, _ = await store.look_at_itself()
    examination = await examine(store, None)

    named = [finding for finding in findings if finding.where == path]
    assert [finding.what[: len(said)] for finding in named][:1] == [said]
    assert all(finding.cure for finding in named)
    assert [finding for finding in examination.findings if finding in named] == named
    await everything_else_works(store, [each for n, each in enumerate(leads) if n != hidden])


async def everything_else_works(store: FirestoreStore, readable: list[Lead]) -> None:
    """Lists, a capture, a step that frees a place, and the doctor's other checks."""
    listed_ids = {found.id for found in await listed(store, LeadQuery(statuses=()), 2)}
    assert {each.id for each in readable} <= listed_ids
    assert (await capture(store, intake()))[0].outcome == "created"
    owned = next(each for each in readable if each.assigned_to)
    await advance(store, owned.id, "Disqualified")
    await index_leads(store, None)
    assert len(await store.list_users()) == 1
    assert len(await store.list_api_keys()) == 1
    published = (await store.list_rulesets(None, 10)).items
    assert [row.ruleset.version for row in published] == [DEFAULT_RULESET.version]
    waiting = [each for each in readable if each.waiting_since]
    if waiting:
        assert (await store.get_lead(waiting[0].id)).assigned_to == owned.assigned_to


async def test_a_capture_that_meets_an_odd_document_of_its_address_keeps_its_neighbours(store: FirestoreStore) -> None:
    leads = await in_order(store)
    await put(email_path(ANN), emailKey=ANN)(store, leads)

    captured = await capture(store, intake(), intake(email=ANN), intake())

    assert [each.outcome for each in captured] == ["created", "rejected", "created"]


async def test_the_doctors_counts_are_of_the_documents_that_can_be_read(store: FirestoreStore) -> None:
    leads = await in_order(store)
    await change(0, status="Lukewarm")(store, leads)

    found = (await examine(store, None)).findings

    assert {finding.rule for finding in found} == {"documents", "counters"}
