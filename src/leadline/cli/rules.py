"""The commands about how leads are scored: `leadline rules` and `leadline rescore`."""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, BinaryIO

import rich_click as click

from leadline.cli.conventions import FAILED, PARTLY_DONE, as_json_option

if TYPE_CHECKING:
    from leadline.commands.rules import Previewed
    from leadline.domain.errors import Invalid
    from leadline.domain.publications import Published
    from leadline.domain.rescoring import Move
    from leadline.domain.rulesets import RuleSet
    from leadline.usecases.rescore_leads import Progress

PROGRESS_SECONDS = 1.0
RESUME = "run `leadline rescore` to go on; a running server does so by itself"

_dry_run = click.option("--dry-run", is_flag=True, help="Say which open leads would move, and change nothing.")
_notify = click.option("--notify", is_flag=True, help="Tell owners and managers of the leads that move.")
_file = click.argument("file", type=click.File("rb"))


@click.group()
def rules() -> None:
    """Rule sets: look at them, try them, publish them, roll back."""


@rules.command(name="list")
@as_json_option
def list_rules(as_json: bool) -> None:
    """Print every published rule set, the one that scores first."""
    from leadline.commands.rules import list_rulesets, published_json

    rows = [published_json(row) for row in list_rulesets()]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        restores = f", brings back {row['restores']}" if row["restores"] else ""
        click.echo(f"{row['version']:>4}  {row['published_at'][:16]}  {row['name']}  by {row['by']}{restores}")


@rules.command()
@click.argument("version", type=click.IntRange(1, 2**31 - 1), required=False)
@as_json_option
def show(version: int | None, as_json: bool) -> None:
    """Print a rule set, the one that scores by default; with --json as a file that may be changed and published."""
    from leadline.commands.rules import get_ruleset

    found = get_ruleset(version).ruleset.to_json()
    if as_json:
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    click.echo(f"{found['name']}, version {found['version']}: Hot from {found['thresholds']['hot']}, Warm from {found['thresholds']['warm']}")  # fmt: skip
    for group in found["groups"]:
        click.echo(f"\n{group['label']}" + (f", at most {group['cap']}" if "cap" in group else ""))
        for rule in group["rules"]:
            click.echo(f"  {rule['points']:>5}  {_said(rule)}")


@rules.command()
@_file
@as_json_option
def validate(file: BinaryIO, as_json: bool) -> None:
    """Read a rule set and print every fault in it. Needs no database."""
    from leadline.commands.rules import read_file
    from leadline.domain.errors import Invalid

    faults: list[Any] = []
    try:
        read_file(file.read())
    except Invalid as refused:
        faults = [asdict(fault) for fault in refused.faults]
    if as_json:
        click.echo(json.dumps({"faults": faults}, indent=2))
    for fault in [] if as_json else faults:
        click.echo(f"{fault['pointer'] or '(the whole)'}: {fault['detail']}")
    if faults:
        sys.exit(FAILED)
    click.echo("this rule set can be published", err=True)


@rules.command()
@_file
@_dry_run
@_notify
@as_json_option
def publish(file: BinaryIO, dry_run: bool, notify: bool, as_json: bool) -> None:
    """Publish a rule set as the next version, and rescore the open leads by it."""
    from leadline.commands import rules as commands

    ruleset = _read(file)
    if dry_run:
        _print_preview(lambda told: commands.preview_rules(ruleset, told), as_json)
        return
    _rescoring(
        lambda told, tell: commands.publish(ruleset, notifies=notify, told=told, tell=tell), as_json, "nothing to do"
    )


@rules.command()
@click.argument("version", type=click.IntRange(1, 2**31 - 1))
@_dry_run
@_notify
@as_json_option
def rollback(version: int, dry_run: bool, notify: bool, as_json: bool) -> None:
    """Publish what an earlier version says as the next one, and rescore the open leads by it."""
    from leadline.commands import rules as commands

    if dry_run:
        _print_preview(lambda told: commands.preview_version(version, told), as_json)
        return
    _rescoring(
        lambda told, tell: commands.rollback(version, notifies=notify, told=told, tell=tell),
        as_json,
        f"rule set {version} scores already; nothing to do",
    )


