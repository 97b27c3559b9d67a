"""Runs a migration's SQL file."""

from importlib.resources import files
from typing import Any

from alembic import op


def run_file(name: str) -> None:
    """Every statement of a file beside the revisions. The driver takes no parameters here, so nothing is interpreted."""
    sql = (files("leadline.storage.postgres.migrations.versions") / name).read_text(encoding="utf-8")
    connection: Any = op.get_bind().connection.dbapi_connection
    connection.run_async(lambda driver: driver.execute(sql))
