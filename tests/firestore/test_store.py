"""What only this store has to get right: races without locks, lost answers, limits of a commit, documents of other people."""

import asyncio
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from google.api_core import exceptions as google
from google.cloud.firestore_v1 import AsyncClient

from leadline.domain.errors import Conflict, Invalid, NotFound, Unavailable
from leadline.domain.lead_lists import LeadQuery
from leadline.domain.users import UserChange
from leadline.ports import LostRace, Refused, Tx, UnknownOutcome
from leadline.storage.firestore import leads as lead_lists
from leadline.storage.firestore import store as store_module
from leadline.storage.firestore.changes import COMMIT_WRITES_MAX, Changes
from leadline.storage.firestore.connection import WrongProject
from leadline.storage.firestore.documents import document_id, lead_data
from leadline.storage.firestore.queries import Found
from leadline.storage.firestore.routing import RESERVATION_LIFE, ROUTING, Reserved, check_turn, reserve
from leadline.storage.firestore.store import FirestoreStore, open_store
from leadline.usecases.capture import capture_leads
from leadline.usecases.index import index_leads
from tests.builders import HOUSE, NOW, an_id, intake, lead, user
from tests.invariants import broken_rules, every_lead, listed
from tests.steps import add_reps, capture, captured_lead, change, put


@pytest.fixture
async def store(firestore_project: str) -> Any:
    opened = await open_store(firestore_project)
    yield opened
    await opened.close()


async def another(store: FirestoreStore) -> FirestoreStore:
    """The store of another process: its own client, its own queue."""
    return await open_store(str(store._client.project))


async def test_of_two_writers_of_one_lead_one_runs_again(store: FirestoreStore) -> None:
    other = await another(store)
    await put(store, [lead(id=an_id(1))])
    runs = 0

    async def work(tx: Tx) -> None:
        nonlocal runs
        (found,) = await tx.leads([an_id(1)])
        runs += 1
        if runs == 1:
            await other.transact(rename)
        tx.update_leads([replace(found, message="mine")])

    async def rename(tx: Tx) -> None:
        (found,) = await tx.leads([an_id(1)])
        tx.update_leads([replace(found, company_name="Other")])

    await store.transact(work)

    stored = await store.get_lead(an_id(1))
    assert (runs, stored.company_name, stored.message, stored.version) == (2, "Other", "mine", 3)
    await other.close()


async def test_reads_of_one_transaction_are_of_one_moment(store: FirestoreStore) -> None:
    other = await another(store)
    await put(store, [lead(id=an_id(1)), lead(id=an_id(2))])

    async def work(tx: Tx) -> list[str]:
        (one,) = await tx.leads([an_id(1)])
        await other.transact(rename)
        (two,) = await tx.leads([an_id(2)])
        return [one.company_name, two.company_name]

    async def rename(tx: Tx) -> None:
        found = await tx.leads([an_id(1), an_id(2)])
        tx.update_leads([replace(a_lead, company_name="New") for a_lead in found])

    assert await store.transact(work) == ["Firm", "Firm"]
    await other.close()


async def test_what_a_decision_hung_on_must_hold_at_the_commit(store: FirestoreStore) -> None:
    """The lead that was read and is not written has changed meanwhile, so the decision is made again."""
    other = await another(store)
    await put(store, [lead(id=an_id(1))])
    seen: list[str] = []

    async def work(tx: Tx) -> None:
        (found,) = await tx.leads([an_id(1)])
        seen.append(found.company_name)
        if len(seen) == 1:
            await other.transact(rename)
        tx.add_leads([lead(id=an_id(2), company_name=found.company_name)])

    async def rename(tx: Tx) -> None:
        (found,) = await tx.leads([an_id(1)])
        tx.update_leads([replace(found, company_name="New")])

    await store.transact(work)

    assert seen == ["Firm", "New"]
    assert (await store.get_lead(an_id(2))).company_name == "New"
    await other.close()


async def test_whoever_routes_sees_what_another_process_routed(store: FirestoreStore) -> None:
    """Write skew: both transactions write different leads and users, only the routing document tells them of each other."""
    other = await another(store)
    (rep,) = await add_reps(store, 1, max_active_leads=1)

    ways = await asyncio.gather(*(capture(s, intake()) for s in (store, other) for _ in range(3)))

    owners = [c.lead.assigned_to for (c,) in ways if c.lead]
    assert sorted(owners, key=str) == [rep.id, *[None] * 5]
    assert await broken_rules(store) == []
    await other.close()


