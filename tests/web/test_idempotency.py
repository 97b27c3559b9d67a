"""The header Idempotency-Key through HTTP: sent again, with another body, by another key, by many at once, and after a crash."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx2
import pytest
import pytest_asyncio

from leadline.clock import utc_now
from leadline.domain.errors import Unavailable
from leadline.web.lead_tokens import read_token
from tests.builders import body
from tests.web.browsing import ORIGIN, SECRET_KEY, House, running

LEADS, BULK = "/api/v1/leads", "/api/v1/leads/bulk"


@pytest_asyncio.fixture
async def house() -> AsyncIterator[House]:
    async with running() as made:
        yield made


async def client_of(house: House) -> httpx2.AsyncClient:
    key = await house.key("leads:create", "leads:read")
    transport = httpx2.ASGITransport(app=house.app)
    return await house.stack.enter_async_context(httpx2.AsyncClient(transport=transport, base_url=ORIGIN, headers=key))


@pytest_asyncio.fixture
async def http(house: House) -> httpx2.AsyncClient:
    return await client_of(house)


async def post(http: httpx2.AsyncClient, sent: Any, key: str = "one", path: str = LEADS) -> httpx2.Response:
    return await http.post(path, json=sent, headers={"Idempotency-Key": key})


async def leads_in(http: httpx2.AsyncClient) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await http.get(LEADS, params={"status": "any"})).json()["items"]
    return items


async def test_the_same_post_gets_the_same_answer_whatever_became_of_the_lead(
    house: House, http: httpx2.AsyncClient
) -> None:
    sent = body()
    first = await post(http, sent)
    lead_id = first.json()["id"]
    writer = {**http.headers, **await house.key("leads:write")}
    await http.post(f"{LEADS}/{lead_id}/notes", json={"note": "Called"}, headers=writer)

    again = await post(http, sent)

    assert (first.status_code, first.json()["duplicate"]) == (201, False)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["content-type"] == first.headers["content-type"]
    tokens = {read_token(SECRET_KEY, answer.headers["engagement-token"], utc_now()) for answer in (first, again)}
    assert tokens == {UUID(lead_id)}
    assert len(await leads_in(http)) == 1


async def test_a_repeat_of_an_address_keeps_its_own_answer(http: httpx2.AsyncClient) -> None:
    sent = body()
    await post(http, sent, "one")
    repeat = await post(http, sent, "two")

    again = await post(http, sent, "two")

    assert (repeat.status_code, again.status_code, again.content) == (200, 200, repeat.content)
    submissions = (await http.get("/api/v1/submissions")).json()["items"]
    assert [(row["outcome"], row["event_id"]) for row in submissions] == [("duplicate", "two"), ("created", "one")]


async def test_another_body_under_the_key_is_422_and_stores_nothing(http: httpx2.AsyncClient) -> None:
    await post(http, body())

    other = await post(http, body())
    elsewhere = await post(http, {"items": [body()]}, path=BULK)

    assert other.status_code == 422
    assert "for another request" in other.json()["errors"][0]["detail"]
    assert elsewhere.status_code == 200
    assert len((await http.get("/api/v1/submissions")).json()["items"]) == 2


async def test_keys_of_two_api_keys_have_nothing_to_do_with_each_other(house: House, http: httpx2.AsyncClient) -> None:
    other = await client_of(house)
    first, second = await post(http, body()), await post(other, body())

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] != second.json()["id"]


async def test_a_refused_post_is_mended_and_sent_under_the_same_key(http: httpx2.AsyncClient) -> None:
    sent = body(email="no address")
    refused = [await post(http, sent) for _ in range(2)]

    mended = await post(http, sent | {"email": "ann@firm.example.com"})

    assert [answer.status_code for answer in refused] == [422, 422]
    assert refused[0].json()["errors"] == refused[1].json()["errors"]
    assert mended.status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb", "\xe9"])
async def test_what_is_no_key_is_a_fault_and_stores_nothing(key: str, http: httpx2.AsyncClient) -> None:
    answer = await http.post(LEADS, json=body(), headers=[(b"Idempotency-Key", key.encode("latin-1")), (b"x", b"y")])

    assert answer.status_code == 422
    assert "Idempotency-Key must have 1 to 255 printable ASCII characters" in answer.json()["errors"][0]["detail"]
    assert (await http.get("/api/v1/submissions")).json()["items"] == []


async def test_fifty_at_once_make_one_lead_and_hear_its_answer_or_409(http: httpx2.AsyncClient) -> None:
    sent = body()

    answers = await asyncio.gather(*(post(http, sent) for _ in range(50)))

    good = {answer.content for answer in answers if answer.status_code == 201}
    busy = [answer for answer in answers if answer.status_code == 409]
    assert len(good) == 1
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert all(answer.headers["retry-after"] == "1" for answer in busy)
    assert len(await leads_in(http)) == 1
    assert {(await post(http, sent)).content} == good


async def test_a_list_is_answered_again_row_by_row_refusals_included(http: httpx2.AsyncClient) -> None:
    address = "ann@firm.example.com"
    sent = {"items": [body(email=address), {"email": "x"}, body(email=address), 5, body()]}
    first = await post(http, sent, path=BULK)

    again = await post(http, sent, path=BULK)

    assert [item["status"] for item in first.json()["items"]] == [201, 422, 200, 422, 201]
    assert (again.status_code, again.content) == (200, first.content)
    assert len(await leads_in(http)) == 2
    assert len((await http.get("/api/v1/submissions")).json()["items"]) == 5


async def test_of_another_list_under_the_key_no_row_is_stored(http: httpx2.AsyncClient) -> None:
    sent = {"items": [body()]}
    await post(http, sent, path=BULK)

    other = await post(http, {"items": [*sent["items"], body()]}, path=BULK)

    assert other.status_code == 422
    assert len(await leads_in(http)) == 1


async def test_an_empty_list_is_no_use_of_the_key(http: httpx2.AsyncClient) -> None:
    answers = [await post(http, {"items": items}, path=BULK) for items in ([], [body()])]

    assert [answer.status_code for answer in answers] == [200, 200]


async def test_after_a_crash_between_commit_and_answer_the_retry_gets_the_answer() -> None:
    lost = False

    def lose_the_answer(name: str) -> None:
        nonlocal lost
        if lost and name == "committed":
            lost = False
            raise Unavailable("the answer was lost")

    async with running(lose_the_answer) as house:
        http = await client_of(house)
        sent = {"items": [body(), body()]}
        lost = True
        broken = await post(http, sent, path=BULK)

        again = await post(http, sent, path=BULK)

        assert broken.status_code == 503
        assert [item["status"] for item in again.json()["items"]] == [201, 201]
        assert len(await leads_in(http)) == 2


async def test_a_body_that_is_no_json_stays_400_and_leaves_the_key_free(http: httpx2.AsyncClient) -> None:
    headers = {"Idempotency-Key": "one", "Content-Type": "application/json"}
    broken = await http.post(LEADS, content=b"{", headers=headers)

    good = await http.post(LEADS, content=json.dumps(body()), headers=headers)

    assert (broken.status_code, good.status_code) == (400, 201)
