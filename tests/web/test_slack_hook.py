"""Clicks in Slack: believed by their signature, done with the rights of whom Slack names, refused where the card is old."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest
import pytest_asyncio

from leadline.channels.slack_blocks import content_of
from leadline.clock import utc_now
from leadline.domain.lead_edits import etag
from leadline.domain.leads import Lead
from leadline.domain.notifications import Notification
from leadline.ids import new_id
from leadline.ports import Tx
from leadline.web.slack_hook import is_signed
from tests.channels.occasions import occasion
from tests.channels.slack_provider import SlackProvider, slack_provider
from tests.web.browsing import House, running

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
PATH = "/hooks/slack/interactions"


@pytest_asyncio.fixture
async def slack() -> AsyncIterator[SlackProvider]:
    async with slack_provider() as made:
        yield made


@pytest_asyncio.fixture
async def house() -> AsyncIterator[House]:
    async with running(slack_signing_secret=SECRET) as made:
        await made.hire("Rita Rep", slack_user_id="U0RITA")
        await made.hire("Otto Other", slack_user_id="U0OTTO")
        await made.hire("Mia Manager", "manager", slack_user_id="U0MIA")
        await made.hire("Gone", is_active=False, slack_user_id="U0GONE")
        yield made


def signed(body: str, *, secret: str = SECRET, at: int | None = None) -> dict[str, str]:
    """The headers of Slack."""
    timestamp = str(int(utc_now().timestamp()) if at is None else at)
    signature = hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()
    kind = "application/x-www-form-urlencoded"
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={signature}", "Content-Type": kind}


def clicked(slack: SlackProvider, lead: Lead, action: str, by: str = "U0RITA", reason: str = "not_a_fit") -> str:
    """The body that Slack sends of a click on the card of this lead as it is."""
    blocks = content_of(occasion("hot_lead_alert", "#leads", about=lead), has_buttons=True).parts["blocks"]
    (block,) = [block for block in blocks if block["type"] == "actions"]
    (element,) = [element for element in block["elements"] if element["action_id"] == action]
    sent = {"action_id": action, "block_id": block["block_id"], "type": element["type"]}
    if element["type"] == "static_select":
        (option,) = [option for option in element["options"] if option["value"] == reason]
        sent["selected_option"] = option
    else:
        sent["value"] = element["value"]
    payload = {
        "type": "block_actions",
        "user": {"id": by},
        "actions": [sent],
        "response_url": f"{slack.origin}/services/r",
    }
    return urlencode({"payload": json.dumps(payload)})


async def click(house: House, body: str, **headers: Any) -> httpx2.Response:
    """Post it. The answer comes back when what follows is done, too."""
    return await (await house.browser()).post(PATH, content=body, headers=signed(body, **headers))


def said(slack: SlackProvider) -> str:
    """What the person alone was told."""
    ((_, message),) = slack.asked
    assert message["response_type"] == "ephemeral"
    assert message["replace_original"] is False
    return str(message["text"])


async def test_claim_makes_it_the_leads_owner(house: House, slack: SlackProvider) -> None:
    lead = await house.lead()
    answer = await click(house, clicked(slack, lead, "claim"))

    assert answer.status_code == 200
    assert (await house.store.get_lead(lead.id)).assigned_to == house.team["Rita Rep"].id
    (*_, entry) = (await house.store.list_activities(lead.id, None, 10)).items
    assert entry.actor_name == "Rita Rep"
    assert said(slack)


async def test_contacted_moves_it_on(house: House, slack: SlackProvider) -> None:
    lead = await house.lead(assigned_to=house.team["Rita Rep"].id)
    await click(house, clicked(slack, lead, "contacted"))

    assert (await house.store.get_lead(lead.id)).status == "Contacted"


async def test_disqualify_keeps_the_reason(house: House, slack: SlackProvider) -> None:
    lead = await house.lead(assigned_to=house.team["Rita Rep"].id)
    await click(house, clicked(slack, lead, "disqualify", reason="competitor"))

    assert (await house.store.get_lead(lead.id)).status == "Disqualified"
    entries = (await house.store.list_activities(lead.id, None, 10)).items
    assert any("competitor" in entry.description for entry in entries)


async def test_a_stale_click_is_refused_and_told_what_changed(house: House, slack: SlackProvider) -> None:
    lead = await house.lead()
    old = clicked(slack, lead, "claim", by="U0OTTO")
    await click(house, clicked(slack, lead, "claim"))
    slack.asked.clear()
    await click(house, old)

    assert (await house.store.get_lead(lead.id)).assigned_to == house.team["Rita Rep"].id
    assert said(slack) == "This lead is there no longer, or somebody else has it by now."


async def test_who_may_see_it_is_told_who_has_it_now(house: House, slack: SlackProvider) -> None:
    lead = await house.lead()
    old = clicked(slack, lead, "claim", by="U0MIA")
    await click(house, clicked(slack, lead, "claim"))
    slack.asked.clear()
    await click(house, old)

    assert "it is New now, owned by Rita Rep" in said(slack)


async def test_the_same_click_twice_is_done_once(house: House, slack: SlackProvider) -> None:
    lead = await house.lead(assigned_to=house.team["Rita Rep"].id)
    body = clicked(slack, lead, "contacted")
    await click(house, body)
    slack.asked.clear()
    await click(house, body)

    assert "has changed since" in said(slack)
    entries = (await house.store.list_activities(lead.id, None, 10)).items
    assert [entry.action_type for entry in entries] == ["status_changed"]


@pytest.mark.parametrize("by", ["U0NOBODY", "U0GONE", ""])
async def test_whom_leadline_does_not_know_is_told_so(house: House, slack: SlackProvider, by: str) -> None:
    lead = await house.lead()
    await click(house, clicked(slack, lead, "claim", by=by))

    assert "does not know who you are" in said(slack)
    assert (await house.store.get_lead(lead.id)).assigned_to is None


@pytest.mark.parametrize(
    ("owner", "action", "words"),
    [
        ("Otto Other", "contacted", "somebody else has it"),
        (None, "contacted", "Claim it first"),
    ],
)
async def test_rights_are_those_of_the_screen(
    house: House, slack: SlackProvider, owner: str | None, action: str, words: str
) -> None:
    lead = await house.lead(assigned_to=house.team[owner].id if owner else None)
    await click(house, clicked(slack, lead, action))

    assert words in said(slack)
    assert etag(await house.store.get_lead(lead.id)) == etag(lead)


async def test_a_deleted_lead_is_nothing(house: House, slack: SlackProvider) -> None:
    lead = await house.lead(is_deleted=True, deleted_at=utc_now())
    await click(house, clicked(slack, replace(lead, is_deleted=False), "claim"))

    assert "there no longer" in said(slack)


@pytest.mark.parametrize(
    "wrong",
    [{"secret": "another"}, {"at": 1_531_420_618}, {"at": 99_999_999_999}, {"secret": ""}],
)
async def test_what_is_not_signed_by_slack_now_is_401(
    house: House, slack: SlackProvider, wrong: dict[str, Any]
) -> None:
    lead = await house.lead()
    answer = await click(house, clicked(slack, lead, "claim"), **wrong)

    assert answer.status_code == 401
    assert (await house.store.get_lead(lead.id)).assigned_to is None
    assert slack.asked == []


async def test_a_changed_byte_is_401(house: House, slack: SlackProvider) -> None:
    body = clicked(slack, await house.lead(), "claim")
    answer = await (await house.browser()).post(PATH, content=body + "x", headers=signed(body))

    assert answer.status_code == 401


@pytest.mark.parametrize("signature", ["", "v0=", "v1=abc"])
async def test_a_signature_that_is_none_is_401(house: House, signature: str) -> None:
    headers = signed("payload={}") | {"X-Slack-Signature": signature}
    answer = await (await house.browser()).post(PATH, content="payload={}", headers=headers)

    assert answer.status_code == 401


async def test_without_a_secret_there_is_no_such_place() -> None:
    async with running() as house:
        assert (await click(house, "payload={}")).status_code == 404


@pytest.mark.parametrize("payload", ["", "{}", "[]", "not json", '{"type": "block_actions"}', "[" * 50_000])
async def test_what_slack_never_sends_is_400(house: House, payload: str) -> None:
    assert (await click(house, urlencode({"payload": payload}))).status_code == 400


@pytest.mark.parametrize(
    "payload",
    [{"type": "view_submission"}, {"type": "block_actions", "actions": [{"action_id": "open", "value": "x"}]}],
)
async def test_other_interactions_are_taken_and_left(house: House, payload: dict[str, Any]) -> None:
    answer = await click(house, urlencode({"payload": json.dumps(payload)}))

    assert answer.status_code == 200


async def test_a_slack_that_does_not_take_the_reply_changes_nothing(house: House, slack: SlackProvider) -> None:
    lead = await house.lead()
    slack.manners = ["fail"]
    answer = await click(house, clicked(slack, lead, "claim"))

    assert answer.status_code == 200
    assert (await house.store.get_lead(lead.id)).assigned_to == house.team["Rita Rep"].id


def test_the_published_vector_is_believed() -> None:
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar"
        b"&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com"
        b"%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121"
        b".803a0bc887a14d10d2c447fce8b6703c"
    )
    signature = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"

    assert is_signed(body, "1531420618", signature, SECRET)
    assert not is_signed(body, "1531420619", signature, SECRET)
    assert not is_signed(body, "1531420618", signature, "")


async def test_a_click_queues_an_edit_of_the_card(house: House, slack: SlackProvider) -> None:
    lead = await house.lead()
    card = Notification(
        new_id(), "slack", "lead_waiting", "#leads", utc_now(), lead.id, status="sent", provider_id="C1/1.0"
    )

    async def work(tx: Tx) -> None:
        tx.add_notifications([card])

    await house.store.transact(work)
    await click(house, clicked(slack, lead, "claim"))
    rows = (await house.store.list_notifications("pending", lead.id, None, 10)).items

    assert [(row.template_name, row.recipient) for row in rows] == [("card_update", "C1/1.0")]
