"""The channels that the settings make."""

import pytest

from leadline.bootstrap import build_channels
from leadline.config import WrongSetting, load

MAIL = {"SMTP_URL": "smtp://127.0.0.1:2525", "MAIL_FROM": "Acme <sales@acme.example.com>"}


@pytest.mark.parametrize(
    ("environment", "hindrance"),
    [
        ({}, "SMTP_URL is not set"),
        ({"SMTP_URL": MAIL["SMTP_URL"]}, "MAIL_FROM is not set"),
        (MAIL, None),
    ],
)
async def test_email_says_what_it_lacks(environment: dict[str, str], hindrance: str | None) -> None:
    assert build_channels(load(environment), "k" * 32)["email"].hindrance == hindrance


@pytest.mark.parametrize(("variable", "value"), [("SMTP_URL", "http://mail"), ("MAIL_FROM", "nobody")])
async def test_a_setting_that_cannot_be_read_is_named(variable: str, value: str) -> None:
    with pytest.raises(WrongSetting, match=variable):
        build_channels(load(MAIL | {variable: value}), "k" * 32)


@pytest.mark.parametrize(
    ("environment", "hindrance"),
    [
        ({}, "SLACK_BOT_TOKEN or SLACK_WEBHOOK_URL is not set"),
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, None),
        ({"SLACK_WEBHOOK_URL": "http://127.0.0.1/services/1"}, None),
    ],
)
async def test_slack_takes_a_token_or_a_webhook(environment: dict[str, str], hindrance: str | None) -> None:
    assert build_channels(load(environment), "k" * 32)["slack"].hindrance == hindrance
