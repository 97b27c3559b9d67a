"""Endpoints through HTTP: connected by the API, posted to by their providers."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest
import pytest_asyncio

from leadline.clock import utc_now
from tests.sources.signatures import SIGNERS
from tests.web.acts import fields_of
from tests.web.browsing import ORIGIN, House, running

PAYLOADS = Path(__file__).parents[1] / "data" / "webhooks"
SECRET = "the secret of a provider"
PERSONS = {
    "webflow": "webflow_v2_form_submission__docs",
    "typeform": "typeform_form_response__all_answer_types_lexflow",
    "hubspot": "hubspot_form_submission__activepieces",
    "calendly": "calendly_invitee_created__v2_activepieces",
}


@pytest_asyncio.fixture
async def house() -> AsyncIterator[House]:
    async with running() as made:
        yield made


@pytest_asyncio.fixture
async def http(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    key = await house.key("admin")
    transport = httpx2.ASGITransport(app=house.app)
    async with httpx2.AsyncClient(transport=transport, base_url=ORIGIN, headers=key) as client:
        yield client


async def connected(http: httpx2.AsyncClient, **fields: Any) -> dict[str, Any]:
    answer = await http.post("/api/v1/endpoints", json={"name": "contact"} | fields)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def signed(provider: str, body: bytes, path: str, secret: str = SECRET) -> dict[str, str]:
    signer = SIGNERS[provider]
    return signer.sign(body, secret, utc_now(), f"{ORIGIN}{path}")


@pytest.mark.parametrize("provider", PERSONS)
async def test_each_provider_is_connected_and_makes_one_lead_of_two_deliveries(
    provider: str, house: House, http: httpx2.AsyncClient
) -> None:
    made = await connected(http, provider=provider, secrets=[SECRET])
    body = (PAYLOADS / f"{PERSONS[provider]}.json").read_bytes()

    answers = [
        await http.post(made["path"], content=body, headers=signed(provider, body, made["path"])) for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    (lead,) = (await http.get("/api/v1/leads", params={"status": "any"})).json()["items"]
    assert lead["source"] in ("Webflow Form", "Typeform", "HubSpot", "Calendly")


@pytest.mark.parametrize("provider", SIGNERS)
async def test_another_endpoints_secret_or_none_is_401_and_keeps_nothing(
    provider: str, house: House, http: httpx2.AsyncClient
) -> None:
    made = await connected(http, provider=provider, secrets=[SECRET])
    body = b'{"email": "a@example.com"}'

    wrong = await http.post(made["path"], content=body, headers=signed(provider, body, made["path"], "another secret"))
    missing = await http.post(made["path"], content=body)

    assert (wrong.status_code, missing.status_code) == (401, 401)
    assert (await http.get("/api/v1/submissions")).json()["items"] == []


async def test_without_a_secret_the_path_is_the_secret(http: httpx2.AsyncClient) -> None:
    made = await connected(http, provider="generic")
    form = urlencode({"email": "a@example.com", "company": "Acme"}).encode()

    right = await http.post(made["path"], content=form, headers={"content-type": "application/x-www-form-urlencoded"})
    guesses = [
        "/hooks/generic/contact",
        "/hooks/generic/contact.",
        f"{made['path']}x",
        made["path"].replace("generic", "tally"),
    ]
    wrong = [(await http.post(guess, content=form)).status_code for guess in guesses]

    assert right.json()["outcome"] == "created"
    assert wrong == [404, 404, 404, 404]


async def test_mapping_defaults_and_source_of_the_endpoint_count(http: httpx2.AsyncClient) -> None:
    made = await connected(
        http,
        provider="generic",
        mapping={"Who": "contact_name", "Company": ""},
        defaults={"industry": "Healthcare", "company_name": "Unknown"},
        source="Fair 2026",
    )
    await http.post(made["path"], json={"Email": "a@example.com", "Who": "Ann", "Company": "Acme"})

    (lead,) = (await http.get("/api/v1/leads", params={"status": "any"})).json()["items"]

    assert (lead["contact_name"], lead["company_name"], lead["industry"]) == ("Ann", "Unknown", "Healthcare")
    assert (lead["source"], lead["extra"]) == ("Fair 2026", {"Company": "Acme"})


async def test_a_booking_is_a_demo_request(http: httpx2.AsyncClient) -> None:
    made = await connected(http, provider="calendly", secrets=[SECRET])
    body = (PAYLOADS / f"{PERSONS['calendly']}.json").read_bytes()
    await http.post(made["path"], content=body, headers=signed("calendly", body, made["path"]))

    (lead,) = (await http.get("/api/v1/leads", params={"status": "any"})).json()["items"]

    assert lead["inquiry_type"] == "Demo Request"


async def test_an_endpoint_that_is_off_takes_nothing_and_takes_again_when_it_is_on(http: httpx2.AsyncClient) -> None:
    made = await connected(http, provider="generic")
    body = {"email": "a@example.com"}

    statuses = []
    for active in (False, True):
        await http.patch(f"/api/v1/endpoints/{made['id']}", json={"active": active})
        statuses.append((await http.post(made["path"], json=body)).status_code)

    assert statuses == [404, 200]


async def test_secrets_are_never_answered(http: httpx2.AsyncClient) -> None:
    made = await connected(http, provider="tally", secrets=[SECRET])
    one = await http.get(f"/api/v1/endpoints/{made['id']}")
    everything = await http.get("/api/v1/endpoints")

    assert one.json() == made == everything.json()["items"][0]
    assert made["signed"] is True
    assert SECRET not in one.text + everything.text


async def test_secrets_sealed_under_another_key_are_a_503_that_says_so(house: House, http: httpx2.AsyncClient) -> None:
    made = await connected(http, provider="tally", secrets=[SECRET])
    endpoint = await house.store.find_endpoint("contact")
    assert endpoint is not None

    async def work(tx: Any) -> None:
        endpoint.sealed_secrets = b"sealed elsewhere"
        tx.update_endpoints([endpoint])

    await house.store.transact(work)
    answer = await http.post(made["path"], json={"email": "a@example.com"})

    assert answer.status_code == 503
    assert "LEADLINE_SECRET_KEY" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("sent", "pointers"),
    [({}, ["/name", "/provider"]), ({"name": "a", "provider": "fax", "id": 5}, ["/id", "/provider"])],
)
async def test_faults_are_all_named(sent: dict[str, Any], pointers: list[str], http: httpx2.AsyncClient) -> None:
    answer = await http.post("/api/v1/endpoints", json=sent)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == pointers


async def test_the_name_of_the_settings_is_taken(http: httpx2.AsyncClient) -> None:
    answer = await http.post("/api/v1/endpoints", json={"name": "main", "provider": "tally"})

    assert answer.status_code == 409


@pytest.mark.parametrize("path", ["/api/v1/endpoints/none", "/api/v1/endpoints/01a20c20-d3d7-73e2-8094-d53c34bdec2b"])
async def test_an_endpoint_that_is_not_there_is_404(path: str, http: httpx2.AsyncClient) -> None:
    assert (await http.get(path)).status_code == 404
    assert (await http.patch(path, json={"active": False})).status_code == 404


async def test_a_release_reads_a_posting_as_the_hook_would_have_with_a_mended_mapping(
    house: House, http: httpx2.AsyncClient
) -> None:
    made = await connected(http, provider="typeform", source="Messe 2026", defaults={"industry": "Manufacturing"})
    answers = [{"type": "text", "text": "ann@firm.example.com", "field": {"title": "Wohin?"}}]
    answer = await http.post(made["path"], json={"form_response": {"answers": answers}})
    assert answer.json()["outcome"] == "quarantined"
    await http.patch(f"/api/v1/endpoints/{made['id']}", json={"mapping": {"Wohin?": "email"}})
    manager = await house.browser(await house.hire("Manager", "manager"))

    page = (await manager.get(f"/quarantine/{answer.json()['submission_id']}")).text
    released = await manager.post(
        f"/quarantine/{answer.json()['submission_id']}/release", data=fields_of(page, "/release")
    )

    assert released.status_code == 303
    (lead,) = (await http.get("/api/v1/leads", params={"status": "any"})).json()["items"]
    assert (lead["email"], lead["source"], lead["industry"]) == ("ann@firm.example.com", "Messe 2026", "Manufacturing")
    assert lead["field_sources"]["industry"] == {"source": "endpoint"}


async def test_an_endpoint_may_have_every_lead_routed(house: House, http: httpx2.AsyncClient) -> None:
    rep = await house.hire("Rep One")
    plain = await connected(http, provider="generic")
    every = await connected(http, name="every", provider="generic", routing="all")

    for made in (plain, every):
        await http.post(made["path"], json={"email": f"{made['name']}@firm.example.com"})

    leads = (await http.get("/api/v1/leads", params={"status": "any"})).json()["items"]
    assert {lead["email"]: lead["assigned_to"] for lead in leads} == {
        "contact@firm.example.com": None,
        "every@firm.example.com": str(rep.id),
    }
    why = (await http.get(f"/api/v1/leads/{leads[0]['id']}/explain")).json()
    assert why["owner"]["routing"] == "all"
    refused = await http.patch(f"/api/v1/endpoints/{every['id']}", json={"routing": "none"})
    assert refused.json()["errors"][0]["pointer"] == "/routing"
