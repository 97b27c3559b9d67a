"""What every command keeps to: the exit codes, and `--json`."""

import rich_click as click

DONE, FAILED, WRONG_USE, NO_SUCH_THING, PARTLY_DONE, TRY_AGAIN = 0, 1, 2, 3, 4, 75

as_json_option = click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
