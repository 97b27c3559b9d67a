"""`leadline endpoint`: connect, look, mend, rotate; and no secret is ever printed."""

import json
from pathlib import Path

from leadline.clock import utc_now
from leadline.domain.intake import Intake
from leadline.domain.mapping_drift import EARLIER_MIN, LAST
from leadline.ids import new_id
from leadline.ports import Store
from leadline.usecases.capture import capture_leads
from tests.builders import HOUSE, faulty_intake
from tests.cli.conftest import Run, on_store

SECRETS = ["the first secret", "the second secret"]


def test_an_endpoint_is_connected_mended_and_rotated_without_a_secret_being_printed(run: Run, tmp_path: Path) -> None:
    first, second = (tmp_path / str(number) for number in range(2))
    for file, secret in zip((first, second), SECRETS, strict=True):
        file.write_text(f"{secret}\n")

    made = run(
        "endpoint", "create", "messe", "--provider", "tally", "--secrets-file", first, "--map", "a=b?=company_name",
        "--default", "industry=Manufacturing", "--routing", "all", "--json",
    )  # fmt: skip
    changed = run("endpoint", "update", "messe", "--map", "Notiz=", "--default", "industry=", "--off", "--json")
    rotated = run("endpoint", "rotate", "messe", "--secrets-file", second, "--json")
    listed, shown = run("endpoint", "list"), run("endpoint", "show", "messe")

    every = (made, changed, rotated, listed, shown)
    assert [result.exit_code for result in every] == [0] * 5, [result.output for result in every]
    told = json.loads(made.stdout)
    assert (told["url"], told["signed"], told["routing"]) == (
        "https://leads.example.com/hooks/tally/messe",
        True,
        "all",
    )
    assert told["mapping"] == {"a=b?": "company_name"}
    after = json.loads(changed.stdout)
    assert (after["mapping"], after["defaults"]) == ({"a=b?": "company_name", "Notiz": ""}, {})
    assert after["active"] is False
    assert listed.stdout.rstrip().endswith("messe  off")
    assert "no payload yet" in shown.stdout
    assert not any(secret in result.output for secret in SECRETS for result in every)


def test_the_last_payload_stands_beside_the_mapping(run: Run) -> None:
    async def work(store: Store) -> None:
        payload = json.dumps({"payload": {"data": {"Wohin?": "a@firm.example.com", "Farbe": "teal"}}}).encode()
        item = faulty_intake(utc_now(), way_in="webflow", payload=payload, endpoint="messe", failed_as="quarantined")
        await capture_leads(store, HOUSE, [item], utc_now())

    run("endpoint", "create", "messe", "--provider", "webflow", "--map", "Wohin?=email")
    on_store(work)

    last = json.loads(run("endpoint", "show", "messe", "--json").stdout)["last"]

    assert {one["label"]: one["field"] for one in last["labels"]} == {"Wohin?": "email", "Farbe": None}
    assert last["drift"] == []


def test_what_is_not_there_is_3_and_what_is_wrong_says_where(run: Run) -> None:
    assert run("endpoint", "show", str(new_id())).exit_code == 3
    assert run("endpoint", "update", "nowhere", "--off").exit_code == 3
    assert run("endpoint", "rotate", "nowhere").exit_code == 2
    assert run("endpoint", "create", "messe", "--provider", "fax").exit_code == 2
    refused = run("endpoint", "create", "messe", "--provider", "tally", "--map", "Firma=firm")
    assert refused.exit_code == 1
    assert "/mapping/Firma" in refused.output


def test_a_label_that_stopped_is_told_by_the_endpoint_and_by_the_doctor(run: Run) -> None:
    def posting(answers: dict[str, str]) -> Intake:
        payload = json.dumps({"payload": {"data": answers}}).encode()
        return faulty_intake(utc_now(), way_in="webflow", payload=payload, endpoint="messe", failed_as="quarantined")

    async def work(store: Store) -> None:
        items = [posting({"Firma": "Acme", "Farbe": "teal"}) for _ in range(EARLIER_MIN)]
        items += [posting({"Unternehmung": "Acme", "Farbe": "teal"}) for _ in range(LAST)]
        for item in items:
            await capture_leads(store, HOUSE, [item], utc_now())

    run("endpoint", "create", "messe", "--provider", "webflow")
    on_store(work)

    shown, examined = run("endpoint", "show", "messe"), run("doctor")

    assert "mapping drift: Firma no longer comes, and nothing fills company_name: no lead" in shown.stdout
    assert 'mapping drift at endpoint messe: "Firma"' in examined.stderr
