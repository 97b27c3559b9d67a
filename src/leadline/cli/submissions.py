"""The commands about raw postings: `leadline submissions`."""

import json
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import rich_click as click

from leadline.cli.conventions import DONE, FAILED, PARTLY_DONE, as_json_option

if TYPE_CHECKING:
    from collections.abc import Callable

    from leadline.usecases.replay import Replayed

PROGRESS_SECONDS = 1.0


@click.group()
def submissions() -> None:
    """Raw postings: what became of them."""


@submissions.command()
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="A UTC day; today by default.")
@as_json_option
def summary(day: datetime | None, as_json: bool) -> None:
    """Count a day's postings by what became of them, and look up every lead they made; 1 where one is lost."""
    from leadline.clock import utc_now
    from leadline.commands.submissions import summary as run
    from leadline.domain.intake import OUTCOMES

    told = run((day or utc_now()).date())
    if as_json:
        figures: dict[str, Any] = {"day": str(told.day), "received": told.received}
        figures |= {name: told.outcomes[name] for name in OUTCOMES}
        click.echo(json.dumps(figures | {"lost": len(told.lost), "lost_ids": [str(one) for one in told.lost]}))
    else:
        click.echo(told.line())
    for one in told.lost:
        click.echo(
            f"leadline: submission {one} was accepted, and its lead is not there: see `leadline doctor`", err=True
        )
    sys.exit(FAILED if told.lost else DONE)


@submissions.command()
@click.option("--endpoint", help="Only those of this endpoint.")
@click.option(
    "--outcome", type=click.Choice(["quarantined", "rejected"]), multiple=True, help="Only those; both by default."
)
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]), help="Only those that came since then (UTC)."
)
@click.option("--id", "ids", type=click.UUID, multiple=True, help="This posting, and no other that is not named.")
@click.option("--dry-run", is_flag=True, help="Say how many can be read now, and capture nothing.")
@as_json_option
def replay(
    endpoint: str | None,
    outcome: tuple[str, ...],
    since: datetime | None,
    ids: tuple[UUID, ...],
    dry_run: bool,
    as_json: bool,
) -> None:
    """Read what made no lead again, after its endpoint's mapping was mended, and capture it with the time at which it came. What
    somebody settled stays settled; run again, it goes on where it was stopped."""
    from leadline.commands import submissions as commands
    from leadline.usecases.replay import REPLAYED, Wanted

    chosen = tuple(name for name in REPLAYED if not outcome or name in outcome)
    wanted = Wanted(chosen, endpoint, since.replace(tzinfo=UTC) if since else None, ids)
    try:
        done = commands.replay(wanted, _progress(), dry_run=dry_run)
    except KeyboardInterrupt:
        click.echo("leadline: stopped; run the same command to go on", err=True)
        sys.exit(PARTLY_DONE)
    told = commands.counts(done, dry_run=dry_run)
    if as_json:
        click.echo(json.dumps(told))
        return
    outcomes = told.pop("outcomes", {})
    click.echo(", ".join(f"{name.replace('_', ' ')} {number}" for name, number in (told | outcomes).items()))


def _progress() -> "Callable[[Replayed], None]":
    last = time.monotonic()

    def tell(told: "Replayed") -> None:
        nonlocal last
        if time.monotonic() - last >= PROGRESS_SECONDS:
            last = time.monotonic()
            click.echo(f"{told.done} of {told.found} postings read again", err=True)

    return tell
