"""Events that a visitor's browser tells of through HTTP: by a token, from any site, and by no other proof."""

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx2
import pytest
import pytest_asyncio

from leadline.clock import utc_now
from leadline.domain.leads import Lead
from leadline.web.app import VISITS_MAX
from leadline.web.lead_tokens import LIFE, make_token
from tests.web.browsing import SECRET_KEY, House, running

TEXT = {"Content-Type": "text/plain;charset=UTF-8", "Origin": "https://www.company.example"}


@pytest_asyncio.fixture
async def house() -> AsyncIterator[House]:
    async with running() as made:
        yield made


@pytest_asyncio.fixture
async def http(house: House) -> httpx2.AsyncClient:
    return await house.browser(headers={"Accept": "*/*"})


def token_of(lead: Lead) -> str:
    return make_token(SECRET_KEY, lead.id, utc_now())


async def tell(http: httpx2.AsyncClient, sent: Any, headers: dict[str, str] = TEXT) -> httpx2.Response:
    return await http.post("/api/v1/events", content=json.dumps(sent), headers=headers)


@pytest.mark.parametrize("content_type", ["text/plain;charset=UTF-8", "application/json"])
async def test_a_token_counts_a_visit_once_and_any_site_may_read_the_answer(
    content_type: str, house: House, http: httpx2.AsyncClient
) -> None:
    lead = await house.lead()
    sent = {"token": token_of(lead), "type": "pricing_page_visit"}

    answers = [await tell(http, sent, TEXT | {"Content-Type": content_type}) for _ in range(2)]
    watched = await tell(http, sent | {"type": "demo_video_watched"})

    assert [answer.status_code for answer in answers] == [202, 202]
    assert [answer.json() for answer in answers] == [{"counted": True}, {"counted": False}]
    assert answers[0].headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answers[0].headers
    assert watched.json() == {"counted": True}
    after = await house.store.get_lead(lead.id)
    assert (after.pricing_page_visits, after.demo_video_watched, after.email_reply_count) == (1, True, 0)


async def test_a_token_reaches_no_other_lead_and_no_other_kind_of_event(house: House, http: httpx2.AsyncClient) -> None:
    lead, other = await house.lead(), await house.lead()
    sent = {"token": token_of(lead), "lead_id": str(other.id), "email": other.email}

    await tell(http, sent | {"type": "pricing_page_visit"})
    reply = await tell(http, sent | {"type": "email_reply"})

    assert (await house.store.get_lead(other.id)).pricing_page_visits == 0
    assert (reply.status_code, reply.json()["errors"][0]["pointer"]) == (422, "/type")


def hostile(lead: Lead) -> list[Any]:
    good = token_of(lead)
    ended = make_token(SECRET_KEY, lead.id, utc_now() - LIFE)
    elsewhere = make_token("another house", lead.id, utc_now())
    tokens = [
        good[:-2] + "AA",
        good + "=",
        good.upper(),
        ended,
        elsewhere,
        "",
        "é" * 65,
        "\0",
        "x" * 3000,
        None,
        5,
        [good],
    ]
    bodies = [{"token": token, "type": "pricing_page_visit"} for token in tokens]
    return [*bodies, {"type": "pricing_page_visit"}, [], 5, good]


async def test_hostile_tokens_are_401_and_count_nothing(house: House, http: httpx2.AsyncClient) -> None:
    lead = await house.lead()

    statuses = {(await tell(http, sent)).status_code for sent in hostile(lead)}
    broken = await http.post("/api/v1/events", content=b"\xff{" * 100, headers=TEXT)

    assert statuses == {401}
    assert broken.status_code == 401
    assert (await house.store.get_lead(lead.id)).pricing_page_visits == 0


async def test_a_token_in_the_header_is_no_key_and_a_key_takes_no_text(house: House, http: httpx2.AsyncClient) -> None:
    lead = await house.lead()
    sent = {"token": token_of(lead), "type": "pricing_page_visit"}

    as_key = await tell(http, sent, TEXT | {"Authorization": f"Bearer {token_of(lead)}"})
    by_key = await tell(http, sent, TEXT | await house.key("events:write"))

    assert (as_key.status_code, by_key.status_code) == (401, 415)


async def test_too_many_events_of_one_lead_are_429_and_others_go_on(house: House, http: httpx2.AsyncClient) -> None:
    wild, calm = await house.lead(), await house.lead()
    sent = {"token": token_of(wild), "type": "pricing_page_visit"}

    statuses = [(await tell(http, sent)).status_code for _ in range(VISITS_MAX)]
    one_more = await tell(http, sent)
    other = await tell(http, sent | {"token": token_of(calm)})

    assert set(statuses) == {202}
    assert (one_more.status_code, other.status_code) == (429, 202)
    assert 1 <= int(one_more.headers["retry-after"]) <= 60


async def test_a_lead_that_is_gone_is_404_and_a_long_body_413(house: House, http: httpx2.AsyncClient) -> None:
    gone = make_token(SECRET_KEY, uuid4(), utc_now())

    answer = await tell(http, {"token": gone, "type": "pricing_page_visit"})
    long = await tell(http, {"token": gone, "type": "x" * 5000})

    assert (answer.status_code, long.status_code) == (404, 413)


async def test_the_script_is_small_keeps_no_cookie_and_is_for_every_site(http: httpx2.AsyncClient) -> None:
    answer = await http.get("/engage.js")

    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, "text/javascript")
    assert len(answer.content) <= 5_000
    assert "document.cookie" not in answer.text
    assert "cross-origin-resource-policy" not in answer.headers
