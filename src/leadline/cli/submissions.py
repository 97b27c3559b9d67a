"""The commands about raw postings: `leadline submissions`."""

import json
import sys
from datetime import datetime
from typing import Any

import rich_click as click

from leadline.cli.conventions import DONE, FAILED, as_json_option


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
