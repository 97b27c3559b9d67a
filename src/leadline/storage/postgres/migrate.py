"""Migrations: bringing a database to a revision, one process at a time, while leads keep arriving."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from leadline.domain.errors import Unavailable
from leadline.storage.postgres.connection import in_our_words

HEAD = "013_ways_in"

# Of a transaction, so that it ends with its connection, whatever happens.
MIGRATION_LOCK = 0x1EAD_0002
WAIT_SECONDS = 600
LOOK_SECONDS = 0.2
# A statement that waits for a lock on a table holds up everybody who comes after it, so it waits briefly and comes back.
LOCK_TIMEOUT = "2s"
ATTEMPTS = 60
PAUSE_SECONDS = 2.0


async def current_revision(url: str) -> str | None:
    """The revision a database stands at; None where Leadline is not, or this login may see nothing of it. Does not load
    Alembic."""
    async with in_our_words():
        connection = await asyncpg.connect(url, timeout=10)
        try:
            return await connection.fetchval("SELECT version_num FROM leadline.alembic_version")  # type: ignore[no-any-return]
        except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError, asyncpg.InsufficientPrivilegeError):
            return None
        finally:
            await connection.close()


async def upgrade(url: str, revision: str = HEAD) -> bool:
    """Bring the database up to a revision; False where it stood there already.

    Each revision commits whole or leaves nothing behind that running it again would not finish. Raises Unavailable."""
    if await current_revision(url) == revision:
        return False
    async with _alone(url):
        if await current_revision(url) == revision:
            return False
        await _run(url, "upgrade", revision)
        return True


async def downgrade(url: str, revision: str) -> None:
    """Take the database back to a revision, or to `base`. Raises Unavailable."""
    async with _alone(url):
        await _run(url, "downgrade", revision)


@asynccontextmanager
async def _alone(url: str) -> AsyncIterator[None]:
    """Holds the lock of migrations, in a transaction of its own on a connection of its own: the revisions commit in between.

    Neither who holds the lock nor who waits for it keeps a snapshot: an index that is made CONCURRENTLY would wait for its end,
    and it for the index."""
    async with in_our_words():
        guard = await asyncpg.connect(url, timeout=10)
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                while not await _try_lock(guard):  # noqa: ASYNC110 - another process, which tells nobody
                    await asyncio.sleep(LOOK_SECONDS)
            yield
        finally:
            await guard.close()


async def _try_lock(guard: Any) -> bool:
    """Take the lock in a transaction that stays open, or leave none behind."""
    await guard.execute(
        "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL statement_timeout = 0;"
        " SET LOCAL idle_in_transaction_session_timeout = 0"
    )
    is_held: bool = await guard.fetchval("SELECT pg_try_advisory_xact_lock($1)", MIGRATION_LOCK)
    # The driver leaves a cursor open, and with it a snapshot; the next statement closes it.
    await guard.execute("SELECT" if is_held else "ROLLBACK")
    return is_held


async def _run(url: str, command: str, revision: str) -> None:
    # Alembic and SQLAlchemy's engine take half a second to import, and most starts have nothing to migrate.
    from alembic.util import CommandError
    from sqlalchemy.exc import DBAPIError

    for attempt in range(1, ATTEMPTS + 1):
        try:
            await _attempt(url, command, revision)
            return
        except (DBAPIError, asyncpg.PostgresError) as error:
            cause: Any = getattr(error, "orig", error)
            is_locked = getattr(cause, "sqlstate", None) == asyncpg.LockNotAvailableError.sqlstate
            if not is_locked or attempt == ATTEMPTS:
                raise Unavailable(f"the migration stopped; run it again when this is mended: {cause}") from error
        except CommandError as error:
            raise Unavailable(f"this Leadline cannot migrate the database, a newer one may: {error}") from error
        await asyncio.sleep(PAUSE_SECONDS * random.random())  # noqa: S311 - jitter, not a secret


async def _attempt(url: str, command: str, revision: str) -> None:
    from alembic import command as alembic_command
    from alembic.config import Config
    from sqlalchemy import Connection, text
    from sqlalchemy.ext.asyncio import create_async_engine
    from sqlalchemy.pool import NullPool

    config = Config()
    config.set_main_option("script_location", "leadline.storage.postgres:migrations")
    run: Callable[[Config, str], None] = getattr(alembic_command, command)

    def migrate(connection: Connection) -> None:
        connection.execute(text("SET statement_timeout = 0"))
        if connection.scalar(text("SELECT to_regnamespace('leadline')")) is None:
            connection.execute(text("CREATE SCHEMA leadline"))
        connection.commit()
        config.attributes["connection"] = connection
        run(config, revision)

    # The driver reads the URL, as it does everywhere else: SQLAlchemy knows neither sslmode nor several hosts.
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(url, timeout=10), poolclass=NullPool
    )
    try:
        async with engine.connect() as connection:
            await connection.run_sync(migrate)
    finally:
        await engine.dispose()
