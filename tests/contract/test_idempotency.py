"""Idempotency keys on every store: kept with what was captured, found again, and forgotten when their time is over."""

from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest

from leadline.domain.idempotency import KEPT_FOR, KeptAnswer, Once
from leadline.domain.intake import Captured, Intake
from leadline.ports import LostRace, Store, Tx
from leadline.usecases.capture import capture_leads
from leadline.usecases.idempotency import FORGOTTEN_AT_ONCE, forget_answers
from tests.builders import HOUSE, NOW, an_id, faulty_intake, intake
from tests.invariants import broken_rules, every_lead, pages
from tests.racing import together

EXPIRED = NOW + KEPT_FOR


def answer(captured: Captured) -> tuple[int, bytes]:
    if captured.lead is None:
        return 422, b"refused"
    return 201, f"{captured.lead.id} {captured.lead.version}".encode()


def once(key: str = "k", *, keeps_refusals: bool = False) -> Once:
    return Once(key.encode(), b"fingerprint", answer, keeps_refusals)


def under_key(item: Intake, key: str = "k", *, keeps_refusals: bool = False) -> Intake:
    item.once = once(key, keeps_refusals=keeps_refusals)
    return item


def kept_answer(number: int = 1, **changes: object) -> KeptAnswer:
    values = {"digest": bytes([number % 256, number // 256]), "fingerprint": b"\0\xff", "created_at": NOW}
    rest = {"expires_at": EXPIRED, "submission_id": an_id(number), "status": 201, "body": b'{"a":"\xc3\xa4"}'}
    return KeptAnswer(**(values | rest | changes))  # type: ignore[arg-type]


async def keep(store: Store, *answers: KeptAnswer) -> None:
    async def work(tx: Tx) -> None:
        tx.keep_answers(answers)

    await store.transact(work)


async def found(store: Store, *digests: bytes) -> list[KeptAnswer]:
    return await store.transact(lambda tx: tx.kept_answers(digests))


async def test_an_answer_comes_back_as_it_was_written(store: Store) -> None:
    full, plain = kept_answer(1, lead_id=an_id(9)), kept_answer(2)
    await keep(store, full, plain)

    assert await found(store, full.digest) == [full]
    assert await found(store, plain.digest, b"unknown") == [plain]


async def test_a_digest_is_taken_until_its_answer_expires(store: Store) -> None:
    await keep(store, kept_answer())

    with pytest.raises(LostRace):
        await keep(store, kept_answer(created_at=EXPIRED - timedelta(microseconds=1)))
    later = kept_answer(created_at=EXPIRED, expires_at=EXPIRED + KEPT_FOR, body=b"later")
    await keep(store, later)

    assert await found(store, later.digest) == [later]


async def test_what_expired_is_forgotten_however_many_there_are(store: Store) -> None:
    number = FORGOTTEN_AT_ONCE + 5
    await keep(store, *(kept_answer(i) for i in range(number)), kept_answer(number, expires_at=EXPIRED + KEPT_FOR))

    gone = [await forget_answers(store, EXPIRED) for _ in range(3)]

    assert gone == [FORGOTTEN_AT_ONCE, 5, 0]
    digests = [kept_answer(i).digest for i in range(number + 1)]
    assert [row.digest for row in await found(store, *digests)] == [kept_answer(number).digest]


async def test_the_same_key_gets_the_first_answer_and_leaves_nothing_new(store: Store) -> None:
    first = intake(email="ann@firm.example.com")
    (one,) = await capture_leads(store, HOUSE, [under_key(first)], NOW)
    (other,) = await capture_leads(store, HOUSE, [intake(email="ann@firm.example.com")], NOW)

    (again,) = await capture_leads(
        store, HOUSE, [under_key(intake(email="ann@firm.example.com"))], EXPIRED - timedelta(hours=1)
    )

    assert (other.outcome, again.lead) == ("duplicate", None)
    assert again.kept is not None
    assert (again.kept.status, again.kept.body, again.kept.submission_id) == (*answer(one), first.id)
    assert len(await every_lead(store)) == 1
    assert len(await pages(lambda position, limit: store.list_submissions(None, None, position, limit))) == 2


async def test_after_seven_days_the_key_is_new(store: Store) -> None:
    await capture_leads(store, HOUSE, [under_key(intake())], NOW)

    (again,) = await capture_leads(store, HOUSE, [under_key(intake(EXPIRED))], EXPIRED)

    assert (again.outcome, again.kept) == ("created", None)


async def test_a_key_twice_in_one_batch_is_one_posting(store: Store) -> None:
    one, two, other = await capture_leads(
        store, HOUSE, [under_key(intake()), under_key(intake()), under_key(intake(), "other")], NOW
    )

    assert (one.outcome, two.lead, other.outcome) == ("created", None, "created")
    assert two.kept is not None
    assert two.kept.body == answer(one)[1]
    assert len(await every_lead(store)) == 2


async def test_what_was_refused_leaves_the_key_free_and_in_a_list_it_does_not(store: Store) -> None:
    (refused,) = await capture_leads(store, HOUSE, [under_key(faulty_intake())], NOW)
    (mended,) = await capture_leads(store, HOUSE, [under_key(intake())], NOW)
    (row,) = await capture_leads(store, HOUSE, [under_key(faulty_intake(), "list", keeps_refusals=True)], NOW)
    (again,) = await capture_leads(store, HOUSE, [under_key(intake(), "list", keeps_refusals=True)], NOW)

    assert (refused.outcome, refused.kept, mended.outcome) == ("rejected", None, "created")
    assert (row.outcome, row.kept) == ("rejected", None)
    assert again.kept is not None
    assert (again.kept.status, again.kept.submission_id) == (422, row.submission_id)


async def test_many_posts_under_one_key_at_once_make_one_lead_and_one_answer(store: Store, backend: str) -> None:
    posts = 6 if backend == "firestore" else 30
    items = [under_key(intake(email=f"ann{number}@firm{number}.example.com")) for number in range(posts)]

    results = await together([lambda item=item: capture_leads(store, HOUSE, [item], NOW) for item in items], 10)

    captured = [one for (one,) in results]
    (created,) = [one for one in captured if one.kept is None]
    assert Counter(one.kept.body for one in captured if one.kept) == {answer(created)[1]: posts - 1}
    leads: list[UUID] = [lead.id for lead in await every_lead(store)]
    assert leads == [created.lead.id if created.lead else None]
    assert await broken_rules(store) == []


async def test_refused_rows_of_a_list_under_one_key_at_once_are_one(store: Store, backend: str) -> None:
    posts = 4 if backend == "firestore" else 12
    items = [under_key(faulty_intake(), keeps_refusals=True) for _ in range(posts)]

    results = await together([lambda item=item: capture_leads(store, HOUSE, [item], NOW) for item in items], 10)

    assert sum(one.kept is None for (one,) in results) == 1
    assert len(await pages(lambda position, limit: store.list_submissions(None, None, position, limit))) == 1
