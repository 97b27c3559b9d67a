"""The description of the API: who may read it, and that it says what the API does."""

import json
import re
from typing import Any

import pytest

from leadline.domain.rights import RIGHTS
from leadline.domain.users import check_user_fields
from leadline.web.actions import actions_of
from leadline.web.app import API, HEALTH, HOOKS
from leadline.web.lead_params import LEAD_PARAMS
from leadline.web.openapi import describe
from leadline.web.openapi.operations import LEAD_FILTERS, OPERATIONS, PAGING
from tests.builders import body
from tests.rule_sets import TURNED
from tests.web.browsing import HTML, House, running, text_of

DOCUMENT = describe([*API, *HOOKS, *HEALTH], "http://127.0.0.1:8000")
SCHEMAS = DOCUMENT["components"]["schemas"]


def operations() -> dict[str, tuple[str, str, dict[str, Any]]]:
    """(method, path, description) by id."""
    return {
        operation["operationId"]: (method, path, operation)
        for path, methods in DOCUMENT["paths"].items()
        for method, operation in methods.items()
    }


def fits(value: Any, schema: dict[str, Any]) -> bool:
    """Whether a value is of a schema: as much of JSON Schema as the document uses."""
    if "$ref" in schema:
        return fits(value, SCHEMAS[schema["$ref"].rpartition("/")[2]])
    if "anyOf" in schema:
        return any(fits(value, one) for one in schema["anyOf"])
    if "const" in schema or "enum" in schema:
        return value in schema.get("enum", [schema.get("const")])
    kinds = schema.get("type", [])
    if kinds and not any(_is(value, kind) for kind in ([kinds] if isinstance(kinds, str) else kinds)):
        return False
    if isinstance(value, dict):
        known = schema.get("properties", {})
        missing = [name for name in schema.get("required", ()) if name not in value]
        return not missing and all(fits(value[name], known[name]) for name in value if name in known)
    if isinstance(value, list):
        return all(fits(item, schema.get("items", {})) for item in value)
    return True


def _is(value: Any, kind: str) -> bool:
    if kind == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}[kind])


async def test_the_document_is_open_to_a_key_and_to_whoever_is_signed_in(house: House) -> None:
    for path in ("/openapi.json", "/docs"):
        program = await house.browser(headers=await house.key("leads:read"))
        person = await house.browser(house.team["Rep One"])

        assert (await program.get(path)).status_code == 200
        assert (await person.get(path)).status_code == 200


async def test_strangers_get_neither(house: House) -> None:
    browser, program = await house.browser(), await house.browser(headers={"Accept": "application/json"})
    wrong = await house.browser(house.team["Rep One"], headers=HTML | {"Authorization": "Bearer ll_no"})
    for path in ("/openapi.json", "/docs"):
        sent_away = await browser.get(path)

        assert (sent_away.status_code, sent_away.headers["location"]) == (303, f"/login?next=%2F{path[1:]}")
        assert (await program.get(path)).status_code == 401
        assert (await wrong.get(path)).status_code == 401


async def test_a_setting_opens_both_to_everybody() -> None:
    async with running(open_metrics=True) as house:
        browser = await house.browser()

        assert (await browser.get("/openapi.json")).json()["openapi"] == "3.1.0"
        assert "Sign out" not in (await browser.get("/docs")).text


async def test_the_page_shows_every_call_and_takes_nothing_from_elsewhere(house: House) -> None:
    page = (await (await house.browser(house.team["Rep One"])).get("/docs")).text

    said = text_of(page)
    for method, path, _ in operations().values():
        assert f"{method.upper()} {path}" in said
    assert not re.search(r'(?:src|href)="(?!/|#)', page)
    assert set(re.findall(r'href="#(body-\w+)"', page)) <= set(re.findall(r'id="(body-\w+)"', page))


def test_every_handler_for_programs_is_described_and_nothing_else() -> None:
    handlers = {handler.operation_id for handler in [*API, *HOOKS, *HEALTH]}

    assert set(operations()) == handlers == set(OPERATIONS)


def test_every_reference_leads_somewhere() -> None:
    names = re.findall(r'"#/components/schemas/(\w+)"', json.dumps(DOCUMENT))

    assert set(names) <= set(SCHEMAS)


def test_every_call_with_a_body_names_each_way_to_fail() -> None:
    for name, (_, path, operation) in operations().items():
        statuses = set(operation["responses"])
        if path.startswith("/api/"):
            assert {"401", "403", "503"} <= statuses
            assert ("requestBody" in operation) <= ({"400", "413", "415", "422"} <= statuses)
        assert ("{" in path) <= ("404" in statuses), name


