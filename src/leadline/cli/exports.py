"""The command that writes leads into a file: `leadline export`."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import rich_click as click

from leadline.cli.conventions import WRONG_USE

PROGRESS_SECONDS = 1.0


@click.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--format", "form", type=click.Choice(["csv", "xlsx", "parquet"]), help="By the file's name; else csv.")
@click.option("--status", multiple=True, help="open (the default), any, or a status; may be repeated.")
@click.option("--category", multiple=True, help="Hot, Warm or Cold; may be repeated.")
@click.option("--assigned-to", multiple=True, help="A user's id, or none.")
@click.option("--source", multiple=True, help="Where they came from.")
@click.option("--created-from", multiple=True, help="A date or a time, UTC.")
@click.option("--created-to", multiple=True, help="The same; not included.")
@click.option("--q", multiple=True, help="Beginnings of words in company, contact and e-mail.")
def export(file: Path | None, form: str | None, **filters: tuple[str, ...]) -> None:
    """Write leads into FILE, or to stdout; filtered as the list is. What a spreadsheet would take for a formula is marked with an
    apostrophe, which an import takes away again."""
    from leadline.commands.exports import export as run_export
    from leadline.domain.errors import Invalid
    from leadline.exports import EXPORT_FORMATS

    pairs = [(name, value) for name, values in filters.items() for value in values]
    by_name = file.suffix.removeprefix(".").lower() if file else ""
    chosen = next((known for known in EXPORT_FORMATS if known == (form or by_name)), EXPORT_FORMATS[0])
    count = 0
    show = _progress()

    def tell(written: int) -> None:
        nonlocal count
        count = written
        show(written)

    try:
        with _opened(file) as into:
            run_export(chosen, pairs, into, tell)
    except Invalid as refused:
        for fault in refused.faults:
            click.echo(f"leadline: --{fault.pointer.lstrip('/').replace('_', '-')} {fault.detail}", err=True)
        sys.exit(WRONG_USE)
    click.echo(f"{count:,} leads exported" + (f" to {file}" if file else ""), err=True)


@contextmanager
def _opened(file: Path | None) -> Iterator[BinaryIO]:
    """Where to write: a file gets its name when it is whole, so that half of one is never taken for it."""
    if file is None:
        yield sys.stdout.buffer
        return
    part = file.with_name(f"{file.name}.part")
    try:
        with part.open("wb") as into:
            yield into
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def _progress() -> Callable[[int], None]:
    began = last = time.monotonic()

    def tell(count: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= PROGRESS_SECONDS:
            last = now
            click.echo(f"{count:,} leads, {count / (now - began):,.0f} a second", err=True)

    return tell
