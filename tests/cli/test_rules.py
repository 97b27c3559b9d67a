"""`leadline rules` and `leadline rescore` on a real database."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from leadline.cli import main
from leadline.cli.rules import _rescoring
from leadline.domain.default_ruleset import DEFAULT_RULESET
from leadline.domain.leads import Lead
from leadline.ports import Store
from leadline.usecases.capture import capture_leads
from tests.builders import COLD, HOT, NOW, WARM, intake
from tests.cli.conftest import Run, on_store
from tests.invariants import every_lead
from tests.rule_sets import TURNED, begin, fresh_house, publish, renamed


@pytest.fixture
def turned(tmp_path: Path) -> Path:
    """A file with rules by which small companies are Hot."""
    path = tmp_path / "turned.json"
    path.write_text(json.dumps(TURNED))
    return path


async def three_leads(store: Store) -> None:
    await begin(store)
    items = [
        intake(company_name=name, **fields) for name, fields in (("Hot Co", HOT), ("Warm Co", WARM), ("Cold Co", COLD))
    ]
    await capture_leads(store, fresh_house(), items, NOW)


def leads() -> dict[str, tuple[int, str, int]]:
    found: list[Lead] = on_store(every_lead)
    return {lead.company_name: (lead.lead_score, lead.category, lead.ruleset_version) for lead in found}


BEFORE = {"Hot Co": (95, "Hot", 1), "Warm Co": (73, "Warm", 1), "Cold Co": (20, "Cold", 1)}
AFTER = {"Hot Co": (70, "Warm", 2), "Warm Co": (53, "Warm", 2), "Cold Co": (90, "Hot", 2)}
TABLE = {
    "Hot": {"Hot": 0, "Warm": 1, "Cold": 0},
    "Warm": {"Hot": 0, "Warm": 1, "Cold": 0},
    "Cold": {"Hot": 1, "Warm": 0, "Cold": 0},
}


def test_rules_are_tried_published_listed_shown_and_rolled_back(run: Run, turned: Path) -> None:
    run("migrate")
    on_store(three_leads)
    tried = run("rules", "publish", turned, "--dry-run")
    before = leads()
    published = run("rules", "publish", turned)
    after = leads()
    listed = json.loads(run("rules", "list", "--json").stdout)
    back = run("rules", "rollback", "1", "--json")
    again = run("rules", "rollback", "3")

    assert (tried.exit_code, before) == (0, BEFORE)
    assert "Cold -> Hot    20 ->  90" in tried.stdout
    assert "2 of 3 open leads move by Turned" in tried.stdout
    assert tried.stdout.splitlines()[-3:] == [
        "Hot               0         1         0",
        "Warm              0         1         0",
        "Cold              1         0         0",
    ]
    assert (published.exit_code, published.stdout) == (0, "rule set 2: 3 leads rescored, 3 of them changed, 0 left\n")
    assert "rule set 2 is published and scores" in published.stderr
    assert after == AFTER
    assert [(row["version"], row["name"], row["by"]) for row in listed] == [
        (2, "Turned", "the command line"),
        (1, "Default", "Leadline"),
    ]
    assert (back.exit_code, json.loads(back.stdout)["version"], json.loads(back.stdout)["changed"]) == (0, 3, 3)
    assert {name: row[:2] for name, row in leads().items()} == {name: row[:2] for name, row in BEFORE.items()}
    assert (again.exit_code, again.stdout) == (0, "")
    assert "scores already; nothing to do" in again.stderr


def test_rescoring_says_what_it_will_do_does_it_and_has_nothing_left(run: Run) -> None:
    run("migrate")

    async def published_elsewhere(store: Store) -> None:
        await three_leads(store)
        await publish(store, TURNED)

    on_store(published_elsewhere)
    tried = json.loads(run("rescore", "--dry-run", "--json").stdout)
    plain = run("rescore", "--dry-run")
    before = leads()
    done = json.loads(run("rescore", "--json").stdout)
    after = leads()
    again = run("rescore")
    nothing = json.loads(run("rescore", "--dry-run", "--json").stdout)

    assert (tried["version"], tried["leads"], tried["moved"], tried["migration"]) == (2, 3, 2, TABLE)
    assert {(move["company_name"], move["old_category"], move["new_category"]) for move in tried["moves"]} == {
        ("Hot Co", "Hot", "Warm"),
        ("Cold Co", "Cold", "Hot"),
    }
    assert "Hot -> Warm   95 ->  70" in plain.stdout
    assert "2 of 3 open leads move by Turned" in plain.stdout
    assert (before, after) == (BEFORE, AFTER)
    assert done == {"version": 2, "done": 3, "changed": 3, "left": 0, "migration": TABLE}
    assert (again.exit_code, again.stdout) == (0, "rule set 2: 0 leads rescored, 0 of them changed, 0 left\n")
    assert (nothing["moves"], nothing["moved"], nothing["leads"]) == ([], 0, 3)


def test_a_rule_set_is_shown_as_people_read_it_and_as_a_file(run: Run, tmp_path: Path) -> None:
    shown = run("rules", "show")
    as_file = tmp_path / "default.json"
    as_file.write_text(run("rules", "show", "1", "--json").stdout)

    published = run("rules", "publish", as_file)

    assert "Default, version 1: Hot from 80, Warm from 50" in shown.stdout
    assert "   25  company_size is 1000+" in shown.stdout
    assert "    5  for each of email_reply_count, at most 15" in shown.stdout
    assert json.loads(as_file.read_text()) == DEFAULT_RULESET.to_json()
    assert "rule set 2 is published" in published.stderr


def test_what_is_not_there_is_no_rule_set(run: Run) -> None:
    assert run("rules", "show", "7").exit_code == 3
    assert run("rules", "rollback", "7").exit_code == 3
    assert run("rules", "rollback", "7", "--dry-run").exit_code == 3
    assert run("rules", "rollback", "x").exit_code == 2
    assert run("rules", "publish", "no-such-file.json").exit_code == 2


def test_a_faulty_file_publishes_nothing(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "faulty.json"
    path.write_text(json.dumps(renamed() | {"thresholds": {"hot": 50, "warm": 80}, "colour": "red"}))

    refused = run("rules", "publish", path)

    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "/thresholds: warm must be below hot" in refused.stderr
    assert "/colour: is not known here" in refused.stderr
    assert len(json.loads(run("rules", "list", "--json").stdout)) == 1


@pytest.mark.parametrize(
    ("content", "pointers"),
    [
        (json.dumps(TURNED), []),
        (json.dumps(TURNED | {"name": "", "colour": "red"}), ["/colour", "/name"]),
        ("[", [""]),
        ("[" * 5_000, [""]),
        ('{"name": NaN}', [""]),
    ],
    ids=["good", "two faults", "cut off", "nested", "no JSON"],
)
def test_a_file_is_validated_without_a_database(tmp_path: Path, content: str, pointers: list[str]) -> None:
    path = tmp_path / "rules.json"
    path.write_text(content)
    runner = CliRunner(env={"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"})

    as_json = runner.invoke(main, ["rules", "validate", str(path), "--json"])
    plain = runner.invoke(main, ["rules", "validate", str(path)])

    assert as_json.exit_code == plain.exit_code == (1 if pointers else 0)
    assert [fault["pointer"] for fault in json.loads(as_json.stdout)["faults"]] == pointers
    assert [line.partition(":")[0] for line in plain.stdout.splitlines()] == [p or "(the whole)" for p in pointers]


def test_whoever_stops_it_is_told_how_to_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    def stopped(told: object, tell: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(SystemExit) as left:
        _rescoring(stopped, as_json=False, idle="")

    assert left.value.code == 4
    assert "`leadline rescore`" in capsys.readouterr().err