@pytest.mark.parametrize(
    ("name", "statuses"),
    [
        ("createLead", {"200", "201", "202", "400", "401", "403", "409", "413", "415", "422", "503"}),
        ("createUser", {"201", "400", "401", "403", "409", "413", "415", "422", "503"}),
        ("hook", {"200", "202", "400", "401", "404", "413", "503"}),
    ],
)
def test_the_statuses_of_a_call_are_those(name: str, statuses: set[str]) -> None:
    assert set(operations()[name][2]["responses"]) == statuses


async def test_answers_are_as_described(house: House) -> None:
    program = await house.browser(headers=await house.key("admin"))
    made = await program.post("/api/v1/leads", json=body(message="Hello"))
    lead = f"/api/v1/leads/{made.json()['id']}"
    draft = f"/api/v1/rulesets/{(await program.post('/api/v1/rulesets', json=TURNED)).json()['id']}"
    calls: list[tuple[str, str, str, Any]] = [
        ("createLead", "POST", "/api/v1/leads", body(email=made.json()["email"])),
        ("createLead", "POST", "/api/v1/leads", {}),
        ("createLead", "POST", "/api/v1/leads", "text"),
        ("createLeads", "POST", "/api/v1/leads/bulk", {"items": [body(), {}, made.json()["email"]]}),
        ("createLeads", "POST", "/api/v1/leads/bulk", []),
        ("listLeads", "GET", "/api/v1/leads", None),
        ("listLeads", "GET", "/api/v1/leads?limit=0", None),
        ("getLead", "GET", lead, None),
        ("getLead", "GET", "/api/v1/leads/x", None),
        ("listActivities", "GET", f"{lead}/activities", None),
        ("explainLead", "GET", f"{lead}/explain", None),
        ("listSubmissions", "GET", "/api/v1/submissions", None),
        ("listNotifications", "GET", "/api/v1/notifications", None),
        ("listUsers", "GET", "/api/v1/users", None),
        ("createUser", "POST", "/api/v1/users", {"full_name": "Ann", "email": "ann@x.example.com"}),
        ("createUser", "POST", "/api/v1/users", {"full_name": "Ann", "email": "ann@x.example.com"}),
        ("updateUser", "PATCH", f"/api/v1/users/{house.team['Rep One'].id}", {"max_active_leads": 3}),
        ("invitePerson", "POST", "/api/v1/invitations", {"full_name": "Bob", "email": "bob@x.example.com"}),
        ("inviteUser", "POST", f"/api/v1/users/{house.team['Rep One'].id}/invitation", None),
        ("inviteUser", "POST", f"/api/v1/users/{house.team['Gone'].id}/invitation", None),
        ("createApiKey", "POST", "/api/v1/api-keys", {"name": "Site", "scopes": ["leads:create"]}),
        ("createApiKey", "POST", "/api/v1/api-keys", {"name": "", "scopes": ["all"]}),
        ("listApiKeys", "GET", "/api/v1/api-keys", None),
        ("revokeApiKey", "DELETE", "/api/v1/api-keys/x", None),
        ("advanceLead", "POST", f"{lead}/status", {"status": "Contacted"}),
        ("advanceLead", "POST", f"{lead}/status", {"status": "New"}),
        ("addNote", "POST", f"{lead}/notes", {"note": "Be quick."}),
        ("logAttempt", "POST", f"{lead}/attempts", {"kind": "call", "outcome": "no_answer"}),
        ("prioritizeLead", "POST", f"{lead}/priority", {"flag": True}),
        ("assignLead", "POST", f"{lead}/assign", {"user_id": "auto"}),
        ("assignLead", "POST", f"{lead}/assign", {"user_id": str(house.team["Rep One"].id)}),
        ("explainLead", "GET", f"{lead}/explain", None),
        ("assignLead", "POST", f"{lead}/assign", {"user_id": None}),
        ("explainLead", "GET", f"{lead}/explain", None),
        ("editLead", "PATCH", lead, {"industry": "Healthcare"}),
        (
            "countEvent",
            "POST",
            "/api/v1/events",
            {"email": made.json()["email"], "type": "email_reply", "event_id": "1"},
        ),
        ("createRuleset", "POST", "/api/v1/rulesets", TURNED),
        ("createRuleset", "POST", "/api/v1/rulesets", {"name": ""}),
        ("validateRuleset", "POST", "/api/v1/rulesets/validate", TURNED),
        ("validateRuleset", "POST", "/api/v1/rulesets/validate", {}),
        ("listRulesets", "GET", "/api/v1/rulesets", None),
        ("getRuleset", "GET", "/api/v1/rulesets/1", None),
        ("getRuleset", "GET", draft, None),
        ("getRuleset", "GET", "/api/v1/rulesets/7", None),
        ("replaceRuleset", "PUT", draft, TURNED),
        ("replaceRuleset", "PUT", "/api/v1/rulesets/1", TURNED),
        ("previewRuleset", "POST", f"{draft}/validate", {}),
        ("publishRuleset", "POST", f"{draft}/publish", {}),
        ("rollBackRuleset", "POST", "/api/v1/rulesets/1/rollback?notify=true", {}),
        ("rollBackRuleset", "POST", "/api/v1/rulesets/3/rollback", {}),
        ("health", "GET", "/healthz", None),
        ("readiness", "GET", "/readyz", None),
    ]
    for name, method, path, sent in calls:
        answer = (
            await program.request(method, path, json=sent) if sent is not None else await program.request(method, path)
        )
        described = operations()[name][2]["responses"].get(str(answer.status_code))

        assert described, (name, answer.status_code, answer.text)
        ((media_type, content),) = described["content"].items()
        assert answer.headers["content-type"].partition(";")[0] == media_type, name
        assert fits(answer.json(), content["schema"]), (name, answer.text)


