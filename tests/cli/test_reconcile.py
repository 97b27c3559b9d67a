"""`leadline reconcile webflow` on a real database, against a site on loopback."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from leadline.domain.activities import Actor
from leadline.domain.intake import Intake
from leadline.domain.submission import parse_submission
from leadline.ids import new_id
from leadline.ports import Store
from leadline.usecases.capture import capture_leads
from tests.cli.conftest import Run, on_store
from tests.invariants import broken_rules, every_lead, pages
from tests.rule_sets import begin, fresh_house
from tests.webflow_site import SITE, TOKEN, WebflowSite, submission, webflow_site

NOW = datetime.now(UTC).replace(microsecond=0)


def said(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def sent(number: int, at: datetime = NOW - timedelta(hours=2), **fields: Any) -> dict[str, Any]:
    return submission(number, said(at), **fields)


def hook(number: int, at: datetime = NOW - timedelta(hours=2), event_id: str | None = None) -> bytes:
    """The webhook of a submission; without an id of the API's, which some do not carry."""
    row = sent(number, at)
    payload = {"name": row["displayName"], "data": row["formResponse"], "submittedAt": row["dateSubmitted"]}
    return json.dumps(
        {"triggerType": "form_submission", "payload": payload | {"id": event_id or f"e{number}"}}
    ).encode()


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[WebflowSite]:
    with webflow_site() as made:
        monkeypatch.setenv("WEBFLOW_API_URL", made.origin)
        monkeypatch.setenv("WEBFLOW_API_TOKEN", TOKEN)
        monkeypatch.setenv("WEBFLOW_SITE_ID", SITE)
        yield made


def received(*bodies: bytes) -> None:
    """What webhooks brought already."""

    async def work(store: Store) -> None:
        await begin(store)
        items = []
        for body in bodies:
            payload = json.loads(body)["payload"]
            item = Intake(
                new_id(), "webflow", body, NOW, Actor("provider", "Webflow"), endpoint="main", event_id=payload["id"]
            )
            item.submission = parse_submission(payload["data"], strict=False)
            items.append(item)
        await capture_leads(store, fresh_house(), items, NOW)

    on_store(work)


def figures(run: Run, *arguments: str) -> dict[str, Any]:
    result = run("reconcile", "webflow", "--json", *arguments)
    assert result.exit_code == 0, result.output
    told: dict[str, Any] = json.loads(result.stdout)
    return told


def test_what_is_missing_is_captured_once_with_its_own_time_and_the_figures_add_up(run: Run, site: WebflowSite) -> None:
    run("migrate")
    received(hook(1), hook(2, event_id="s2"))
    old = NOW - timedelta(days=40)
    site.rows = [sent(1), sent(2), sent(3), sent(4, formResponse={"Note": "no address"}), sent(5, old)]

    tried = figures(run, "--dry-run")
    first, again = figures(run), figures(run)

    told = {"listed": 5, "older": 1, "known": 2, "missing": 2}
    assert tried == told
    assert first == told | {"outcomes": {"created": 1, "quarantined": 1}}
    # A submission without an address is known again by its id.
    assert again == {"listed": 5, "older": 1, "known": 4, "missing": 0, "outcomes": {}}
    leads = {lead.email: lead for lead in on_store(every_lead)}
    assert len(leads) == 3
    assert leads["ann3@firm3.example.com"].created_at == NOW - timedelta(hours=2)
    assert leads["ann3@firm3.example.com"].source == "Webflow Form"
    assert on_store(broken_rules) == []


def test_a_webhook_that_comes_after_the_reconciliation_makes_no_second_lead(run: Run, site: WebflowSite) -> None:
    run("migrate")
    site.rows = [sent(1), sent(2)]
    figures(run)

    received(hook(1, event_id="s1"), hook(2))

    assert len(on_store(every_lead)) == 2
    rows = on_store(lambda store: pages(lambda position, limit: store.list_submissions(None, None, position, limit)))
    assert sorted(row.outcome for row in rows) == ["created", "created", "duplicate"]
    assert figures(run)["missing"] == 0


def test_since_leaves_out_what_is_older(run: Run, site: WebflowSite) -> None:
    site.rows = [sent(1, NOW - timedelta(days=3)), sent(2)]

    since = (NOW - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%S")

    assert figures(run, "--since", since, "--dry-run") == {"listed": 2, "older": 1, "known": 0, "missing": 1}


def test_what_is_not_set_up_is_said(run: Run, site: WebflowSite, monkeypatch: pytest.MonkeyPatch) -> None:
    unknown = run("reconcile", "webflow", "--endpoint", "other")
    site.first = [(403, None)]
    refused = run("reconcile", "webflow")
    monkeypatch.delenv("WEBFLOW_API_TOKEN")
    unset = run("reconcile", "webflow")

    assert (unknown.exit_code, refused.exit_code, unset.exit_code) == (3, 1, 2)
    assert "no endpoint other of Webflow's" in unknown.stderr
    assert "forms:read" in refused.stderr
    assert "WEBFLOW_API_TOKEN" in unset.stderr
