"""Rule sets over the API: what is kept, what is refused, what scores, and what becomes of the leads."""

import asyncio
import json
from typing import Any

import httpx2
import pytest

from leadline.domain.publications import RULESET_BYTES_MAX
from leadline.web.api_rulesets import PREVIEW_MOVES_MAX, RULESET_BODY_MAX
from leadline.worker import run_rescoring
from tests.builders import COLD, an_id, body
from tests.rule_sets import TURNED, renamed
from tests.web.browsing import House

RULESETS = "/api/v1/rulesets"
BAD: dict[str, tuple[dict[str, Any], list[str]]] = {
    "an unknown field": ({"colour": "red"}, ["/colour"]),
    "a field that no lead has": (
        {"groups": [{"name": "a", "rules": [{"when": {"shoe_size": 44}, "points": 1}]}]},
        ["/groups/0/rules/0/when/shoe_size"],
    ),
    "an unknown operator": (
        {"groups": [{"name": "a", "rules": [{"when": {"email_reply_count": {"more_than": 1}}, "points": 1}]}]},
        ["/groups/0/rules/0/when/email_reply_count/more_than"],
    ),
    "two values at once": (
        {"groups": [{"name": "a", "rules": [{"when": {"industry": "X", "email_class": "free"}, "points": 1}]}]},
        ["/groups/0/rules/0/when"],
    ),
    "a range without numbers": (
        {"groups": [{"name": "a", "rules": [{"when": {"email_reply_count": {"at_least": 3, "at_most": 2}}, "points": 1}]}]},
        ["/groups/0/rules/0/when/email_reply_count"],
    ),
    "a size that is none": (
        {"groups": [{"name": "a", "rules": [{"when": {"company_size": "2-10"}, "points": 1}]}]},
        ["/groups/0/rules/0/when/company_size"],
    ),
    "points that are no integer": (
        {"groups": [{"name": "a", "rules": [{"when": {"industry": "X"}, "points": 1.5}]}]},
        ["/groups/0/rules/0/points"],
    ),
    "thresholds in the wrong order": ({"thresholds": {"hot": 50, "warm": 80}}, ["/thresholds"]),
    "thresholds out of range": ({"thresholds": {"hot": 101, "warm": -1}}, ["/thresholds/hot", "/thresholds/warm"]),
    "two groups of one name": ({"groups": [TURNED["groups"][0]] * 2}, ["/groups/1/name"]),
    "a cap below 0": ({"groups": [TURNED["groups"][0] | {"cap": -1}]}, ["/groups/0/cap"]),
}  # fmt: skip


async def admin(house: House) -> httpx2.AsyncClient:
    return await house.browser(headers=await house.key("admin"))


async def drafted(program: httpx2.AsyncClient, document: dict[str, Any] = TURNED) -> dict[str, Any]:
    made = await program.post(RULESETS, json=document)
    assert made.status_code == 201
    return made.json() | {"etag": made.headers["etag"], "path": f"{RULESETS}/{made.json()['id']}"}


async def versions(program: httpx2.AsyncClient) -> list[int | None]:
    return [row["version"] for row in (await program.get(RULESETS)).json()["items"]]


@pytest.mark.parametrize(("fields", "pointers"), BAD.values(), ids=BAD)
async def test_a_faulty_rule_set_is_refused_with_pointers_wherever_it_is_sent(
    house: House, fields: dict[str, Any], pointers: list[str]
) -> None:
    program = await admin(house)
    draft = await drafted(program)
    sent = TURNED | fields

    answers = [
        await program.post(RULESETS, json=sent),
        await program.post(f"{RULESETS}/validate", json=sent),
        await program.put(draft["path"], json=sent),
    ]

    assert [answer.status_code for answer in answers] == [422] * 3
    for answer in answers:
        assert [fault["pointer"] for fault in answer.json()["errors"]] == pointers
        assert all(fault["detail"] for fault in answer.json()["errors"])
    assert (await program.get(draft["path"])).json()["rules"] == draft["rules"]
    assert await versions(program) == [None, 1]


