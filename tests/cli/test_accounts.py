"""`leadline user` and `leadline apikey` on a real database."""

import json
from pathlib import Path

import pytest

from leadline.domain.sent_links import SentLinks
from tests.cli.conftest import Run, on_store
from tests.steps import notifications


def test_a_person_is_invited_seen_linked_again_and_let_go(run: Run) -> None:
    invited = run("user", "invite", "ann@team.example.com", "--name", "Ann Lee", "--role", "manager")
    again = json.loads(run("user", "link", "ANN@team.example.com", "--json").stdout)
    twice = run("user", "invite", "ann@team.example.com", "--name", "Ann Lee")
    gone = [run("user", "deactivate", "ann@team.example.com").stdout for _ in range(2)]
    late = run("user", "link", "ann@team.example.com")
    listed = run("user", "list").stdout
    rows = json.loads(run("user", "list", "--json").stdout)
    back = run("user", "activate", "ann@team.example.com").stdout

    assert (invited.exit_code, invited.stderr) == (0, "leadline: no mail is configured: hand the link on\n")
    assert invited.stdout.startswith("https://leads.example.com/welcome?link=")
    assert again["link"] != invited.stdout.strip()
    assert again == {
        "email": "ann@team.example.com",
        "link": again["link"],
        "expires_at": again["expires_at"],
        "is_mailed": False,
    }
    assert (twice.exit_code, twice.stdout) == (75, "")
    assert "has an account already" in twice.stderr
    assert gone == ["ann@team.example.com is not active\n", "ann@team.example.com was not active already\n"]
    assert (late.exit_code, "not active" in late.stderr) == (75, True)
    assert listed.split() == ["ann@team.example.com", "manager", "Ann", "Lee", "not", "active"]
    assert [(row["full_name"], row["is_active"], "password_hash" in row) for row in rows] == [("Ann Lee", False, False)]
    assert back == "ann@team.example.com is active\n"


def test_where_mail_is_configured_an_invitation_and_a_new_link_are_mailed_too(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LEADLINE_HOME", str(tmp_path))
    monkeypatch.setenv("LEADLINE_SECRET_KEY", "a-key-of-the-tests-0123456789")
    monkeypatch.setenv("SMTP_URL", "smtp://127.0.0.1:25")
    monkeypatch.setenv("MAIL_FROM", "Acme <sales@acme.example.com>")
    links = SentLinks("https://leads.example.com", "a-key-of-the-tests-0123456789")

    invited = run("user", "invite", "ann@team.example.com", "--name", "Ann Lee")
    again = run("user", "link", "ann@team.example.com", "--json")

    rows = on_store(notifications)
    assert [(row.template_name, row.recipient, row.status) for row in rows] == [
        ("invitation", "ann@team.example.com", "pending")
    ] * 2
    assert invited.stderr == "leadline: the link goes to ann@team.example.com by mail\n"
    assert [invited.stdout.strip(), json.loads(again.stdout)["link"]] == [links.welcome(row.id) for row in rows]
    assert json.loads(again.stdout)["is_mailed"]


def test_a_key_is_made_listed_and_revoked_by_its_prefix(run: Run) -> None:
    made = run("apikey", "create", "Website", "--scope", "leads:create", "--scope", "events:write", "--days", 30)
    prefix = made.stdout[:8]
    before = run("apikey", "list").stdout
    revoked = run("apikey", "revoke", prefix)
    after = run("apikey", "list").stdout
    (row,) = json.loads(run("apikey", "list", "--json").stdout)

    assert made.exit_code == 0
    assert before.split()[:2] == [prefix, "live"]
    assert "never used" in before
    assert "Website  (leads:create, events:write)" in before
    assert revoked.stdout == f"{prefix} (Website) is revoked\n"
    assert after.split()[:2] == [prefix, "revoked"]
    assert row["expires_at"] is not None
    assert made.stdout.strip() not in json.dumps(row)
    assert "key_hash" not in row


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("user", "link", "nobody@team.example.com"), 3, "no user nobody@team.example.com"),
        (("user", "deactivate", "no address"), 3, "no user no address"),
        (("user", "invite", "no address", "--name", "X"), 1, "/email"),
        (("user", "invite", "a@b.co", "--name", " "), 1, "/full_name"),
        (("user", "invite", "a@b.co", "--name", "X", "--role", "king"), 2, "king"),
        (("apikey", "create", "x", "--scope", "all"), 1, "/scopes/0"),
        (("apikey", "create", ""), 1, "/name"),
        (("apikey", "create", "x", "--days", "0"), 2, "days"),
        (("apikey", "revoke", "ll_nosuch"), 3, "no API key has the id or prefix ll_nosuch"),
    ],
)
def test_what_cannot_be_done_is_said_with_its_exit_code(
    run: Run, arguments: tuple[str, ...], code: int, said: str
) -> None:
    result = run(*arguments)

    assert (result.exit_code, result.stdout) == (code, "")
    assert said in result.stderr
