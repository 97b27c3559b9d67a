"""The database behind DATABASE_URL: migrated and opened, whichever kind it is. What is built on it is in `bootstrap`."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from importlib import import_module
from typing import Any

from leadline.config import Settings, WrongSetting
from leadline.ports import Store
from leadline.storage.postgres import migrate
from leadline.storage.postgres.store import open_store


async def migrate_database(settings: Settings, revision: str | None = None) -> bool:
    """Bring the database up to a revision, the newest by default; False where it stood there already."""
    target = revision or migrate.HEAD
    if settings.firestore_project:
        with _usable_project():
            return await _firestore("migrate").upgrade(settings.firestore_project, target)  # type: ignore[no-any-return]
    return await migrate.upgrade(owner_url(settings), target)


async def find_pending_migration(settings: Settings) -> tuple[str | None, str] | None:
    """The revision a database stands at (None: it has nothing of Leadline's) and the one this Leadline wants, or None where they
    are the same. Changes nothing."""
    if settings.firestore_project:
        with _usable_project():
            module = _firestore("migrate")
            at, wanted = await module.current_revision(settings.firestore_project), module.HEAD
    else:
        at, wanted = await migrate.current_revision(owner_url(settings)), migrate.HEAD
    return None if at == wanted else (at, wanted)


async def downgrade_database(settings: Settings, revision: str) -> None:
    """Take the database back to a revision, or to `base`."""
    if settings.firestore_project:
        with _usable_project():
            await _firestore("migrate").downgrade(settings.firestore_project, revision)
    else:
        await migrate.downgrade(owner_url(settings), revision)


def owner_url(settings: Settings) -> str:
    """The login of migrations and night jobs."""
    url = settings.database_owner_url or settings.database_url
    assert url is not None, "an embedded server puts its URLs into the settings before anything connects"
    return url


@asynccontextmanager
async def open_database(settings: Settings, *, pool_size: int = 10, is_there: bool = True) -> AsyncIterator[Store]:
    """The store behind DATABASE_URL; one that is not `is_there` is connected to when it is. On PostgreSQL with one URL for both
    roles, every connection gives up the owner's rights. Raises WrongSetting for a Firestore project that cannot be used."""
    store = (
        await _open_firestore(settings.firestore_project, is_there=is_there)
        if settings.firestore_project
        else await _open_postgres(settings, pool_size, is_there=is_there)
    )
    try:
        yield store
    finally:
        await store.close()


async def _open_postgres(settings: Settings, pool_size: int, *, is_there: bool) -> Store:
    assert settings.database_url is not None
    return await open_store(
        settings.database_url,
        pool_size=pool_size,
        as_app=settings.database_owner_url is None,
        through_pooler=settings.database_through_pooler,
        is_there=is_there,
    )


async def _open_firestore(project: str, *, is_there: bool) -> Store:
    with _usable_project():
        return await _firestore("store").open_store(project, is_there=is_there)  # type: ignore[no-any-return]


@contextmanager
def _usable_project() -> Iterator[None]:
    """No credentials, no such project or no right to it is a wrong setting: waiting does not mend it."""
    try:
        yield
    except _firestore("connection").WrongProject as error:
        raise WrongSetting(str(error)) from error


def _firestore(module: str) -> Any:
    """A module of the Firestore store, which is an extra: who stays on PostgreSQL does not carry its client."""
    try:
        return import_module(f"leadline.storage.firestore.{module}")
    except ImportError as error:
        raise WrongSetting("DATABASE_URL asks for Firestore: install leadline[firestore]") from error
