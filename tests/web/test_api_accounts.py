"""Users, invitations and API keys, for programs."""

from datetime import timedelta
from typing import Any

import httpx2
import pytest

from leadline.clock import utc_now
from leadline.domain.access import SCOPES, Scope
from leadline.domain.errors import Unavailable
from leadline.ids import new_id
from tests.builders import body
from tests.web.browsing import PASSWORD, House, form_token, running

JSON = {"Accept": "application/json"}


async def program(house: House, *scopes: Scope) -> httpx2.AsyncClient:
    return await house.browser(headers=JSON | await house.key(*scopes))


async def test_a_person_is_invited_and_comes_in_by_the_link(house: House) -> None:
    api = await program(house, "users")
    person = {"full_name": "Ann Lee", "email": "ann@team.example.com", "role": "manager"}

    answer = await api.post("/api/v1/invitations", json=person)

    made = answer.json()
    assert answer.status_code == 201
    assert {name: made["user"][name] for name in person} == person
    assert "password_hash" not in made["user"]
    assert made["link"].startswith("http://127.0.0.1:8000/welcome?link=")
    browser = await house.browser()
    page = await browser.get(made["link"])
    sent = {"_csrf_token": form_token(page.text), "password": PASSWORD, "again": PASSWORD}
    entered = await browser.post("/welcome", data=sent | {"link": made["link"].partition("link=")[2]})
    assert entered.status_code == 303
    assert "Ann Lee" in (await browser.get("/")).text


async def test_an_address_that_is_taken_is_no_invitation(house: House) -> None:
    api = await program(house, "users")

    answer = await api.post("/api/v1/invitations", json={"full_name": "X", "email": "REP.one@company.example.com"})

    assert answer.status_code == 409
    assert await house.store.list_invitations() == []


async def test_another_link_for_a_user_ends_the_one_before(house: House) -> None:
    api, path = await program(house, "users"), f"/api/v1/users/{house.team['Rep One'].id}/invitation"

    links = [(await api.post(path)).json()["link"] for _ in range(2)]

    browser = await house.browser()
    assert [(await browser.get(link)).status_code for link in links] == [401, 200]


async def test_nobody_and_whoever_left_is_not_invited(house: House) -> None:
    api = await program(house, "users")

    for user_id, status in ((house.team["Gone"].id, 409), (new_id(), 404), ("x", 404), ("%00", 404)):
        assert (await api.post(f"/api/v1/users/{user_id}/invitation")).status_code == status


async def test_to_make_change_or_invite_an_admin_takes_the_scope_admin(house: House) -> None:
    admin, rep = (f"/api/v1/users/{house.team[name].id}" for name in ("Admin", "Rep One"))
    person = {"full_name": "Ann Lee", "email": "ann@team.example.com", "role": "admin"}
    calls: list[tuple[str, str, Any]] = [
        ("POST", "/api/v1/users", person),
        ("POST", "/api/v1/invitations", person | {"email": "bob@team.example.com"}),
        ("POST", f"{admin}/invitation", None),
        ("PATCH", admin, {"email": "mine@evil.example.com"}),
        ("PATCH", rep, {"role": "admin"}),
    ]
    for scopes, allowed in ((("users",), False), (("admin",), True)):
        api = await program(house, *scopes)  # type: ignore[arg-type]
        statuses = [(await api.request(method, path, json=sent)).status_code for method, path, sent in calls]

        assert statuses == ([201, 201, 201, 200, 200] if allowed else [403] * 5)


async def test_without_the_scope_nobody_is_invited_and_no_key_is_seen(house: House) -> None:
    others = [scope for scope in SCOPES if scope not in ("users", "admin")]
    api = await program(house, *others)
    invitation = f"/api/v1/users/{house.team['Rep One'].id}/invitation"
    for method, path in (("POST", "/api/v1/invitations"), ("POST", invitation)):
        assert (await api.request(method, path, json={})).status_code == 403
    with_users = await program(house, "users")
    for method, path in (
        ("GET", "/api/v1/api-keys"),
        ("POST", "/api/v1/api-keys"),
        ("DELETE", f"/api/v1/api-keys/{new_id()}"),
    ):
        assert (await api.request(method, path, json={})).status_code == 403
        assert (await with_users.request(method, path, json={})).status_code == 403
        assert (await (await house.browser(headers=JSON)).request(method, path, json={})).status_code == 401