async def test_a_rule_set_that_is_too_big_is_refused(house: House) -> None:
    program = await admin(house)
    names = [f"{number:03}{'x' * 90}" for number in range(200)]
    groups = [{"name": f"group_{c}", "rules": [{"when": {"industry": names}, "points": 1}]} for c in "abcdefghijklmno"]

    big = await program.post(RULESETS, json=TURNED | {"groups": groups})
    bigger = await program.post(
        RULESETS, content=b" " * (RULESET_BODY_MAX + 1), headers={"Content-Type": "application/json"}
    )

    assert (big.status_code, big.json()["errors"][0]["pointer"]) == (422, "")
    assert str(RULESET_BYTES_MAX) in big.json()["errors"][0]["detail"]
    assert bigger.status_code == 413


@pytest.mark.parametrize("content", [b"", b"[", b'"\\ud800"', b"[" * 5_000, b"\xff"])
async def test_what_cannot_be_read_is_no_rule_set(house: House, content: bytes) -> None:
    program = await admin(house)

    answer = await program.post(RULESETS, content=content, headers={"Content-Type": "application/json"})

    assert answer.status_code == 400


async def test_a_draft_is_written_looked_at_tried_and_published(house: House) -> None:
    program = await admin(house)
    lead = (await program.post("/api/v1/leads", json=body())).json()
    draft = await drafted(program, renamed("Autumn"))

    changed = await program.put(draft["path"], json=TURNED, headers={"If-Match": draft["etag"]})
    tried = (await program.post(f"{draft['path']}/validate")).json()
    published = await program.post(f"{draft['path']}/publish", headers={"If-Match": changed.headers["etag"]})
    gone = await program.get(draft["path"])

    assert (draft["status"], draft["version"], draft["is_current"], draft["by"]["name"]) == (
        "draft",
        None,
        False,
        "a test",
    )
    assert "version" not in draft["rules"]
    assert tried["migration"]["Hot"] == {"Hot": 0, "Warm": 1, "Cold": 0}
    assert [(move["lead_id"], move["old_score"], move["new_score"]) for move in tried["moves"]] == [
        (lead["id"], 95, 70)
    ]
    assert (tried["leads"], tried["moved"], tried["is_complete"]) == (1, 1, True)
    assert published.status_code == 200
    assert {name: published.json()[name] for name in ("version", "status", "is_current", "leads_to_rescore", "notifies")} == {
        "version": 2, "status": "published", "is_current": True, "leads_to_rescore": 1, "notifies": False,
    }  # fmt: skip
    assert (published.json()["rules"]["version"], gone.status_code) == (2, 404)


async def test_the_leads_follow_within_seconds_and_the_progress_is_to_be_seen(house: House) -> None:
    program = await admin(house)
    lead = (await program.post("/api/v1/leads", json=body())).json()
    draft = await drafted(program)
    await program.post(f"{draft['path']}/publish")
    stopping = asyncio.Event()
    working = asyncio.create_task(run_rescoring(house.store, house.services.house, stopping, poll_seconds=0.01))

    async with asyncio.timeout(60):
        while (await program.get(f"{RULESETS}/2")).json()["leads_to_rescore"]:
            await asyncio.sleep(0.01)
    stopping.set()
    await working

    now = (await program.get(f"/api/v1/leads/{lead['id']}")).json()
    assert (now["ruleset_version"], now["lead_score"], now["category"]) == (2, 70, "Warm")
    assert (await program.get(f"/api/v1/leads/{lead['id']}/explain")).json()["score"]["ruleset_version"] == 2


async def test_a_post_right_after_the_publication_is_scored_by_it(house: House) -> None:
    program = await admin(house)
    await program.post("/api/v1/leads", json=body())
    draft = await drafted(program)
    await program.post(f"{draft['path']}/publish")

    for _ in range(2):
        lead = (await program.post("/api/v1/leads", json=body(**COLD))).json()

        assert (lead["ruleset_version"], lead["lead_score"], lead["category"]) == (2, 90, "Hot")


async def test_a_roll_back_publishes_the_old_words_anew(house: House) -> None:
    program = await admin(house)
    await program.post(f"{(await drafted(program))['path']}/publish")

    back = (await program.post(f"{RULESETS}/1/rollback?notify=true")).json()
    again = await program.post(f"{RULESETS}/3/rollback")

    first = (await program.get(f"{RULESETS}/1")).json()
    assert (back["version"], back["restores"], back["notifies"], back["is_current"]) == (3, 1, True, True)
    assert back["rules"] == first["rules"] | {"version": 3}
    assert (first["is_current"], first["by"]["name"], again.status_code) == (False, "Leadline", 409)
    assert await versions(program) == [3, 2, 1]


