"""What only e-mail does: headers, addresses, refusals and lines."""

import asyncio
from collections.abc import AsyncIterator
from email import message_from_string, policy
from email.message import EmailMessage
from typing import Any

import pytest
import pytest_asyncio
from aiosmtplib import SMTPDataError, SMTPRecipientRefused, SMTPRecipientsRefused

from leadline.channels.email import Sender
from leadline.channels.smtp import MailServerAddress, fault_of
from leadline.ports.channels import Content, PermanentFault, TransientFault
from tests.channels.mail_provider import LINKS, POSTAL_ADDRESS, MailProvider, channel_to, mail_provider
from tests.channels.occasions import HOSTILE, hot_lead, occasion


@pytest_asyncio.fixture
async def mail() -> AsyncIterator[MailProvider]:
    async with mail_provider() as running:
        yield running


def read(raw: str) -> EmailMessage:
    """A mail as a reader's program sees it."""
    message = message_from_string(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


async def sent(mail: MailProvider, template: str, recipient: str | None = None, **fields: Any) -> EmailMessage:
    """A mail of this template, as it arrived."""
    to = recipient or mail.recipient
    await mail.channel.send(to, mail.channel.render(occasion(template, to, **fields)), "k1")
    return read(mail.taken[-1])


async def test_a_mail_has_text_and_html_that_say_the_same(mail: MailProvider) -> None:
    message = await sent(mail, "hot_lead_alert")
    text, html = (part.get_content() for part in message.iter_parts())

    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    for words in ("Zoë Quartz at Northwind Traders", "Demo Request", "Why Hot, 95 points", "Could we see a demo?"):
        assert words in text
        assert words in html


async def test_the_message_id_is_made_of_the_key_and_a_double_has_the_same(mail: MailProvider) -> None:
    content, key = Content("Hello", "Hello"), "01a20e16-cd39-768e-989e-60497e84fe23"
    mail.manners = ["drop"]
    with pytest.raises(TransientFault):
        await mail.channel.send(mail.recipient, content, key)
    await mail.channel.send(mail.recipient, content, key)

    assert [read(raw)["Message-ID"] for raw in mail.taken] == [f"<{key}@acme.example.com>"] * 2


async def test_a_key_that_cannot_stand_in_a_message_id_is_hashed(mail: MailProvider) -> None:
    await mail.channel.send(mail.recipient, Content("Hello", "Hello"), "a key> with\r\nBcc: all")

    assert read(mail.taken[0])["Bcc"] is None
    assert len(read(mail.taken[0])["Message-ID"]) == len("<@acme.example.com>") + 64


async def test_only_mail_to_leads_can_be_unsubscribed_by_one_click(mail: MailProvider) -> None:
    to_lead = await sent(mail, "warm_lead_nurture", mail.lead_recipient)
    to_rep = await sent(mail, "lead_assigned")

    url = to_lead["List-Unsubscribe"].strip("<>")
    assert to_lead["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert LINKS.unsubscribing(url.rpartition("/")[2]) == mail.lead_recipient
    assert url in to_lead.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert POSTAL_ADDRESS in to_lead.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert to_rep["List-Unsubscribe"] is None
    assert POSTAL_ADDRESS not in to_rep.as_string()


@pytest.mark.parametrize("text", HOSTILE)
async def test_no_text_of_a_stranger_makes_a_header_or_a_tag(mail: MailProvider, text: str) -> None:
    about = hot_lead(contact_name=text, company_name=text, message=text, inquiry_type=text)
    message = await sent(mail, "hot_lead_alert", about=about)
    nurture = await sent(mail, "warm_lead_nurture", mail.lead_recipient, about=about)

    known = {"From", "To", "Subject", "Message-ID", "Date", "Auto-Submitted", "MIME-Version", "Content-Type"}
    assert set(message.keys()) == known
    assert set(nurture.keys()) == known | {"List-Unsubscribe", "List-Unsubscribe-Post"}
    assert mail.handler.envelopes[0].rcpt_tos == [mail.recipient]
    for html in (each.get_body(("html",)).get_content() for each in (message, nurture)):  # type: ignore[union-attr]
        assert "<script" not in html
        assert "<img" not in html
        assert "\u202e" not in html


async def test_a_header_that_cannot_be_is_a_permanent_fault(mail: MailProvider) -> None:
    with pytest.raises(PermanentFault):
        await mail.channel.send(mail.recipient, Content("Hello\r\nBcc: all@company.example.com", "Hello"), "k1")

    assert mail.taken == []


@pytest.mark.parametrize(
    "address", ["", "nobody", "a@b@c.example.com", "a@company.example.com\r\nRCPT TO:<b@c.example>"]
)
async def test_what_is_no_address_is_a_dead_one(mail: MailProvider, address: str) -> None:
    with pytest.raises(PermanentFault) as caught:
        await mail.channel.send(address, Content("Hello", "Hello"), "k1")

    assert caught.value.is_dead_address


async def test_a_domain_in_other_letters_is_sent_in_ascii_to_any_server() -> None:
    async with mail_provider(offers_utf8=False) as mail:
        await mail.channel.send("info@bücher.example.com", Content("Grüße", "Schöne Grüße"), "k1")
        (envelope,) = mail.handler.envelopes

    assert envelope.rcpt_tos == ["info@xn--bcher-kva.example.com"]
    assert read(mail.taken[0])["Subject"] == "Grüße"
    assert mail.taken[0].isascii()


async def test_a_mailbox_in_other_letters_goes_to_a_server_that_offers_it(mail: MailProvider) -> None:
    await mail.channel.send("jörg@company.example.com", Content("Hello", "Hello"), "k1")

    assert mail.handler.envelopes[0].rcpt_tos == ["jörg@company.example.com"]
    assert "SMTPUTF8" in mail.handler.envelopes[0].mail_options


async def test_a_mailbox_in_other_letters_is_refused_in_words_where_the_server_does_not_offer_it() -> None:
    async with mail_provider(offers_utf8=False) as mail:
        with pytest.raises(PermanentFault, match="SMTPUTF8") as caught:
            await mail.channel.send("jörg@company.example.com", Content("Hello", "Hello"), "k1")

    assert not caught.value.is_dead_address


@pytest.mark.parametrize(
    ("code", "words", "is_dead"),
    [
        (550, "no such user", True),
        (550, "5.1.1 no such mailbox", True),
        (550, "5.7.1 blocked by policy", False),
        (552, "5.2.2 mailbox full", False),
        (553, "5.1.3 bad address", True),
        (554, "5.7.1 spam", False),
    ],
)
def test_a_refusal_for_good_is_told_from_a_dead_address(code: int, words: str, is_dead: bool) -> None:
    fault = fault_of(SMTPRecipientsRefused([SMTPRecipientRefused(code, words, "x@company.example.com")]))

    assert isinstance(fault, PermanentFault)
    assert fault.is_dead_address == is_dead
    assert str(fault) == f"{code} {words}"


def test_a_refused_message_says_nothing_of_the_address() -> None:
    fault = fault_of(SMTPDataError(550, "no"))

    assert isinstance(fault, PermanentFault)
    assert not fault.is_dead_address


@pytest.mark.parametrize("code", [421, 450, 451, 452])
def test_a_refusal_for_now_is_transient(code: int) -> None:
    refused = SMTPRecipientsRefused([SMTPRecipientRefused(code, "4.7.1 greylisted", "x@company.example.com")])

    fault = fault_of(refused)

    assert isinstance(fault, TransientFault)
    # Only of 421 does the server say that it goes away.
    assert fault.is_there == (code != 421)


async def test_a_burst_takes_one_line_and_few_at_once(mail: MailProvider) -> None:
    for _ in range(5):
        await mail.channel.send(mail.recipient, Content("Hello", "Hello"), "k1")
    in_turn = mail.handler.lines
    await asyncio.gather(*(mail.channel.send(mail.recipient, Content("Hello", "Hello"), "k1") for _ in range(20)))

    assert in_turn == 1
    assert mail.handler.lines <= 4
    assert len(mail.taken) == 25


async def test_a_line_is_made_anew_after_it_was_dropped_and_kept_after_a_refusal(mail: MailProvider) -> None:
    lines = []
    for manner, fault in (("refuse", PermanentFault), ("drop", TransientFault)):
        mail.manners = [manner]  # type: ignore[list-item]
        with pytest.raises(fault):
            await mail.channel.send(mail.recipient, Content("Hello", "Hello"), "k1")
        lines.append(mail.handler.lines)
    await mail.channel.send(mail.recipient, Content("Hello", "Hello"), "k1")

    assert [*lines, mail.handler.lines] == [1, 1, 2]


async def test_a_server_that_is_not_there_is_a_transient_fault(mail: MailProvider) -> None:
    mail.server.close()
    away = channel_to(f"smtp://127.0.0.1:{mail.port}")

    with pytest.raises(TransientFault, match="no line to the mail server"):
        await away.send(mail.recipient, Content("Hello", "Hello"), "k1")


async def test_a_server_that_must_encrypt_and_cannot_gets_no_message(mail: MailProvider) -> None:
    careful = channel_to(f"smtp+starttls://127.0.0.1:{mail.port}")

    with pytest.raises(TransientFault, match="STARTTLS"):
        await careful.send(mail.recipient, Content("Hello", "Hello"), "k1")
    assert mail.taken == []


@pytest.mark.parametrize("template", ["invitation", "password_reset"])
async def test_a_secret_link_is_sent_and_not_stored(mail: MailProvider, template: str) -> None:
    about = occasion(template, mail.recipient)
    content = mail.channel.render(about)
    await mail.channel.send(mail.recipient, content, "k1")

    link = LINKS.welcome(about.notification.id)
    text = read(mail.taken[0]).get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert link in text
    assert LINKS.welcome_token(about.notification.id) not in content.body


@pytest.mark.parametrize("template", ["mapping_drift", "endpoint_silent"])
async def test_a_notice_says_what_stands_in_its_row(mail: MailProvider, template: str) -> None:
    message = await sent(mail, template, subject="Nothing came in at main", body="See <whether> the form still stands.")

    assert message["Subject"] == "Nothing came in at main"
    assert "See &lt;whether&gt; the form" in message.get_body(("html",)).get_content()  # type: ignore[union-attr]


async def test_a_digest_counts_what_it_does_not_show(mail: MailProvider) -> None:
    message = await sent(mail, "digest", facts={"leads": [hot_lead() for _ in range(30)]})
    text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]

    assert message["Subject"] == "30 leads since your last summary"
    assert text.count("Zoë Quartz") == 25
    assert "And 5 more" in text


def test_the_settings_are_read_and_wrong_ones_refused_in_words() -> None:
    far = MailServerAddress.parse("smtp://me%40acme:p%2Fw@mail.example.com:2525")

    assert (far.host, far.port, far.username, far.password) == ("mail.example.com", 2525, "me@acme", "p/w")
    assert far.must_encrypt
    assert MailServerAddress.parse("smtps://mail.example.com").is_tls
    assert not MailServerAddress.parse("smtp://me:pw@127.0.0.1").must_encrypt
    assert Sender.parse("sales@acme.example.com").name == "acme.example.com"
    for wrong in ("http://mail.example.com", "smtp://", "mail.example.com:25"):
        with pytest.raises(ValueError, match="must be smtp://"):
            MailServerAddress.parse(wrong)
