"""What every channel promises, against a provider of its own on loopback."""

import logging
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from leadline.ids import new_id
from leadline.ports.channels import Channel, Content, PermanentFault, TransientFault
from tests.channels.mail_provider import mail_provider
from tests.channels.mail_provider import unmade_channel as unmade_email
from tests.channels.occasions import HOSTILE, hot_lead, occasion
from tests.channels.provider import Manner, Opening, Provider
from tests.channels.slack_provider import slack_provider, slack_webhook_provider
from tests.channels.slack_provider import unmade_channel as unmade_slack

PROVIDERS: dict[str, Opening] = {
    "email": mail_provider,
    "slack": slack_provider,
    "slack webhook": slack_webhook_provider,
}
UNMADE: dict[str, Callable[[], Channel]] = {"email": unmade_email, "slack": unmade_slack}
ALERTS = ("hot_lead_alert", "lead_assigned", "lead_waiting")


@pytest_asyncio.fixture(params=PROVIDERS)
async def provider(request: pytest.FixtureRequest) -> AsyncIterator[Provider]:
    async with PROVIDERS[request.param]() as running:
        yield running


def an_alert(provider: Provider) -> Content:
    return provider.channel.render(occasion("hot_lead_alert", provider.recipient))


async def test_a_message_is_taken_once_and_the_receipt_says_what_the_provider_said(provider: Provider) -> None:
    receipt = await provider.channel.send(provider.recipient, an_alert(provider), str(new_id()))

    assert len(provider.taken) == 1
    assert receipt.provider_id
    assert receipt.response


async def test_the_key_goes_along_and_is_the_same_at_each_try(provider: Provider) -> None:
    key = str(new_id())

    for _ in range(2):
        await provider.channel.send(provider.recipient, an_alert(provider), key)

    assert [key in raw for raw in provider.taken] == [True, True]


@pytest.mark.parametrize("manner", ["refuse", "refuse the recipient"])
async def test_what_is_refused_for_good_is_a_permanent_fault_in_the_providers_words(
    provider: Provider, manner: Manner
) -> None:
    provider.manners = [manner]

    with pytest.raises(PermanentFault) as caught:
        await provider.channel.send(provider.recipient, an_alert(provider), "k1")

    assert str(caught.value)
    assert provider.taken == []


@pytest.mark.parametrize("manner", ["ask to wait", "fail", "drop", "hang"])
async def test_what_may_succeed_later_is_a_transient_fault_and_the_next_message_goes_through(
    provider: Provider, manner: Manner
) -> None:
    provider.manners = [manner]

    with pytest.raises(TransientFault) as caught:
        await provider.channel.send(provider.recipient, an_alert(provider), "k1")
    already = len(provider.taken)
    await provider.channel.send(provider.recipient, an_alert(provider), "k1")

    assert str(caught.value)
    assert already == (1 if manner == "drop" else 0)
    assert len(provider.taken) == already + 1


@pytest.mark.parametrize("template", ALERTS)
def test_rendering_twice_gives_the_same_and_sends_nothing(provider: Provider, template: str) -> None:
    about = occasion(template, provider.recipient)

    assert provider.channel.render(about) == provider.channel.render(about)
    assert provider.taken == []


@pytest.mark.parametrize("template", ALERTS)
def test_a_rep_reads_who_what_they_asked_why_this_score_and_one_link(provider: Provider, template: str) -> None:
    about = occasion(template, provider.recipient)

    said = repr(provider.channel.render(about))

    assert about.lead is not None
    for word in ("Zoë Quartz", "Northwind Traders", "Demo Request", "+30", "51-200", "+20", "Could we see a demo?"):
        assert word in said
    assert f"{about.origin}/leads/{about.lead.id}" in said
    assert "Engagement" not in said


@pytest.mark.parametrize("text", HOSTILE)
async def test_what_a_stranger_wrote_is_sent_whatever_it_is(provider: Provider, text: str) -> None:
    about = hot_lead(
        company_name=text, contact_name=text, message=text, inquiry_type=text, industry=text, current_solution=text
    )
    content = provider.channel.render(occasion("hot_lead_alert", provider.recipient, about=about))

    await provider.channel.send(provider.recipient, content, "k1")

    assert len(provider.taken) == 1
    assert len(provider.taken[0]) < 100_000


def test_a_template_that_nobody_knows_is_a_permanent_fault(provider: Provider) -> None:
    with pytest.raises(PermanentFault):
        provider.channel.render(occasion("../letter", provider.recipient))


def test_an_alert_whose_lead_is_gone_is_a_permanent_fault(provider: Provider) -> None:
    about = occasion("hot_lead_alert", provider.recipient)

    with pytest.raises(PermanentFault):
        provider.channel.render(type(about)(about.notification, None, about.user, {}, about.origin))


async def test_nothing_personal_stands_in_the_logs(provider: Provider, caplog: pytest.LogCaptureFixture) -> None:
    provider.manners = ["refuse", "ask to wait", "take"]
    with caplog.at_level(logging.DEBUG):
        for _ in range(3):
            try:
                await provider.channel.send(provider.recipient, an_alert(provider), "k1")
            except (PermanentFault, TransientFault):
                continue

    # The test's own mail server writes a log too, and that is not ours.
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("mail.")]
    assert not [message for message in ours if "Quartz" in message or "rita" in message or "Northwind" in message]


@pytest.mark.parametrize("name", UNMADE)
def test_without_settings_nothing_fails_and_what_is_missing_is_said(name: str) -> None:
    hindrance = UNMADE[name]().hindrance

    assert hindrance is not None
    assert "is not set" in hindrance
    assert UNMADE[name]().render(occasion("hot_lead_alert", "x@company.example.com")).body


async def test_with_settings_nothing_hinders(provider: Provider) -> None:
    assert provider.channel.hindrance is None


async def test_a_test_message_needs_no_lead(provider: Provider) -> None:
    about = occasion("test", provider.recipient)
    content = provider.channel.render(type(about)(about.notification, origin=about.origin))
    await provider.channel.send(provider.recipient, content, "k1")

    assert "messages arrive here" in provider.taken[0]
