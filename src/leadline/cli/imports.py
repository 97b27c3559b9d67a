"""The commands about files of leads: `leadline import` and `leadline import-undo`."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import rich_click as click

from leadline.cli.conventions import DONE, FAILED, PARTLY_DONE, WRONG_USE, as_json_option

if TYPE_CHECKING:
    from leadline.commands.imports import Looked
    from leadline.domain.imports import ImportRun
    from leadline.sources.csv.preview import Preview

PROGRESS_SECONDS = 1.0


@click.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--map",
    "maps",
    multiple=True,
    metavar="COLUMN=FIELD",
    help="What a column means; nothing after = leaves it as it is.",
)
@click.option(
    "--dry-run", is_flag=True, help="Show how the file is understood and which rows would be rejected; change nothing."
)
@click.option("--route", is_flag=True, help="Give the leads to reps, as if they came in now.")
@click.option("--notify", is_flag=True, help="Tell owners, managers and leads.")
@as_json_option
def import_(file: Path, maps: tuple[str, ...], dry_run: bool, route: bool, notify: bool, as_json: bool) -> None:
    """Import leads from a CSV or XLSX file; the same file again goes on where it was stopped, and makes no lead twice."""
    from leadline.commands import imports as commands
    from leadline.sources.csv.preview import described, preview

    looked = _looked_at(file, maps)
    plan = looked.plan
    click.echo(f"{file.name}: {described(plan)}", err=True)
    if before := looked.before:
        click.echo(f"columns mean what they meant in {before.name}, imported {before.started_at:%Y-%m-%d} by {before.actor_name}; --map changes that", err=True)  # fmt: skip
    if dry_run:
        _show(preview(plan), before, as_json)
        return
    try:
        done = commands.import_file(plan, routes=route, notifies=notify, began=_said_begun, tell=_progress())
    except KeyboardInterrupt:
        click.echo(f"leadline: stopped; to go on, run the same command again: {_again(file, maps)}", err=True)
        sys.exit(PARTLY_DONE)
    run = done.run
    told = {"run": str(run.id), "rows": run.rows} | {
        name: getattr(run, name) for name in ("created", "duplicate", "rejected", "spam")
    }
    if as_json:
        click.echo(json.dumps(told))
    else:
        click.echo("import {run}: {rows} rows, {created} created, {duplicate} duplicate, {rejected} rejected, {spam} spam".format(**told))  # fmt: skip
    if done.rejected_file:
        click.echo(f"rejected rows and why: {done.rejected_file}", err=True)
    click.echo(f"to take it back: leadline import-undo {run.id}", err=True)


@click.command(name="import-undo")
@click.argument("run", type=click.UUID)
@as_json_option
def import_undo(run: UUID, as_json: bool) -> None:
    """Take a whole import back: its leads are deleted, fields it filled in are given back; leads worked on since are kept."""
    from leadline.commands import imports as commands

    try:
        undone = commands.undo(run, _progress(lambda run: run.undo_rows))
    except KeyboardInterrupt:
        click.echo(f"leadline: stopped; to go on: leadline import-undo {run}", err=True)
        sys.exit(PARTLY_DONE)
    told = {"run": str(run), "deleted": undone.deleted, "given_back": undone.given_back, "kept": undone.kept_count}
    if as_json:
        click.echo(json.dumps(told | {"kept": [{"lead": lead, "why": why} for lead, why in undone.kept.items()]}))
    else:
        click.echo("import {run} taken back: {deleted} leads deleted, {given_back} given back what they were, {kept} kept".format(**told))  # fmt: skip
    for lead, why in undone.kept.items():
        click.echo(f"kept {lead}: {why}", err=True)
    sys.exit(PARTLY_DONE if undone.kept_count else DONE)


def _looked_at(file: Path, maps: tuple[str, ...]) -> "Looked":
    from leadline.commands.imports import look
    from leadline.domain.errors import Invalid
    from leadline.sources.csv import UnreadableFile

    mapping = {}
    for pair in maps:
        column, is_pair, meaning = pair.rpartition("=")
        if not is_pair:
            raise click.UsageError(f"--map {pair}: say COLUMN=FIELD")
        mapping[column] = meaning
    try:
        return look(file, mapping)
    except UnreadableFile as refused:
        click.echo(f"leadline: {file.name}: {refused}", err=True)
        sys.exit(FAILED)
    except Invalid as refused:
        for fault in refused.faults:
            click.echo(f"leadline: --map {fault.pointer.lstrip('/')} {fault.detail}", err=True)
        sys.exit(WRONG_USE)


def _said_begun(run: "ImportRun") -> None:
    if run.done:
        click.echo(f"going on with import {run.id} after {run.done} of {run.rows} rows", err=True)


def _progress(done_of: "Callable[[ImportRun], int]" = lambda run: run.done) -> "Callable[[ImportRun], None]":
    began, last, first = time.monotonic(), time.monotonic(), -1

    def tell(run: "ImportRun") -> None:
        nonlocal last, first
        now = time.monotonic()
        done = done_of(run)
        first = done if first < 0 else first
        if now - last < PROGRESS_SECONDS:
            return
        last = now
        rate = max(done - first, 1) / (now - began)
        left = int((run.rows - done) / rate)
        click.echo(f"{done} of {run.rows} rows, {rate:.0f} a second, {left // 60}:{left % 60:02} left", err=True)

    return tell


def _again(file: Path, maps: tuple[str, ...]) -> str:
    import shlex

    return shlex.join(["leadline", "import", str(file), *(part for pair in maps for part in ("--map", pair))])


def _show(found: "Preview", before: "ImportRun | None", as_json: bool) -> None:
    from leadline.sources.csv.preview import example_of, told

    plan = found.plan
    if as_json:
        click.echo(json.dumps(told(found, before), indent=2, ensure_ascii=False, default=str))
        return
    for column in plan.columns:
        example = example_of(found, column)[:40]
        click.echo(f"{column[:30]:30}  {found.meanings.get(column, '-'):18}  {example}")
    click.echo(f"{found.rejected} of {plan.rows_total} rows would be rejected", err=True)
    for line, why in found.faults:
        click.echo(f"line {line}: {why}", err=True)
