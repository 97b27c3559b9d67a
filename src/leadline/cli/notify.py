"""The commands about messages: `leadline notify` and `leadline worker`."""

import json
import sys

import rich_click as click

from leadline.cli.conventions import FAILED, as_json_option


@click.group()
def notify() -> None:
    """Messages to people: try a channel, try again what failed."""


@notify.command(name="test")
@click.option("--channel", type=click.Choice(["email", "slack", "sms", "webhook"]), required=True)
@click.option("--to", "recipient", required=True, help="An address, a Slack channel, a number.")
@as_json_option
def try_one(channel: str, recipient: str, as_json: bool) -> None:
    """Send a test message as every other is sent, and show what the provider said."""
    from leadline.commands.notify import try_channel

    said = try_channel(channel, recipient)
    if as_json:
        click.echo(json.dumps(said))
    elif said["is_sent"]:
        click.echo(f"sent; the provider says: {said['response']} (id {said['provider_id'] or 'none'})")
    else:
        click.echo(f"leadline: not sent: {said['response']}", err=True)
    if not said["is_sent"]:
        sys.exit(FAILED)


@notify.command()
@click.argument("notification", type=click.UUID, required=False)
@as_json_option
def retry(notification: object, as_json: bool) -> None:
    """Try a notification again, or every one that failed."""
    from leadline.commands.notify import retry_notifications

    retried = retry_notifications(notification)
    click.echo(json.dumps({"retried": retried}) if as_json else f"{retried} queued again")


@click.command()
def worker() -> None:
    """Send messages and do what intake need not wait for, without a web server, until it is stopped."""
    from leadline.commands.notify import run_worker

    run_worker()
