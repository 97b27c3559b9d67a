"""Runs a migration's SQL files."""

from importlib.resources import files
from typing import Any

from alembic import op
from sqlalchemy import text

from leadline.storage.postgres.migrate import LOCK_TIMEOUT


def run_file(name: str) -> None:
    """Every statement of a file beside the revisions, in the revision's transaction. Locks are waited for briefly."""
    # The driver is given the file as it is; a statement through SQLAlchemy before it begins the transaction.
    op.get_bind().execute(text(f"SELECT set_config('lock_timeout', '{LOCK_TIMEOUT}', true)"))
    _execute(name)


def run_file_in_steps(name: str) -> None:
    """A file with a single statement that commits as it goes, so that nobody waits for the whole of it. What the revision did
    before is committed first; cut off, the revision is not marked as done, and running it again goes on."""
    with op.get_context().autocommit_block():
        _execute(name)


def _execute(name: str) -> None:
    sql = (files("leadline.storage.postgres.migrations.versions") / name).read_text(encoding="utf-8")
    connection: Any = op.get_bind().connection.dbapi_connection
    connection.run_async(lambda driver: driver.execute(sql))
