"""The main job through the front door: a real server, a real database, real HTTP."""

import asyncio
import hashlib
import hmac
import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.builders import HOT, body
from tests.e2e.serving import WEBFLOW_SECRET, Serving, serving

WEBHOOKS = Path(__file__).parent.parent / "data" / "webhooks"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("main") / "home", "--no-demo") as running:
        yield running


async def every_lead(client: httpx2.AsyncClient, **params: str) -> list[dict[str, Any]]:
    found, cursor = [], None
    while True:
        page = (
            await client.get(
                "/api/v1/leads", params={"limit": "200", **params, **({"cursor": cursor} if cursor else {})}
            )
        ).json()
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


def signed(content: bytes, secret: str = WEBFLOW_SECRET, at: float | None = None) -> dict[str, str]:
    timestamp = str(int((at or time.time()) * 1000))
    digest = hmac.new(secret.encode(), timestamp.encode() + b":" + content, hashlib.sha256).hexdigest()
    return {"x-webflow-timestamp": timestamp, "x-webflow-signature": digest, "content-type": "application/json"}


async def test_500_posts_at_once_50_of_one_address_make_451_leads_and_exact_counters(server: Serving) -> None:
    async with server.client() as client:
        for number in range(7):
            rep = {"full_name": f"Rep {number}", "email": f"rep{number}@team.example.com", "max_active_leads": 60}
            assert (await client.post("/api/v1/users", json=rep)).status_code == 201
        bodies = [body(source="flood") for _ in range(450)] + [
            body(email="same@one.example.com", source="flood") for _ in range(50)
        ]

        answers = await asyncio.gather(*(client.post("/api/v1/leads", json=sent) for sent in bodies))

        statuses = Counter(answer.status_code for answer in answers)
        assert statuses == {201: 451, 200: 49}
        leads = await every_lead(client, source="flood")
        users = (await client.get("/api/v1/users")).json()["items"]
    assert {lead["id"] for lead in leads} == {answer.json()["id"] for answer in answers}
    owned = Counter(lead["assigned_to"] for lead in leads)
    assert {user["id"]: user["current_lead_count"] for user in users if user["role"] == "rep"} == {
        user["id"]: owned[user["id"]] for user in users if user["role"] == "rep"
    }
    assert owned[None] == 451 - 7 * 60
    assert all(lead["waiting_reason"] == "no_capacity" for lead in leads if lead["assigned_to"] is None)


async def test_the_payload_of_webflows_documents_is_one_lead_however_often_it_comes(server: Serving) -> None:
    content = (WEBHOOKS / "webflow_v2_form_submission__docs.json").read_bytes()
    async with server.client() as client:
        answers = [await client.post("/hooks/webflow/main", content=content, headers=signed(content)) for _ in range(2)]
        assert [(a.status_code, a.json()["outcome"]) for a in answers] == [(200, "created"), (200, "created")]
        assert answers[0].json()["submission_id"] == answers[1].json()["submission_id"]

        (lead,) = [lead for lead in await every_lead(client) if lead["email"] == "zaphod@heartofgold.ai"]
    assert (lead["contact_name"], lead["company_name"], lead["phone"]) == (
        "Zaphod Beeblebrox",
        "heartofgold.ai",
        "15550000000",
    )
    assert (lead["source"], lead["needs_review"], lead["category"]) == ("Webflow Form", True, "Cold")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-webflow-timestamp": "1", "x-webflow-signature": "é".encode()},
        signed(b"{}", secret="of-somebody-else"),
        signed(b"{}", at=time.time() - 301),
        signed(b"{ }"),
    ],
    ids=["unsigned", "not ascii", "another secret", "301 seconds old", "another body"],
)
async def test_a_hook_that_proves_nothing_is_401(server: Serving, headers: dict[str, Any]) -> None:
    async with server.client() as client:
        answer = await client.post("/hooks/webflow/main", content=b"{}", headers=headers)

    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")


async def test_a_hook_that_makes_no_lead_is_kept_as_quarantined_with_its_reason(server: Serving) -> None:
    content = (WEBHOOKS / "webflow_v2_not_a_form__site_publish.json").read_bytes()
    async with server.client() as client:
        answer = await client.post("/hooks/webflow/main", content=content, headers=signed(content))
        kept = (await client.get("/api/v1/submissions", params={"outcome": "quarantined"})).json()["items"]

    assert (answer.status_code, answer.json()["outcome"]) == (200, "quarantined")
    (row,) = [row for row in kept if row["id"] == answer.json()["submission_id"]]
    assert json.loads(row["payload"]) == json.loads(content)
    assert "site_publish" in row["faults"][0]["detail"]


