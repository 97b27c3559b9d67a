"""The commands that compare with a provider: `leadline reconcile`."""

import json
from datetime import UTC, datetime, timedelta

import rich_click as click

from leadline.cli.conventions import as_json_option

SINCE_DAYS = 30


@click.group()
def reconcile() -> None:
    """Capture what a provider has and Leadline never received."""


@reconcile.command()
@click.option("--endpoint", help="The endpoint whose mapping reads them (LEADLINE_WEBFLOW_ENDPOINT).")
@click.option("--site", help="The site's id (WEBFLOW_SITE_ID).")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help=f"Leave out what was sent before this time (UTC); {SINCE_DAYS} days ago by default.",
)
@click.option("--dry-run", is_flag=True, help="Say what is missing, and capture nothing.")
@as_json_option
def webflow(endpoint: str | None, site: str | None, since: datetime | None, dry_run: bool, as_json: bool) -> None:
    """List the form submissions of a Webflow site (WEBFLOW_API_TOKEN, scope forms:read) and capture the missing ones."""
    from leadline.clock import utc_now
    from leadline.commands.reconcile import counts, reconcile_webflow

    start = since.replace(tzinfo=UTC) if since else utc_now() - timedelta(days=SINCE_DAYS)
    told = counts(reconcile_webflow(endpoint, site, start, dry_run=dry_run), dry_run=dry_run)
    if as_json:
        click.echo(json.dumps(told))
        return
    outcomes = told.pop("outcomes", {})
    click.echo(", ".join(f"{name} {number}" for name, number in (told | outcomes).items()))
