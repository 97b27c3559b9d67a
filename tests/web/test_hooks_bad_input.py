"""Hooks through HTTP with what providers really send, and with what nobody should."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadline.clock import utc_now
from leadline.domain.intake import SubmissionRecord
from leadline.ports import Store
from tests.invariants import every_lead, pages
from tests.sources.signatures import SIGNERS
from tests.web.browsing import ORIGIN, House, running

PAYLOADS = sorted((Path(__file__).parents[1] / "data" / "webhooks").glob("*.json"))


def _body(file: Path) -> bytes:
    """One of the files holds the headers beside the body."""
    sent = json.loads(file.read_bytes())
    return json.dumps(sent["body"]).encode() if "_headers" in sent else file.read_bytes()


BODIES = {file: _body(file) for file in PAYLOADS}
# Forms whose answers name no address, and an event that is no form.
NOBODY = {
    "tally_form_response__null_value",
    "typeform_form_response__actionsflow_docs",
    "webflow_v1_form_submission__activepieces",
    "webflow_v2_not_a_form__site_publish",
}
SECRET = "the secret of a provider"


async def rows(store: Store) -> list[SubmissionRecord]:
    return await pages(lambda position, limit: store.list_submissions(None, None, position, limit))


async def connected(house: House, client: httpx2.AsyncClient, provider: str, **fields: Any) -> str:
    """Where a new endpoint is posted to."""
    sent = {"name": f"e-{provider}", "provider": provider} | fields
    answer = await client.post("/api/v1/endpoints", json=sent, headers=await house.key("admin"))
    return str(answer.json()["path"])


def client_of(house: House) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=house.app), base_url=ORIGIN)


@pytest.mark.parametrize("is_signed", [True, False], ids=["signed", "unsigned"])
@pytest.mark.parametrize("file", PAYLOADS, ids=lambda file: file.stem)
async def test_a_payload_that_names_a_person_makes_one_lead_also_when_it_comes_twice(
    file: Path, is_signed: bool
) -> None:
    provider, body = file.name.partition("_")[0], BODIES[file]
    async with running() as house, client_of(house) as client:
        path = await connected(house, client, provider, **({"secrets": [SECRET]} if is_signed else {}))
        for _ in range(2):
            signature = SIGNERS[provider].sign(body, SECRET, utc_now(), f"{ORIGIN}{path}") if is_signed else {}
            answer = await client.post(path, content=body, headers=signature)
            assert answer.status_code == 200, answer.text

        assert len(await every_lead(house.store)) == (0 if file.stem in NOBODY else 1)


@pytest.mark.parametrize("bad", ["", "é", "\u2028", "0" * 10_000, "sha256=", "v1,", "t=,v1="], ids=ascii)
@pytest.mark.parametrize("provider", SIGNERS)
async def test_a_signature_that_is_none_is_401_and_leaves_no_row(provider: str, bad: str) -> None:
    signer = SIGNERS[provider]
    async with running() as house, client_of(house) as client:
        path = await connected(house, client, provider, secrets=[SECRET])
        headers = {
            name: value.encode() for name, value in signer.sign(b"{}", SECRET, utc_now(), f"{ORIGIN}{path}").items()
        }
        answer = await client.post(path, content=b"{}", headers=headers | {signer.header: bad.encode()})

        assert answer.status_code == 401
        assert await rows(house.store) == []


async def test_fifty_deliveries_of_one_event_at_once_make_one_lead_and_one_row() -> None:
    body = next(BODIES[file] for file in PAYLOADS if file.stem == "webflow_v2_form_submission__docs")
    async with running() as house, client_of(house) as client:
        path = await connected(house, client, "webflow", secrets=[SECRET])
        signature = SIGNERS["webflow"].sign(body, SECRET, utc_now(), f"{ORIGIN}{path}")

        answers = await asyncio.gather(*(client.post(path, content=body, headers=signature) for _ in range(50)))

        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.content for answer in answers}) == 1
        assert (len(await every_lead(house.store)), len(await rows(house.store))) == (1, 1)


@pytest.mark.parametrize("provider", SIGNERS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    body=st.one_of(
        st.binary(max_size=300),
        st.text(max_size=100).map(
            lambda text: f'{{"email": "a@firm.example.com", "x": "{text}"}}'.encode("utf-8", "replace")
        ),
    )
)
def test_any_bytes_are_answered_2xx_or_4xx_and_what_was_accepted_leaves_one_row(provider: str, body: bytes) -> None:
    async def post() -> None:
        async with running() as house, client_of(house) as client:
            path = await connected(house, client, provider)
            answer = await client.post(path, content=body)

            assert 200 <= answer.status_code < 300 or 400 <= answer.status_code < 500
            assert len(await rows(house.store)) == (1 if answer.status_code < 300 else 0)

    asyncio.run(post())