@click.command()
@_dry_run
@as_json_option
def rescore(dry_run: bool, as_json: bool) -> None:
    """Score open leads by the rule set in force, those that an older one has scored; interrupted, it goes on when run again."""
    from leadline.commands import rules as commands

    if dry_run:
        _print_preview(lambda told: commands.preview_version(None, told), as_json)
        return
    _rescoring(lambda _, tell: commands.rescore(tell), as_json, "no rule set is published; nothing to do")


def _read(file: BinaryIO) -> "RuleSet":
    from leadline.commands.rules import read_file
    from leadline.domain.errors import Invalid

    try:
        return read_file(file.read())
    except Invalid as refused:
        _complain(refused)
        sys.exit(FAILED)


def _complain(refused: "Invalid") -> None:
    click.echo("leadline: nothing was published, for the rule set has faults:", err=True)
    for fault in refused.faults:
        click.echo(f"  {fault.pointer or '(the whole)'}: {fault.detail}", err=True)


def _said(rule: dict[str, Any]) -> str:
    if "per" in rule:
        return f"for each of {rule['per']}, at most {rule['max']}"
    ((field, test),) = rule["when"].items()
    if isinstance(test, dict):
        return f"{field} is anything else" if "other" in test else f"{field}: " + ", ".join(f"{word.replace('_', ' ')} {number}" for word, number in test.items())  # fmt: skip
    return f"{field} is " + (" or ".join(test) if isinstance(test, list) else str(test).lower() if isinstance(test, bool) else str(test))  # fmt: skip


def _rescoring(
    run: "Callable[[Callable[[Published], None], Callable[[Progress], None]], Progress | None]",
    as_json: bool,
    idle: str,
) -> None:
    """Run something long, saying on stderr how far it is; stopped or unfinished, say how to go on."""
    last = time.monotonic()

    def tell(progress: "Progress") -> None:
        nonlocal last
        if time.monotonic() - last >= PROGRESS_SECONDS:
            last = time.monotonic()
            click.echo(f"rule set {progress.version}: {progress.done} leads rescored, {progress.left} left", err=True)

    def told(published: "Published") -> None:
        click.echo(f"rule set {published.ruleset.version} is published and scores", err=True)

    try:
        progress = run(told, tell)
    except KeyboardInterrupt:
        click.echo(f"leadline: stopped; {RESUME}", err=True)
        sys.exit(PARTLY_DONE)
    if progress is None:
        click.echo(idle, err=True)
        if as_json:
            click.echo("null")
        return
    said = {name: getattr(progress, name) for name in ("version", "done", "changed", "left")}
    if as_json:
        click.echo(json.dumps(said | {"migration": progress.migration.table()}))
    else:
        click.echo("rule set {version}: {done} leads rescored, {changed} of them changed, {left} left".format(**said))
    if progress.left:
        click.echo(f"leadline: some leads were being changed all the time; {RESUME}", err=True)
        sys.exit(PARTLY_DONE)


def _print_preview(run: "Callable[[Callable[[Move], None]], Previewed]", as_json: bool) -> None:
    """The leads that move as they are found, however many there are, then the table."""
    number = 0

    def told(move: "Move") -> None:
        nonlocal number
        if as_json:
            click.echo(("" if number else '{"moves": [') + (",\n" if number else "\n") + json.dumps(asdict(move), default=str), nl=False)  # fmt: skip
        else:
            click.echo(f"{move.old_category:>4} -> {move.new_category:4}  {move.old_score:>3} -> {move.new_score:>3}  {move.lead_id}  {move.company_name}")  # fmt: skip
        number += 1

    found = run(told)
    table, migration = found.migration.table(), found.migration
    if as_json:
        rest = {"name": found.name, "version": found.version, "leads": migration.leads, "moved": migration.moved, "migration": table}  # fmt: skip
        click.echo(('{"moves": [' if not number else "\n") + "], " + json.dumps(rest)[1:])
        return
    click.echo(f"{'' if not number else chr(10)}{migration.moved} of {migration.leads} open leads move by {found.name}")
    click.echo("from \\ to" + "".join(f"{name:>10}" for name in table))
    for name, row in table.items():
        click.echo(f"{name:9}" + "".join(f"{count:>10}" for count in row.values()))