async def test_a_time_zone_is_set_by_its_name(house: House) -> None:
    api, path = await program(house, "users"), f"/api/v1/users/{house.team['Rep One'].id}"

    answer = await api.patch(path, json={"time_zone": "Europe/Berlin"})

    assert (await api.get(f"/api/v1/users/{house.team['Rep Two'].id}")).json()["time_zone"] == "UTC"
    assert answer.json()["time_zone"] == (await api.get(path)).json()["time_zone"] == "Europe/Berlin"


@pytest.mark.parametrize(
    "name",
    [
        "Berlin",
        "europe/berlin",
        "",
        None,
        1,
        [],
        "../../etc/passwd",
        "UTC\0",
        "CET-1CEST",
        "/Europe/Berlin",
        "x" * 5_000,
    ],
)
async def test_what_names_no_time_zone_is_refused(house: House, name: Any) -> None:
    api, path = await program(house, "users"), f"/api/v1/users/{house.team['Rep One'].id}"

    answer = await api.patch(path, json={"time_zone": name})

    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/time_zone"]


async def test_a_key_is_given_used_seen_and_revoked(house: House) -> None:
    api = await program(house, "admin")
    end = (utc_now() + timedelta(days=30)).isoformat()

    made = await api.post("/api/v1/api-keys", json={"name": "Website", "scopes": ["leads:create"], "expires_at": end})
    key = made.json()["key"]
    site = await house.browser(headers=JSON | {"Authorization": f"Bearer {key}"})
    used = await site.post("/api/v1/leads", json=body())
    await house.services.keys.close()
    listed = (await api.get("/api/v1/api-keys")).json()
    shown = next(item for item in listed["items"] if item["id"] == made.json()["id"])
    revoked = await api.delete(f"/api/v1/api-keys/{shown['id']}")

    assert (made.status_code, used.status_code, revoked.status_code) == (201, 201, 200)
    assert key.startswith(shown["prefix"])
    assert made.json().keys() - shown.keys() == {"key"}
    assert shown["last_used_at"] is not None
    assert key not in str(listed)
    assert "key_hash" not in shown
    assert revoked.json()["revoked_at"] is not None
    assert (await site.post("/api/v1/leads", json=body())).status_code == 401


async def test_a_lead_is_taken_though_the_last_use_of_its_key_cannot_be_written() -> None:
    def fail(name: str) -> None:
        if name == "touch_api_key":
            raise Unavailable("no")

    async with running(fail) as house:
        site = await house.browser(headers=await house.key("leads:create"))

        assert (await site.post("/api/v1/leads", json=body())).status_code == 201
        await house.services.keys.close()
        assert (await house.store.list_api_keys())[0].last_used_at is None


@pytest.mark.parametrize(
    ("sent", "pointers"),
    [
        ({}, ["/name", "/scopes"]),
        ({"name": 1, "scopes": "admin"}, ["/name", "/scopes"]),
        ({"name": "x", "scopes": [1]}, ["/scopes"]),
        ({"name": "x", "scopes": ["all"]}, ["/scopes/0"]),
        ({"name": "x", "scopes": ["admin"], "expires_at": "soon"}, ["/expires_at"]),
        ({"name": "x", "scopes": ["admin"], "expires_at": "99999-01-01"}, ["/expires_at"]),
        ({"name": "x", "scopes": ["admin"], "expires_at": "2020-01-01T00:00:00Z"}, ["/expires_at"]),
        ({"name": "x", "scopes": ["admin"], "key": "mine"}, ["/key"]),
        ({"name": "x\0", "scopes": ["admin"]}, ["/name"]),
        ([], [""]),
    ],
)
async def test_every_fault_of_a_new_key_is_named(house: House, sent: Any, pointers: list[str]) -> None:
    api = await program(house, "admin")

    answer = await api.post("/api/v1/api-keys", json=sent)

    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == pointers


async def test_a_key_that_is_not_there_cannot_be_revoked(house: House) -> None:
    api = await program(house, "admin")

    for key_id in (new_id(), "x", "%00"):
        assert (await api.delete(f"/api/v1/api-keys/{key_id}")).status_code == 404
