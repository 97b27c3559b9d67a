"""The commands about the ways in that somebody connected: `leadline endpoint`."""

import json
from collections.abc import Callable
from typing import Any, TextIO

import rich_click as click

from leadline.cli.conventions import as_json_option

_provider = click.Choice(["webflow", "typeform", "hubspot", "tally", "calendly", "generic", "mail", "form"])
_secrets = click.option(
    "--secrets-file",
    type=click.File("r"),
    help="Secrets, one a line; `-` reads them from stdin. They are never printed.",
)


def _settings(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option(
            "--map",
            "mapping",
            multiple=True,
            metavar="NAME=VALUE",
            help="LABEL=FIELD; without a field the answer stays under its label.",
        ),
        click.option(
            "--default", "defaults", multiple=True, metavar="NAME=VALUE", help="FIELD=TEXT, for what was not given."
        ),
        click.option("--source", help="What its leads say of where they come from."),
        click.option(
            "--routing", type=click.Choice(["house", "hot_and_warm", "all"]), help="Which leads are given to a rep."
        ),
    ):
        command = option(command)
    return command


@click.group()
def endpoint() -> None:
    """The ways in: connect a provider, mend a mapping, change a secret."""


@endpoint.command(name="list")
@as_json_option
def list_endpoints(as_json: bool) -> None:
    """Print every endpoint, by name."""
    from leadline.commands.endpoints import list_endpoints as run

    rows = run()
    if as_json:
        click.echo(json.dumps(rows, indent=2, default=str))
        return
    for row in rows:
        state = "" if row["active"] else "  off"
        click.echo(f"{row['name']:24} {row['provider']:9} {row['url']}{state}")


@endpoint.command()
@click.argument("name")
@as_json_option
def show(name: str, as_json: bool) -> None:
    """Print an endpoint, and its last payload beside the mapping: each label, its value, and the field that it fills."""
    from leadline.commands.endpoints import mapped_json
    from leadline.commands.endpoints import show as run

    told, found = run(name)
    if as_json:
        click.echo(json.dumps(told | {"last": mapped_json(found)}, indent=2, default=str))
        return
    for key in ("provider", "url", "signed", "active", "routing", "source", "mapping", "defaults"):
        click.echo(f"{key:9} {told[key]}")
    click.echo(f"\nlast payload: {found.received_at:%Y-%m-%d %H:%M}Z" if found.received_at else "\nno payload yet")
    for one in found.labels:
        click.echo(f"  {one.label:32} -> {one.field or '(kept under its label)':24} {' '.join(one.value.split())[:60]}")
    for drift in found.drift:
        leads = ", ".join(map(str, drift.lead_ids)) or "no lead"
        click.echo(f"mapping drift: {drift.label} no longer comes, and nothing fills {drift.field}: {leads}")


@endpoint.command()
@click.argument("name")
@click.option("--provider", type=_provider, required=True)
@_settings
@_secrets
@as_json_option
def create(name: str, provider: str, secrets_file: TextIO | None, as_json: bool, **given: Any) -> None:
    """Connect a provider, and print the address that it is to post to. Without a secret, the address is the secret."""
    from leadline.commands.endpoints import create as run

    fields = {"name": name, "provider": provider, "secrets": _lines(secrets_file)} | _plain(given)
    fields |= {"mapping": _read(given["mapping"]), "defaults": _read(given["defaults"])}
    _print(run(fields), as_json)


@endpoint.command()
@click.argument("name")
@_settings
@click.option("--on/--off", "active", default=None, help="Whether it takes posts.")
@as_json_option
def update(name: str, active: bool | None, as_json: bool, **given: Any) -> None:
    """Change an endpoint. Labels and defaults are put over those that are there; `--default FIELD=` takes one out."""
    from leadline.commands.endpoints import update as run

    fields = _plain(given) | ({} if active is None else {"active": active})
    _print(run(name, fields, _read(given["mapping"]), _read(given["defaults"])), as_json)


@endpoint.command()
@click.argument("name")
@_secrets
@click.option("--only", is_flag=True, help="End the secrets in use at once.")
@as_json_option
def rotate(name: str, secrets_file: TextIO | None, only: bool, as_json: bool) -> None:
    """Give an endpoint new secrets; those in use hold beside them until it is run with --only."""
    from leadline.commands.endpoints import rotate as run

    secrets = _lines(secrets_file)
    if not secrets:
        raise click.UsageError("--secrets-file must hold a secret")
    _print(run(name, secrets, only=only), as_json)


def _lines(file: TextIO | None) -> list[str]:
    return [line.strip() for line in file if line.strip()] if file else []


def _plain(given: dict[str, Any]) -> dict[str, Any]:
    return {key: given[key] for key in ("source", "routing") if given[key] is not None}


def _read(pairs: tuple[str, ...]) -> dict[str, str]:
    """A label may hold an equals sign itself: the last one parts."""
    read = {}
    for pair in pairs:
        name, sign, value = pair.rpartition("=")
        if not sign:
            raise click.UsageError(f"{pair} must be NAME=VALUE")
        read[name] = value
    return read


def _print(told: dict[str, Any], as_json: bool) -> None:
    click.echo(json.dumps(told, indent=2, default=str) if as_json else told["url"])
