"""The commands about who may come in: `leadline user` and `leadline apikey`."""

import json
from typing import Any

import rich_click as click

from leadline.cli.conventions import as_json_option


@click.group()
def user() -> None:
    """People: invite them, let them go."""


@user.command(name="list")
@as_json_option
def list_users(as_json: bool) -> None:
    """Print everybody, by name."""
    from leadline.commands.accounts import list_users as run

    rows = run()
    if as_json:
        click.echo(json.dumps(rows, indent=2, default=str))
        return
    for row in rows:
        state = "" if row["is_active"] else "  not active"
        click.echo(f"{row['email']:36} {row['role']:8} {row['full_name']}{state}")


@user.command()
@click.argument("email")
@click.option("--name", required=True, help="The full name.")
@click.option("--role", type=click.Choice(["rep", "manager", "admin"]), default="rep", show_default=True)
@as_json_option
def invite(email: str, name: str, role: str, as_json: bool) -> None:
    """Make an account and print the link by which its owner sets a password: once, within seven days. Where mail is configured,
    the link is sent as well."""
    from leadline.commands.accounts import invite as run

    _print_link(run({"email": email, "full_name": name, "role": role}), as_json=as_json)


@user.command()
@click.argument("email")
@as_json_option
def link(email: str, as_json: bool) -> None:
    """Print a new link for an account, for a forgotten password; links from before end. Where mail is configured, it is sent as
    well."""
    from leadline.commands.accounts import new_link as run

    _print_link(run(email), as_json=as_json)


@user.command()
@click.argument("email")
def deactivate(email: str) -> None:
    """End an account: sessions and links end at once, open leads go back to routing."""
    from leadline.commands.accounts import set_active

    click.echo(set_active(email, is_active=False))


@user.command()
@click.argument("email")
def activate(email: str) -> None:
    """Let somebody come in again."""
    from leadline.commands.accounts import set_active

    click.echo(set_active(email, is_active=True))


@click.group()
def apikey() -> None:
    """Keys for programs."""


@apikey.command()
@click.argument("name")
@click.option(
    "--scope", "scopes", multiple=True, default=("leads:create",), show_default=True, help="May be given several times."
)
@click.option("--days", type=click.IntRange(1, 36_500), help="How long it lives; until it is revoked where not said.")
def create(name: str, scopes: tuple[str, ...], days: int | None) -> None:
    """Make a key and print it; it is shown this once."""
    from leadline.commands.accounts import create_api_key

    click.echo(create_api_key(name, scopes, days))


@apikey.command(name="list")
@as_json_option
def list_keys(as_json: bool) -> None:
    """Print every key by its prefix, oldest first."""
    from leadline.commands.accounts import list_api_keys

    rows = list_api_keys()
    if as_json:
        click.echo(json.dumps(rows, indent=2, default=str))
        return
    for row in rows:
        used = f"used {row['last_used_at']:%Y-%m-%d %H:%M}Z" if row["last_used_at"] else "never used"
        click.echo(f"{row['prefix']:10} {row['state']:8} {used:23} {row['name']}  ({', '.join(row['scopes'])})")


@apikey.command()
@click.argument("key")
def revoke(key: str) -> None:
    """End a key, named by its id or its prefix."""
    from leadline.commands.accounts import revoke_api_key

    click.echo(revoke_api_key(key))


def _print_link(invited: dict[str, Any], *, as_json: bool) -> None:
    click.echo(json.dumps(invited, default=str) if as_json else invited["link"])
    said = (
        f"the link goes to {invited['email']} by mail"
        if invited["is_mailed"]
        else "no mail is configured: hand the link on"
    )
    click.echo(f"leadline: {said}", err=True)