async def test_a_stale_edit_is_refused_as_described(house: House) -> None:
    program = await house.browser(headers=await house.key("admin"))
    made = (await program.post("/api/v1/leads", json=body())).json()
    seen = (await program.get(f"/api/v1/leads/{made['id']}")).headers["etag"]

    first = await program.patch(
        f"/api/v1/leads/{made['id']}", json={"phone": "+1 555 0100"}, headers={"If-Match": seen}
    )
    stale = await program.patch(
        f"/api/v1/leads/{made['id']}", json={"phone": "+1 555 0101"}, headers={"If-Match": seen}
    )

    assert (first.status_code, stale.status_code) == (200, 412)
    assert "412" in operations()["editLead"][2]["responses"]


async def test_a_lead_is_answered_with_exactly_the_fields_described(house: House) -> None:
    program = await house.browser(headers=await house.key("admin"))

    made = await program.post("/api/v1/leads", json=body())
    lead = await program.get(f"/api/v1/leads/{made.json()['id']}")

    assert set(made.json()) == set(SCHEMAS["Captured"]["properties"])
    assert set(lead.json()) == set(SCHEMAS["Lead"]["properties"])
    assert "route_decision" not in lead.json()


async def test_what_is_described_as_needed_is_needed(house: House) -> None:
    program = await house.browser(headers=await house.key("admin"))
    for path, name in (("/api/v1/leads", "NewLead"), ("/api/v1/users", "NewUser"), ("/api/v1/leads/bulk", "NewLeads")):
        answer = await program.post(path, json={})

        assert [fault["pointer"] for fault in answer.json()["errors"]] == [f"/{n}" for n in SCHEMAS[name]["required"]]


def test_the_fields_of_a_user_are_those_that_may_be_set() -> None:
    values = {"string": "x", "boolean": True, "integer": 1}
    for name, schema in SCHEMAS["NewUser"]["properties"].items():
        kind = schema["type"] if isinstance(schema["type"], str) else schema["type"][0]
        value = (schema.get("enum") or schema.get("examples") or [values[kind]])[0]

        assert not check_user_fields({name: value}, is_new=False)
        if "maxLength" in schema:
            assert not check_user_fields({name: "x" * schema["maxLength"]}, is_new=False)
            assert check_user_fields({name: "x" * (schema["maxLength"] + 1)}, is_new=False)
    assert check_user_fields({"password_hash": "x"}, is_new=False)


def test_the_scope_that_is_described_is_the_one_that_is_asked_for() -> None:
    described = {name: operation.scope for name, operation in OPERATIONS.items()}
    asked_for = {
        str(handler.operation_id): RIGHTS[action].scope
        for handler in [*API, *HOOKS, *HEALTH]
        for action in actions_of(handler).values()
    }

    assert described == asked_for


def test_the_filters_that_are_described_are_those_that_are_read() -> None:
    assert {*LEAD_FILTERS, *PAGING} == LEAD_PARAMS
