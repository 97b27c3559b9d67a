"""Connections: the pool, and what PostgreSQL's and the network's errors mean in our words."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from leadline.domain.errors import Unavailable
from leadline.ports import LostRace, Refused
from leadline.storage.postgres.rows import Connection, set_codecs

ACQUIRE_SECONDS = 2.0
COMMAND_SECONDS = 4.0
STATEMENT_TIMEOUT_MS = 3500
IDLE_IN_TRANSACTION_MS = 10_000

# Another writer was faster, or a constraint of ours refused what a fresh look will see (a user who has been removed since):
# run the transaction again.
LOST_RACE = (
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.ForeignKeyViolationError,
    asyncpg.LockNotAvailableError,
)
# Values that no column takes: found by the server, or by the driver, which says so in the server's words.
REFUSAL = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.ProgramLimitExceededError,
    UnicodeEncodeError,
)
# asyncpg reports an outage in three unrelated families.
OUTAGE = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    # What the driver says of a connection that died half-way through an answer.
    asyncpg.InternalClientError,
)


async def open_pool(
    url: str, *, size: int, role: str | None, through_pooler: bool = False, is_there: bool = True
) -> "asyncpg.Pool[Any]":
    """A pool whose connections act as `role` (None: as whoever logs in). Behind a transaction-mode pooler nothing may outlive
    a transaction: no prepared statements, no session settings. Where the server `is_there` one is connected at once."""
    settings = (
        {}
        if through_pooler
        else {
            "application_name": "leadline",
            "statement_timeout": str(STATEMENT_TIMEOUT_MS),
            "idle_in_transaction_session_timeout": str(IDLE_IN_TRANSACTION_MS),
            "timezone": "UTC",
            **({"role": role} if role else {}),
        }
    )

    async def nothing_to_reset(connection: Any) -> None:
        """We leave no session state behind, so the round trip that asyncpg spends on RESET ALL is saved."""

    async with in_our_words():
        return await asyncpg.create_pool(
            url,
            min_size=1 if is_there else 0,
            max_size=size,
            init=set_codecs,
            reset=nothing_to_reset,
            command_timeout=COMMAND_SECONDS,
            timeout=ACQUIRE_SECONDS,
            statement_cache_size=0 if through_pooler else 256,
            server_settings=settings,
        )


@asynccontextmanager
async def in_our_words() -> AsyncIterator[None]:
    """Turns what the driver raises into what the ports promise."""
    try:
        yield
    except asyncpg.UniqueViolationError as error:
        if str(error.constraint_name).endswith("_pkey"):
            raise Refused(f"the id of a row is taken: {error}") from error
        raise LostRace(f"another writer was faster: {error}") from error
    except LOST_RACE as error:
        raise LostRace(f"another writer was faster: {error}") from error
    except REFUSAL as error:
        raise Refused(f"the database refuses these rows: {error}") from error
    except OUTAGE as error:
        raise Unavailable(f"the database does not answer: {error or type(error).__name__}") from error


@asynccontextmanager
async def borrow(pool: "asyncpg.Pool[Any]") -> AsyncIterator[Connection]:
    """A connection for one piece of work, its errors in our words."""
    async with in_our_words():
        connection = await pool.acquire(timeout=ACQUIRE_SECONDS)
        try:
            yield connection  # type: ignore[misc]
        finally:
            # A connection whose command was cut off is closed by the pool; giving it back must survive our own cancellation.
            await asyncio.shield(pool.release(connection))
