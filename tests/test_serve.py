"""What a start says when leads can be taken."""

from pathlib import Path

import pytest

from leadline.config import load
from leadline.serve import Started, announce
from leadline.start import find_secrets

MAIL = {"SMTP_URL": "smtp://127.0.0.1:25", "MAIL_FROM": "Acme <sales@acme.example.com>"}


@pytest.mark.parametrize(
    ("environment", "line"),
    [
        (
            {},
            "E-mail: not configured, set SMTP_URL; Slack: not configured, set SLACK_BOT_TOKEN or SLACK_WEBHOOK_URL",
        ),
        (
            {"SMTP_URL": MAIL["SMTP_URL"], "SLACK_BOT_TOKEN": "xoxb-1"},
            "E-mail: not configured, set MAIL_FROM; Slack: on, without buttons: set SLACK_SIGNING_SECRET",
        ),
        (
            {**MAIL, "MAIL_POSTAL_ADDRESS": "1 Main St", "SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s"},
            "E-mail: on; Slack: on",
        ),
        (
            MAIL,
            "E-mail: on, without MAIL_POSTAL_ADDRESS below letters; Slack: not configured, set SLACK_BOT_TOKEN or"
            " SLACK_WEBHOOK_URL",
        ),
    ],
    ids=["nothing", "half", "everything", "mail only"],
)
def test_one_line_says_which_channels_are_on_and_what_the_others_want(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], environment: dict[str, str], line: str
) -> None:
    settings = load({"LEADLINE_HOME": str(tmp_path), "DATABASE_URL": "postgresql://x@127.0.0.1/x", **environment})
    announce(Started(settings, find_secrets(settings), None, 0, is_embedded=False))

    assert [said.strip() for said in capsys.readouterr().err.splitlines() if "notify" in said] == [
        f"notify       {line}"
    ]