BAD_BODIES: dict[str, tuple[bytes, int, list[str]]] = {
    "every fault at once": (
        b'{"email": "a..b@x.co", "contact_name": 5}',
        422,
        ["/company_name", "/contact_name", "/email"],
    ),
    "a list": (b"[]", 422, [""]),
    "cut off": (b'{"email": ', 400, []),
    "nested without end": (b"[" * 100_000, 400, []),
    "invalid utf-8": (b'{"email": "\xff"}', 400, []),
    "not a number": (b'{"email": NaN}', 400, []),
    "nul": (json.dumps(body(message="a\0b")).encode(), 422, ["/message"]),
    "a name of 300 characters": (json.dumps(body(contact_name="x" * 300)).encode(), 422, ["/contact_name"]),
    "a body of 2 MB": (json.dumps(body(message="x" * 2_000_000)).encode(), 413, []),
    "a score that is none": (json.dumps(body(lead_score=101)).encode(), 422, ["/lead_score"]),
    "nothing": (b"", 400, []),
}


@pytest.mark.parametrize("name", BAD_BODIES)
async def test_bad_input_is_a_clear_no_and_never_a_500(server: Serving, name: str) -> None:
    content, status, pointers = BAD_BODIES[name]
    async with server.client() as client:
        answer = await client.post("/api/v1/leads", content=content, headers={"Content-Type": "application/json"})

    problem = answer.json()
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert sorted(fault["pointer"] for fault in problem.get("errors", [])) == pointers
    assert problem["request_id"] == answer.headers["x-request-id"]


async def test_numbers_of_400_digits_in_a_field_nobody_knows_are_kept_and_harm_nobody(server: Serving) -> None:
    content = json.dumps(body()).encode()[:-1] + b', "telephone exchange": ' + b"9" * 400 + b"}"
    async with server.client() as client:
        answer = await client.post("/api/v1/leads", content=content, headers={"Content-Type": "application/json"})

    assert answer.status_code == 201
    assert str(answer.json()["extra"]["telephone exchange"]).startswith("9")


async def test_what_is_rejected_is_kept_all_the_same(server: Serving) -> None:
    async with server.client() as client:
        headers = {"Content-Type": "application/json", "X-Request-Id": "the-one-i-look-for"}
        await client.post("/api/v1/leads", content=b'{"company_name": "Only Name"}', headers=headers)
        kept = (await client.get("/api/v1/submissions", params={"outcome": "rejected"})).json()["items"]

    (row,) = [row for row in kept if row["request_id"] == "the-one-i-look-for"]
    assert row["payload"] == '{"company_name": "Only Name"}'


async def test_without_a_good_key_nothing_is_said(server: Serving) -> None:
    async with httpx2.AsyncClient(base_url=server.url) as client:
        for headers in (
            {},
            {"Authorization": "Bearer ll_wrong"},
            {"Authorization": "Basic eA=="},
            {"Authorization": "Bearer é".encode()},
        ):
            for method, path in (("POST", "/api/v1/leads"), ("GET", "/api/v1/leads"), ("GET", "/api/v1/users")):
                answer = await client.request(method, path, headers=headers, json={} if method == "POST" else None)

                assert (answer.status_code, "www-authenticate" in answer.headers) == (401, True)


async def test_a_form_on_another_site_cannot_post_as_json(server: Serving) -> None:
    async with server.client() as client:
        answer = await client.post("/api/v1/leads", content=json.dumps(body()), headers={"Content-Type": "text/plain"})

    assert answer.status_code == 415


async def test_bulk_answers_each_row_in_order(server: Serving) -> None:
    rows = [body(), {"email": "nobody"}, "text", body(**HOT)]
    async with server.client() as client:
        answer = await client.post("/api/v1/leads/bulk", json={"items": rows})

    assert [item["status"] for item in answer.json()["items"]] == [201, 422, 422, 201]
    assert [fault["pointer"] for fault in answer.json()["items"][2]["problem"]["errors"]] == [""]


async def test_why_this_score_and_why_this_owner(server: Serving) -> None:
    async with server.client() as client:
        lead = (await client.post("/api/v1/leads", json=body())).json()
        explained = (await client.get(f"/api/v1/leads/{lead['id']}/explain")).json()
        trail = (await client.get(f"/api/v1/leads/{lead['id']}/activities")).json()["items"]

    assert {row["group"]: row["points"] for row in explained["score"]["rows"] if row["points"]} == lead[
        "score_breakdown"
    ]
    assert explained["owner"]["how"] in ("turn", "waiting")
    assert len(explained["owner"]["considered"]) == 7
    assert trail[-1]["action_type"] == "lead_created"
    assert trail[-1]["new_value"] == {"score": 95}


async def test_a_second_serve_on_the_folder_says_that_one_is_running(server: Serving) -> None:
    with pytest.raises(AssertionError, match=str(server.process.pid)), serving(server.home):
        pass