async def test_a_lead_does_not_begin_to_wait_while_a_rep_comes(
    store: FirestoreStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The capture saw no rep, the new rep no waiting lead, and no document is written by both but the routing one."""
    other = await another(store)
    await add_reps(store, 1, is_active=False)  # makes the routing document, which each would create otherwise
    run_before_the_first_commit(monkeypatch, lambda: add_reps(other, 1))

    captured = await captured_lead(store, intake())

    assert captured.assigned_to is not None
    await other.close()


async def test_twelve_at_once_from_three_processes_make_one_lead_of_one_address(store: FirestoreStore) -> None:
    processes = [store, await another(store), await another(store)]
    await add_reps(store, 2)

    answers = await asyncio.gather(
        *(capture(s, intake(email="ann@firm.example.com")) for s in processes for _ in range(4))
    )

    assert sorted(c.outcome for (c,) in answers) == ["created", *["duplicate"] * 11]
    assert await broken_rules(store) == []
    await asyncio.gather(*(s.close() for s in processes[1:]))


async def test_a_process_that_never_pauses_does_not_keep_another_out(store: FirestoreStore) -> None:
    greedy = await another(store)
    await add_reps(store, 1, max_active_leads=1000)
    done = False

    async def capture_without_end() -> int:
        number = 0
        while not done:
            number += len(await capture(greedy, *(intake() for _ in range(5))))
        return number

    running = asyncio.create_task(capture_without_end())
    for _ in range(4):
        await capture(store, *(intake() for _ in range(5)))
    done = True

    assert await running > 0
    assert await broken_rules(store, with_trail=False) == []
    await greedy.close()


AT = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    ("found", "goes"),
    [
        (None, True),
        ({"commits": 1}, True),
        ({"commits": 1, "reservedBy": "me"}, True),
        ({"commits": 1, "reservedBy": "another"}, False),
    ],
)
@pytest.mark.parametrize("age", [timedelta(0), RESERVATION_LIFE])
def test_whoever_lost_goes_first_as_long_as_the_reservation_lives(
    found: dict[str, Any] | None, goes: bool, age: timedelta
) -> None:
    row = Found(ROUTING, found, AT) if found else None

    if goes or age == RESERVATION_LIFE:
        check_turn(row, AT + age, "me")
    else:
        with pytest.raises(Reserved):
            check_turn(row, AT + age, "me")


async def test_who_waits_already_is_not_put_back(store: FirestoreStore) -> None:
    await add_reps(store, 1)
    await reserve(store._client, "first")

    with pytest.raises(Reserved):
        await reserve(store._client, "second")

    assert (await store._client.document(ROUTING).get()).to_dict() == {"commits": 1, "reservedBy": "first"}
    await capture(store, intake())
    assert (await store._client.document(ROUTING).get()).to_dict() == {"commits": 2}


async def test_counters_add_up_without_the_routing_lock(store: FirestoreStore) -> None:
    other = await another(store)
    (rep,) = await add_reps(store, 1)

    async def count(tx: Tx) -> None:
        tx.change_users([UserChange(rep.id, response_minutes_sum=7, response_count=1)])

    await asyncio.gather(*(s.transact(count) for s in (store, other) for _ in range(3)))

    counted = await store.get_user(rep.id)
    assert (counted.response_minutes_sum, counted.response_count, counted.avg_response_time_minutes) == (42, 6, 7)
    await other.close()


async def test_two_users_of_one_address_are_not_made_at_once(
    store: FirestoreStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = await another(store)
    await add_reps(store, 1)
    run_before_the_first_commit(monkeypatch, lambda: other.transact(add))

    async def add(tx: Tx) -> None:
        tx.add_users([user(email_key="ann@firm.example.com")])

    with pytest.raises(LostRace, match="took this e-mail"):
        await store.transact(add)
    assert len(await store.list_users()) == 2
    await other.close()


def run_before_the_first_commit(monkeypatch: pytest.MonkeyPatch, act: Callable[[], Awaitable[Any]]) -> None:
    """Let somebody else act between the decision of the next transaction and its commit."""
    commit, is_first = Changes.commit, True

    async def commit_after_another(self: Changes, client: AsyncClient) -> None:
        nonlocal is_first
        if is_first:
            is_first = False
            await act()
        await commit(self, client)

    monkeypatch.setattr(Changes, "commit", commit_after_another)


async def test_a_loser_of_every_race_is_told_so(store: FirestoreStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "BACKOFF_SECONDS", 0)
    attempts = 0

    async def lose(self: Changes, client: AsyncClient) -> None:
        nonlocal attempts
        attempts += 1
        raise LostRace("another writer was faster")

    monkeypatch.setattr(Changes, "commit", lose)

    with pytest.raises(Conflict):
        await put(store, [lead()])
    assert attempts == store_module.ATTEMPTS


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        (google.Aborted("too much contention"), LostRace),
        (google.FailedPrecondition("stale"), LostRace),
        (google.ServiceUnavailable("gone"), UnknownOutcome),
        (google.DeadlineExceeded("late"), UnknownOutcome),
        (google.InternalServerError("oops"), UnknownOutcome),
        (google.Unknown("what"), UnknownOutcome),
        (TimeoutError(), UnknownOutcome),
        (OSError("reset"), UnknownOutcome),
        (google.ResourceExhausted("quota"), Unavailable),
        (google.InvalidArgument("odd"), Refused),
        (google.PermissionDenied("no"), WrongProject),
    ],
)
async def test_what_a_commit_says_is_told_in_our_words(
    store: FirestoreStore, monkeypatch: pytest.MonkeyPatch, said: Exception, heard: type[Exception]
) -> None:
    monkeypatch.setattr(store_module, "ATTEMPTS", 1)

    async def fail(*args: Any, **options: Any) -> None:
        raise said

    monkeypatch.setattr("google.cloud.firestore_v1.services.firestore.FirestoreAsyncClient.commit", fail)

    with pytest.raises(heard) as told:
        await put(store, [lead()])
    assert type(told.value) is heard


async def test_a_capture_whose_answer_was_lost_is_looked_up_by_its_ids(
    store: FirestoreStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = Changes.commit

    async def commit_and_lose_the_answer(self: Changes, client: AsyncClient) -> None:
        await commit(self, client)
        raise UnknownOutcome("the answer to the commit was lost")

    monkeypatch.setattr(Changes, "commit", commit_and_lose_the_answer)

    (captured,) = await capture_leads(store, HOUSE, [intake()], NOW)

    assert captured.lead is not None
    assert [found.id for found in await every_lead(store)] == [captured.lead.id]


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        (google.ServiceUnavailable("gone"), Unavailable),
        (google.NotFound("no database"), WrongProject),
        (google.PermissionDenied("no"), WrongProject),
        (google.Unauthenticated("who"), WrongProject),
        (google.FailedPrecondition("index"), WrongProject),
    ],
)
async def test_what_a_read_says_is_told_in_our_words(
    store: FirestoreStore, monkeypatch: pytest.MonkeyPatch, said: Exception, heard: type[Exception]
) -> None:
    async def fail(*args: Any, **options: Any) -> Any:
        raise said
        yield

    monkeypatch.setattr(AsyncClient, "get_all", fail)

    with pytest.raises(heard) as told:
        await store.ping()
    assert type(told.value) is heard
    assert "\n" not in str(told.value)


async def test_a_read_after_a_write_is_a_mistake(store: FirestoreStore) -> None:
    async def work(tx: Tx) -> None:
        tx.add_leads([lead()])
        await tx.users()

    with pytest.raises(RuntimeError, match="reads first"):
        await store.transact(work)


async def test_a_row_whose_id_is_taken_is_refused(store: FirestoreStore) -> None:
    await put(store, [lead(id=an_id(1))])

    with pytest.raises(Refused, match="taken"):
        await put(store, [lead(id=an_id(1))])


async def test_a_batch_beyond_one_commit_is_halved_and_kept_whole(store: FirestoreStore) -> None:
    await add_reps(store, 3)
    many = [intake() for _ in range(70)]

    captured = await capture_leads(store, HOUSE, many, NOW)

    assert [c.submission_id for c in captured] == [item.id for item in many]
    assert len(await every_lead(store)) == 70
    assert await broken_rules(store, with_trail=False) == []


async def test_big_payloads_of_one_batch_are_kept(store: FirestoreStore) -> None:
    big = [replace(intake(), payload=b"x" * 1_000_000) for _ in range(6)]

    await capture_leads(store, HOUSE, big, NOW)

    assert {len(s.payload) for s in await store.find_submissions([item.id for item in big])} == {1_000_000}


async def test_one_act_may_write_more_than_a_batch(store: FirestoreStore) -> None:
    """A rep who leaves hands back every lead at once: 150 leads, their trail and their addresses."""
    rep, _ = await add_reps(store, 2, max_active_leads=300)
    await put(store, [lead(id=an_id(n), category="Hot", assigned_to=rep.id) for n in range(1, 151)])
    await store.transact(_add_count(rep.id, 150), routing=True)

    await change(store, rep, is_active=False)

    assert {found.assigned_to for found in await every_lead(store)} & {rep.id} == set()
    assert await broken_rules(store, with_trail=False) == []
    assert COMMIT_WRITES_MAX < 3 * 150


def _add_count(user_id: UUID, number: int) -> Any:
    async def work(tx: Tx) -> None:
        tx.change_users([UserChange(user_id, current_lead_count=number)])

    return work


async def test_a_document_of_somebody_else_takes_no_list_down(store: FirestoreStore) -> None:
    await put(store, [lead(id=an_id(n), raw_score=n) for n in range(1, 6)])
    odd = lead_data(lead(id=an_id(9), raw_score=3)) | {"companyName": 7}
    await store._client.document(f"leads/{document_id(an_id(9))}").set(odd)
    await store._client.document("users/stranger").set({"fullName": "Stranger"})

    assert [found.id for found in await listed(store, LeadQuery(), 2)] == [an_id(n) for n in (5, 4, 3, 2, 1)]
    assert await store.list_users() == []
    with pytest.raises(Conflict, match=f"leads/{document_id(an_id(9))} has an odd companyName"):
        await store.get_lead(an_id(9))
    assert (await captured_lead(store, intake())).category == "Hot"


async def test_a_search_that_would_read_too_much_says_so(
    store: FirestoreStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lead_lists, "SCAN_MAX", 2)
    monkeypatch.setattr(lead_lists, "SCAN_STEP", 2)
    await put(store, [lead(company_name="Acme") for _ in range(5)])
    await index_leads(store, None)

    with pytest.raises(Invalid, match="/q: finds too little among too many"):
        await store.list_leads(LeadQuery(words=("example", "nope")), None, 1)


async def test_a_lead_that_is_closed_leaves_the_work_list_and_comes_back_when_it_is_opened(
    store: FirestoreStore,
) -> None:
    await put(store, [lead(id=an_id(1), category="Hot")])

    for status, expected in (("Disqualified", []), ("New", [an_id(1)])):
        await store.transact(_set_status(an_id(1), status))

        assert [found.id for found in await listed(store, LeadQuery())] == expected
        assert (await store.count_open([]))["Hot"] == len(expected)


def _set_status(lead_id: UUID, status: Any) -> Any:
    async def work(tx: Tx) -> None:
        (found,) = await tx.leads([lead_id])
        tx.update_leads([replace(found, status=status)])

    return work


async def test_routing_is_one_document_and_counts_its_commits(store: FirestoreStore) -> None:
    await add_reps(store, 1)
    await capture(store, intake())

    found = (await store._client.document(ROUTING).get()).to_dict()

    assert found == {"commits": 2}


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_the_rules_let_no_client_in(store: FirestoreStore, firestore_address: str, method: str) -> None:
    await put(store, [lead(id=an_id(1))])
    project = store._client.project
    root = f"http://{firestore_address}/v1/projects/{project}/databases/(default)/documents"
    body = b'{"fields": {}}' if method == "PATCH" else None

    def ask(headers: dict[str, str]) -> int:
        request = urllib.request.Request(f"{root}/leads/{document_id(an_id(1))}", body, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refusal:
            refusal.close()
            return refusal.code

    assert await asyncio.to_thread(ask, {}) == 403
    assert await asyncio.to_thread(ask, {"Authorization": "Bearer owner"}) == 200


async def test_without_credentials_there_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FIRESTORE_EMULATOR_HOST", raising=False)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere/key.json")

    with pytest.raises(WrongProject, match="no credentials for the Firestore of project house") as told:
        await open_store("house")
    assert "\n" not in str(told.value)
    with pytest.raises(WrongProject, match="names no project"):
        await open_store("")


async def test_an_emulator_that_is_gone_is_an_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadline.storage.firestore.connection.READ_SECONDS", 0.5)
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", "127.0.0.1:1")

    with pytest.raises(Unavailable, match="does not answer"):
        await open_store("house")
    waiting = await open_store("house", is_there=False)
    with pytest.raises(Unavailable, match="does not answer"):
        await waiting.ping()
    await waiting.close()


async def test_a_lead_that_is_not_there_is_not_found(store: FirestoreStore) -> None:
    with pytest.raises(NotFound):
        await store.get_lead(an_id(77))
    with pytest.raises(NotFound):
        await store.get_user(an_id(77))
