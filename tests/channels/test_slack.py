"""What only Slack does: blocks, mentions, buttons and its many ways to say no."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from leadline.channels.slack import SlackAccess, SlackChannel, fault
from leadline.domain.lead_edits import etag
from leadline.domain.lifecycle import REASONS
from leadline.ports.channels import PermanentFault, TransientFault
from tests.builders import an_id, user
from tests.channels.occasions import HOSTILE, hot_lead, occasion
from tests.channels.slack_provider import SlackProvider, slack_provider, slack_webhook_provider


@pytest_asyncio.fixture
async def slack() -> AsyncIterator[SlackProvider]:
    async with slack_provider() as running:
        yield running


def rendered(slack: SlackProvider, template: str = "hot_lead_alert", **fields: Any) -> Any:
    """What would be posted."""
    return slack.channel.render(occasion(template, "#leads", channel="slack", **fields)).parts


def texts(parts: Any) -> Iterator[str]:
    """Every text of a message that Slack reads markup in."""
    if isinstance(parts, dict):
        if parts.get("type") == "mrkdwn":
            yield parts["text"]
        for value in parts.values():
            yield from texts(value)
    elif isinstance(parts, list):
        for value in parts:
            yield from texts(value)


def buttons(parts: Any) -> dict[str, Any]:
    """The buttons by their action."""
    return {b["action_id"]: b for block in parts["blocks"] if block["type"] == "actions" for b in block["elements"]}


async def test_a_message_goes_to_its_channel_with_a_fallback_and_shows_no_previews(slack: SlackProvider) -> None:
    content = slack.channel.render(occasion("hot_lead_alert", "#leads"))
    receipt = await slack.channel.send("#leads", content, "k1")
    ((method, said),) = slack.asked

    assert method == "chat.postMessage"
    assert said["channel"] == "#leads"
    assert said["text"] == "Hot lead: Zoë Quartz at Northwind Traders, score 95"
    assert said["unfurl_links"] is False
    assert said["metadata"]["event_payload"] == {"key": "k1"}
    assert receipt.provider_id == "C024BE91L/1405895017.000506"


async def test_what_is_no_card_is_known_by_its_message_only(slack: SlackProvider) -> None:
    content = slack.channel.render(occasion("digest", "#leads", facts={"leads": [hot_lead()]}))
    receipt = await slack.channel.send("#leads", content, "k1")

    assert receipt.provider_id == "1405895017.000506"


def test_the_owner_is_mentioned_by_the_id_slack_gave(slack: SlackProvider) -> None:
    assert "<@U0RITA>" in "".join(texts(rendered(slack)))


@pytest.mark.parametrize("slack_id", [None, "", "!channel", "U1> <!here", "Ü1"])
def test_nothing_but_an_id_becomes_a_mention(slack: SlackProvider, slack_id: str | None) -> None:
    said = "".join(texts(rendered(slack, to=user(slack_user_id=slack_id))))

    assert "<@" not in said
    assert "<!" not in said


def test_buttons_carry_the_lead_and_the_mark_of_what_was_seen(slack: SlackProvider) -> None:
    about = hot_lead(id=an_id(7))
    parts = rendered(slack, about=about)
    (block,) = [block for block in parts["blocks"] if block["type"] == "actions"]

    assert list(buttons(parts)) == ["claim", "contacted", "disqualify"]
    assert buttons(parts)["claim"]["value"] == block["block_id"] == f"{about.id}/{etag(about)}"
    assert [name for name, button in buttons(parts).items() if "style" in button] == ["claim"]


def test_each_reason_that_needs_no_note_can_be_chosen(slack: SlackProvider) -> None:
    options = buttons(rendered(slack))["disqualify"]["options"]

    assert [option["value"] for option in options] == [r for r in REASONS if r != "other"]
    assert all(len(option["text"]["text"]) <= 75 for option in options)


def test_where_clicks_are_not_believed_there_are_no_buttons() -> None:
    deaf = SlackChannel(SlackAccess("xoxb-1", takes_clicks=False))

    assert buttons(deaf.render(occasion("hot_lead_alert", "#leads")).parts) == {}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"assigned_to": an_id(1)}, ["contacted", "disqualify"]),
        ({"assigned_to": an_id(1), "status": "Contacted"}, ["disqualify"]),
        ({"assigned_to": an_id(1), "status": "Disqualified"}, []),
        ({"assigned_to": an_id(1), "status": "Opportunity"}, []),
    ],
)
def test_only_what_can_still_be_done_has_a_button(
    slack: SlackProvider, fields: dict[str, Any], expected: list[str]
) -> None:
    assert list(buttons(rendered(slack, about=hot_lead(**fields)))) == expected


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_stranger_wrote_stays_text(slack: SlackProvider, text: str) -> None:
    about = hot_lead(contact_name=text, company_name=text, message=text, inquiry_type=text, industry=text)
    parts = rendered(slack, about=about, to=user(slack_user_id=None))
    link = f"<https://leads.example.com/leads/{about.id}|Open the lead>"

    for said in (parts["text"], *texts(parts)):
        bare = said.replace(link, "")
        assert "<" not in bare
        assert ">" not in bare.replace("\n> ", "").removeprefix("> ")
    assert "&lt;!channel&gt;" in parts["text"] or "<!channel>" not in text


@pytest.mark.parametrize("letter", ["x", "&", "😀"])
def test_the_longest_lead_stays_within_slacks_limits(slack: SlackProvider, letter: str) -> None:
    text = letter * 20_000
    about = hot_lead(
        contact_name=text, company_name=text, message=text, inquiry_type=text, industry=text, current_solution=text,
        budget_timeline=text, company_size=text, score_breakdown={f"{text}{n}": n for n in range(1, 200)},
    )  # fmt: skip
    parts = rendered(slack, about=about)

    assert len(parts["blocks"]) <= 50
    assert all(len(block.get("fields", [])) <= 10 for block in parts["blocks"])
    assert all(len(said) <= 3_000 for said in texts(parts))
    assert all(len(field["text"]) <= 2_000 for block in parts["blocks"] for field in block.get("fields", []))
    assert sum(map(len, texts(parts))) < 13_000
    assert len(parts["text"]) <= 3_000


@pytest.mark.parametrize("template", ["mapping_drift", "endpoint_silent"])
def test_a_notice_says_what_stands_in_its_row(slack: SlackProvider, template: str) -> None:
    said = "".join(texts(rendered(slack, template, subject="Nothing at <main>", body="See the form.")))

    assert "Nothing at &lt;main&gt;" in said
    assert "See the form." in said


def test_a_digest_has_a_link_for_each_lead_and_counts_the_rest(slack: SlackProvider) -> None:
    parts = rendered(slack, "digest", facts={"leads": [hot_lead() for _ in range(30)]})

    assert "".join(texts(parts)).count("Zoë Quartz") == 25
    assert "And 5 more" in "".join(texts(parts))
    assert len(parts["blocks"]) <= 50


def test_leads_that_came_at_once_name_whom_each_is_for(slack: SlackProvider) -> None:
    mine, nobodys = hot_lead(), hot_lead()
    about = occasion(
        "digest", "#leads", facts={"leads": [mine, nobodys], "people": {mine.id: [user(slack_user_id="U0RITA")]}}
    )
    said = list(texts(slack.channel.render(replace(about, user=None)).parts))

    assert [text.split("https")[0] for text in said if "Zoë" in text] == ["<@U0RITA> <", "<"]
    assert "*2 leads at once*" in said


@pytest.mark.parametrize("template", ["password_reset", "invitation", "warm_lead_nurture"])
def test_secrets_and_letters_to_leads_are_not_sent_to_slack(slack: SlackProvider, template: str) -> None:
    with pytest.raises(PermanentFault, match="not sent to Slack"):
        rendered(slack, template)


async def test_a_card_is_edited_in_place_and_says_who_has_the_lead(slack: SlackProvider) -> None:
    about = occasion(
        "card_update",
        "C024BE91L/1405895017.000506",
        about=hot_lead(assigned_to=an_id(1), status="Contacted"),
        facts={"owner": "Rita <Rep>"},
    )
    await slack.channel.send(about.notification.recipient, slack.channel.render(about), "k1")
    ((method, said),) = slack.asked

    assert method == "chat.update"
    assert (said["channel"], said["ts"]) == ("C024BE91L", "1405895017.000506")
    assert "Contacted, owned by Rita &lt;Rep&gt;." in "".join(texts(said["blocks"]))


@pytest.mark.parametrize(
    ("gone", "words"), [({"is_deleted": True}, "was deleted"), ({"is_spam": True}, "turned out to be spam")]
)
def test_a_card_of_a_lead_that_is_gone_says_nothing_of_it(slack: SlackProvider, gone: Any, words: str) -> None:
    content = slack.channel.render(occasion("card_update", "C1/1.0", about=hot_lead(**gone)))

    said = repr(content)
    assert words in said
    assert not [word for word in ("Quartz", "Northwind", "spreadsheets", "claim", "disqualify") if word in said]


async def test_what_a_webhook_posted_cannot_be_edited() -> None:
    async with slack_webhook_provider() as slack:
        about = occasion("card_update", "k1/none")
        with pytest.raises(PermanentFault, match="SLACK_BOT_TOKEN"):
            await slack.channel.send("k1/none", slack.channel.render(about), "k1")

    assert slack.asked == []


async def test_the_pause_that_slack_asks_for_is_passed_on(slack: SlackProvider) -> None:
    slack.manners = ["ask to wait"]
    with pytest.raises(TransientFault) as caught:
        await slack.channel.send("#leads", slack.channel.render(occasion("hot_lead_alert", "#leads")), "k1")

    assert caught.value.retry_after_seconds == 7


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (200, "invalid_auth", TransientFault),
        (200, "not_in_channel", TransientFault),
        (200, "internal_error", TransientFault),
        (200, "fatal_error", TransientFault),
        (200, "ratelimited", TransientFault),
        (500, "", TransientFault),
        (429, "", TransientFault),
        (200, "channel_not_found", PermanentFault),
        (200, "is_archived", PermanentFault),
        (200, "msg_too_long", PermanentFault),
        (200, "msg_blocks_too_long", PermanentFault),
        (200, "invalid_blocks", PermanentFault),
        (200, "", TransientFault),
        (404, "no_service", PermanentFault),
        (410, "channel_is_archived", PermanentFault),
    ],
)
def test_each_no_is_told_apart_in_slacks_words(status: int, code: str, expected: type[Exception]) -> None:
    found = fault(status, code, {})

    assert type(found) is expected
    assert code in str(found)


@pytest.mark.parametrize(("sent", "read"), [("30", 30), ("999999999", 3600), ("soon", None), ("-1", None), ("", None)])
def test_a_pause_is_read_with_a_bound(sent: str, read: float | None) -> None:
    found = fault(429, "ratelimited", {"retry-after": sent})

    assert isinstance(found, TransientFault)
    assert found.retry_after_seconds == read


@pytest.mark.parametrize(
    "text", ["[]", "not json", '{"ok": false, "error": 7}', '"ok"', '{"ok": false, "error": null}']
)
async def test_an_answer_that_is_none_is_a_fault(slack: SlackProvider, text: str) -> None:
    slack.answer = (200, text, {})

    with pytest.raises((TransientFault, PermanentFault)):
        await slack.channel.send("#leads", slack.channel.render(occasion("hot_lead_alert", "#leads")), "k1")
