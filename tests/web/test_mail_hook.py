"""Replies by inbound mail through HTTP: counted once for each message, and answered 200 whatever they are."""

import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from leadline.clock import utc_now
from leadline.domain.leads import Lead
from tests.sources.signatures import SIGNERS
from tests.web.browsing import ORIGIN, House, running

ANN = "ann@firm.example.com"


@pytest_asyncio.fixture
async def house() -> AsyncIterator[House]:
    async with running() as made:
        yield made


@pytest_asyncio.fixture
async def http(house: House) -> httpx2.AsyncClient:
    return await house.browser(headers=await house.key("admin"))


async def connected(http: httpx2.AsyncClient, **fields: Any) -> str:
    answer = await http.post("/api/v1/endpoints", json={"name": "replies", "provider": "mail"} | fields)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["path"])


def message(number: int = 1, **fields: Any) -> dict[str, Any]:
    return {"from": f"Ann <{ANN}>", "message_id": f"<{number}@mail>", "subject": "Re: Hello", "text": "Yes!"} | fields


async def ann(house: House, **fields: Any) -> Lead:
    return await house.lead(**({"email": ANN, "email_key": ANN} | fields))


async def test_a_reply_counts_once_for_each_message(house: House, http: httpx2.AsyncClient) -> None:
    lead, path = await ann(house), await connected(http)

    outcomes = [(await http.post(path, json=message(n))).json()["outcome"] for n in (1, 1, 2)]

    assert outcomes == ["counted", "counted before", "counted"]
    assert (await house.store.get_lead(lead.id)).email_reply_count == 2


async def test_it_counts_for_the_newest_open_lead_of_the_address(house: House, http: httpx2.AsyncClient) -> None:
    now, path = utc_now(), await connected(http)
    old = await ann(house, created_at=now.replace(year=now.year - 1))
    await ann(house, status="Disqualified")

    answer = await http.post(path, json=message())

    assert answer.json() == {"outcome": "counted"}
    assert (await house.store.get_lead(old.id)).email_reply_count == 1


@pytest.mark.parametrize(
    ("sent", "outcome"),
    [
        (message(**{"from": "stranger@x.example.com"}), "unknown sender"),
        (message(**{"from": "nobody"}), "unknown sender"),
        (message(headers={"Auto-Submitted": "auto-replied"}), "automatic"),
        ([1], "unreadable"),
    ],
)
async def test_what_does_not_count_is_acknowledged_and_leaves_a_line_without_the_sender(
    sent: Any, outcome: str, house: House, http: httpx2.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    lead, path = await ann(house), await connected(http)
    caplog.set_level(logging.INFO, "leadline.mail")

    answer = await http.post(path, json=sent)

    assert (answer.status_code, answer.json()["outcome"]) == (200, outcome)
    said = [record.getMessage() for record in caplog.records if record.name == "leadline.mail"]
    assert said == [f"mail at replies: {outcome}"]
    assert (await house.store.get_lead(lead.id)).email_reply_count == 0


async def test_a_closed_lead_gets_no_reply(house: House, http: httpx2.AsyncClient) -> None:
    await ann(house, status="Opportunity")

    answer = await http.post(await connected(http), json=message())

    assert answer.json() == {"outcome": "no open lead"}


async def test_without_a_secret_the_path_is_the_secret_and_with_one_a_signature_is_asked_for(
    http: httpx2.AsyncClient,
) -> None:
    path = await connected(http)
    guess = await http.post(path.partition(".")[0], json=message())
    signed = await connected(http, name="signed", secrets=["a secret of mail"])
    unsigned = await http.post(signed, json=message())
    body = b'{"from": "x@y.example.com"}'
    headers = SIGNERS["generic"].sign(body, "a secret of mail", utc_now(), f"{ORIGIN}{signed}")
    good = await http.post(signed, content=body, headers=headers)

    assert (guess.status_code, unsigned.status_code, good.status_code) == (404, 401, 200)


async def test_forms_do_not_come_to_a_mailbox_and_mail_not_to_a_form(http: httpx2.AsyncClient) -> None:
    path = await connected(http)
    form = (await http.post("/api/v1/endpoints", json={"name": "form", "provider": "generic"})).json()["path"]

    wrong = [path.replace("/mail/", "/generic/"), form.replace("/generic/", "/mail/")]

    assert [(await http.post(address, json=message())).status_code for address in wrong] == [404, 404]