async def test_a_published_rule_set_never_changes(house: House) -> None:
    program = await admin(house)
    before = (await program.get(f"{RULESETS}/1")).json()

    answers = [
        await program.put(f"{RULESETS}/1", json=TURNED),
        await program.delete(f"{RULESETS}/1"),
        await program.post(f"{RULESETS}/1/publish"),
    ]

    assert [answer.status_code for answer in answers] == [409] * 3
    assert "never changes" in answers[0].json()["detail"]
    assert (await program.get(f"{RULESETS}/1")).json() == before


async def test_a_stale_mark_is_refused_and_changes_nothing(house: House) -> None:
    program = await admin(house)
    draft = await drafted(program)
    await program.put(draft["path"], json=renamed("Newer"), headers={"If-Match": draft["etag"]})
    stale = {"If-Match": draft["etag"]}

    answers = [
        await program.put(draft["path"], json=TURNED, headers=stale),
        await program.delete(draft["path"], headers=stale),
        await program.post(f"{draft['path']}/publish", headers=stale),
    ]

    assert [answer.status_code for answer in answers] == [412] * 3
    assert (await program.get(draft["path"])).json()["name"] == "Newer"
    assert await versions(program) == [None, 1]


async def test_a_draft_is_taken_away(house: House) -> None:
    program = await admin(house)
    draft = await drafted(program)

    gone = await program.delete(draft["path"])

    assert (gone.status_code, gone.json()["id"]) == (200, draft["id"])
    assert (await program.delete(draft["path"])).status_code == 404
    assert await versions(program) == [1]


@pytest.mark.parametrize("ref", ["x", "0", "99", "9" * 30, "٣", str(an_id(9))])
async def test_what_is_not_there_is_404(house: House, ref: str) -> None:
    program = await admin(house)

    answers = [await program.get(f"{RULESETS}/{ref}"), await program.post(f"{RULESETS}/{ref}/validate")]
    back = await program.post(f"{RULESETS}/{ref}/rollback")

    assert [answer.status_code for answer in (*answers, back)] == [404] * 3


async def test_the_list_is_paged_drafts_first(house: House) -> None:
    program = await admin(house)
    drafts = [await drafted(program, renamed(f"Draft {number}")) for number in range(2)]
    await program.post(f"{(await drafted(program))['path']}/publish")

    found, cursor = [], None
    while True:
        page = (await program.get(RULESETS, params={"limit": 1} | ({"cursor": cursor} if cursor else {}))).json()
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert [row["id"] or row["version"] for row in found] == [drafts[1]["id"], drafts[0]["id"], 2, 1]
    assert [row["is_current"] for row in found] == [False, False, True, False]
    assert not any("rules" in row for row in found)
    assert (await program.get(RULESETS, params={"limit": 0})).status_code == 422
    assert (await program.get(RULESETS, params={"cursor": "x"})).status_code == 422


async def test_reading_needs_one_scope_and_all_else_the_admins(house: House) -> None:
    owner, reader = await admin(house), await house.browser(headers=await house.key("leads:read", "leads:write"))
    other, nobody = await house.browser(headers=await house.key("users")), await house.browser()
    draft = await drafted(owner)
    reads = [("GET", RULESETS), ("GET", f"{RULESETS}/1"), ("GET", draft["path"])]
    writes = [("POST", RULESETS), ("POST", f"{RULESETS}/validate"), ("PUT", draft["path"]), ("DELETE", draft["path"])]
    writes += [("POST", f"{draft['path']}/{act}") for act in ("validate", "publish")] + [
        ("POST", f"{RULESETS}/1/rollback")
    ]

    for method, path in reads:
        assert [(await who.request(method, path)).status_code for who in (reader, other, nobody)] == [200, 403, 401]
    for method, path in writes:
        assert [(await who.request(method, path, json=TURNED)).status_code for who in (reader, nobody)] == [403, 401]


async def test_a_preview_names_so_many_leads_and_counts_all(house: House) -> None:
    program = await admin(house)
    for _ in range(PREVIEW_MOVES_MAX + 1):
        await house.lead(company_size="1-10", category="Cold")

    tried = (await program.post(f"{RULESETS}/validate", json=TURNED)).json()

    assert (tried["moved"], len(tried["moves"])) == (PREVIEW_MOVES_MAX + 1, PREVIEW_MOVES_MAX)
    assert json.dumps(tried["moves"][0]).count("Firm") == 1
    assert await versions(program) == [1]
