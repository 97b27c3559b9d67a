"""The command line: stdout is data, stderr is messages. Commands import what they need, so that --help is quick."""

import sys
from typing import Any

import rich_click as click

from leadline.cli.accounts import apikey, user
from leadline.cli.conventions import DONE, FAILED, NO_SUCH_THING, PARTLY_DONE, TRY_AGAIN, WRONG_USE, as_json_option
from leadline.cli.endpoints import endpoint
from leadline.cli.exports import export
from leadline.cli.imports import import_, import_undo
from leadline.cli.notify import notify, worker
from leadline.cli.reconcile import reconcile
from leadline.cli.rules import rescore, rules
from leadline.cli.submissions import submissions
from leadline.domain.errors import Conflict, LeadlineError, NotFound, Unavailable


class _Commands(click.RichGroup):
    """Turns what a command raises into a sentence and an exit code, once."""

    def invoke(self, ctx: click.Context) -> Any:
        from leadline.config import WrongSetting

        try:
            return super().invoke(ctx)
        except WrongSetting as error:
            _fail(error, WRONG_USE)
        except NotFound as error:
            _fail(error, NO_SUCH_THING)
        except (Unavailable, Conflict) as error:
            _fail(error, TRY_AGAIN)
        except LeadlineError as error:
            _fail(error, FAILED)
        return None


def _fail(error: LeadlineError, code: int) -> None:
    click.echo(f"leadline: {error}", err=True)
    sys.exit(code)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="leadline")
def main() -> None:
    """Leadline captures every inbound lead, scores it, routes it to a rep, and keeps the books."""


@main.command()
@click.option("--demo/--no-demo", default=False, help="Fill an empty database with the demo.")
@click.option("--host", help="Address to listen on (HOST).")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on (PORT).")
def serve(demo: bool, host: str | None, port: int | None) -> None:
    """Run the server and its worker until it is stopped."""
    from dataclasses import replace

    from leadline.config import load
    from leadline.serve import serve as run

    settings = load()
    run(replace(settings, host=host or settings.host, port=port or settings.port), demo=demo)


@main.command()
@click.option("--to", "revision", help="Stop at this revision; `base` takes everything back.")
@click.option("--down", is_flag=True, help="Go back to the revision instead of forward.")
def migrate(revision: str | None, down: bool) -> None:
    """Bring the database up to the newest revision."""
    from leadline.commands.database import migrate as run

    if down and revision is None:
        raise click.UsageError("--down needs --to REVISION")
    click.echo(run(revision, down=down))


@main.command()
@click.option("--remove", is_flag=True, help="Take all demo data away again.")
@as_json_option
def seed(remove: bool, as_json: bool) -> None:
    """Put the demo data into an empty database."""
    import json

    from leadline.commands.database import seed as run

    count = run(remove=remove)
    verb = "removed" if remove else "added"
    click.echo(json.dumps({verb: count}) if as_json else f"{count} demo leads {verb}")


@main.group()
def config() -> None:
    """Look at the settings."""


@config.command()
@as_json_option
def show(as_json: bool) -> None:
    """Print every setting with its value and where it came from."""
    import json

    from leadline.config import described, load

    rows = described(load())
    if as_json:
        click.echo(json.dumps({name: {"value": value, "origin": origin} for name, value, origin, _ in rows}, indent=2))
        return
    for name, value, origin, meaning in rows:
        click.echo(f"{name:28} {value or '-':28} {origin:16} {meaning}")


@main.command()
@click.option("--from", "source", required=True, help="postgresql://..., firestore://PROJECT, or `embedded`.")
@click.option("--to", "target", required=True, help="The same; what is there already is left as it is.")
@as_json_option
def copy(source: str, target: str, as_json: bool) -> None:
    """Copy everything but sessions from one database to another; start it again to resume."""
    import json
    from dataclasses import asdict

    from leadline.commands.database import copy as run

    here, there = run(source, target, lambda name, count: click.echo(f"{name}: {count} written", err=True))
    differing = [name for name in here if here[name] != there[name]]
    if as_json:
        click.echo(
            json.dumps({name: {"from": asdict(here[name]), "to": asdict(there[name])} for name in here}, indent=2)
        )
    else:
        for name in here:
            equal = "differs" if name in differing else "equal"
            click.echo(f"{name:14} {here[name].count:>9} {there[name].count:>9}  {equal:8} {there[name].sha256}")
    if differing:
        click.echo(
            f"leadline: {', '.join(differing)} differ: the target held something else, or the source changed meanwhile",
            err=True,
        )
        sys.exit(PARTLY_DONE)


@main.command()
@click.option("--fix", is_flag=True, help="Mend counters, scores, search words, and leads that wait for nothing.")
@as_json_option
def doctor(fix: bool, as_json: bool) -> None:
    """Recount every counter and check every rule, while leads keep arriving; 1 where something is left to mend."""
    import json
    from dataclasses import asdict

    from leadline.commands.database import doctor as run

    examination, mended = run(fix=fix)
    if as_json:
        told = {
            name: [asdict(f) for f in found] for name, found in (("findings", examination.findings), ("mended", mended))
        }
        click.echo(json.dumps(told | {"notes": examination.notes, "looked_at": examination.looked_at}, indent=2))
    else:
        for verdict, found in (("mended", mended), ("found", examination.findings)):
            for finding in found:
                click.echo(f"{verdict:7} {finding.rule:11} {finding.where}: {finding.what}")
                if verdict == "found":
                    click.echo(f"{'cure':>18}  {finding.cure}")
    looked_at = ", ".join(f"{number} {name}" for name, number in examination.looked_at.items())
    for note in examination.notes:
        click.echo(f"leadline: {note}", err=True)
    said = f"{len(examination.findings) or 'nothing'} found, {len(mended)} mended"
    click.echo(f"leadline: {said}" + (f" (looked at {looked_at})" if looked_at else ""), err=True)
    sys.exit(FAILED if examination.findings else DONE)


main.add_command(apikey)
main.add_command(endpoint)
main.add_command(notify)
main.add_command(reconcile)
main.add_command(export)
main.add_command(import_)
main.add_command(import_undo)
main.add_command(rules)
main.add_command(rescore)
main.add_command(submissions)
main.add_command(user)
main.add_command(worker)
