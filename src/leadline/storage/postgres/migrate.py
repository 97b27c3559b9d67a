"""Migrations: bringing a database to a revision, one process at a time."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import asyncpg

from leadline.domain.errors import Unavailable
from leadline.storage.postgres.connection import in_our_words

HEAD = "001_add_company_website"

# Of the transaction, so it ends with it, whatever happens.
MIGRATION_LOCK = 0x1EAD_0002
LOCK_TIMEOUT = "5s"


async def current_revision(url: str) -> str | None:
    """The revision a database stands at; None for one that Leadline has never seen. Does not load Alembic."""
    async with in_our_words():
        connection = await asyncpg.connect(url, timeout=10)
        try:
            return await connection.fetchval("SELECT version_num FROM leadline.alembic_version")  # type: ignore[no-any-return]
        except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError):
            return None
        finally:
            await connection.close()


async def upgrade(url: str, revision: str = HEAD) -> bool:
    """Bring the database up to a revision; False where it stood there already. All of it commits, or none."""
    if await current_revision(url) == revision:
        return False
    await _run(url, "upgrade", revision)
    return True


async def downgrade(url: str, revision: str) -> None:
    """Take the database back to a revision, or to `base`."""
    await _run(url, "downgrade", revision)


async def _run(url: str, command: str, revision: str) -> None:
    # Alembic and SQLAlchemy's engine take half a second to import, and most starts have nothing to migrate.
    from alembic import command as alembic_command
    from alembic.config import Config
    from sqlalchemy import Connection, text
    from sqlalchemy.exc import DBAPIError
    from sqlalchemy.ext.asyncio import create_async_engine
    from sqlalchemy.pool import NullPool

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    run: Callable[[Config, str], None] = getattr(alembic_command, command)

    def migrate(connection: Connection) -> None:
        connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
        connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
        connection.execute(text("CREATE SCHEMA IF NOT EXISTS leadline"))
        config.attributes["connection"] = connection
        run(config, revision)

    _, rest = url.split("://", 1)
    engine = create_async_engine(f"postgresql+asyncpg://{rest}", poolclass=NullPool)
    try:
        async with asyncio.timeout(600), engine.begin() as connection:
            await connection.run_sync(migrate)
    except (DBAPIError, OSError) as error:
        raise Unavailable(f"the migration was not done and left nothing behind: {error}") from error
    finally:
        await engine.dispose()
