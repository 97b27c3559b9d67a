"""`leadline serve`: database, web server and worker in one process, from the first line to a clean stop."""

import asyncio
import gc
import logging
import socket
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import uvicorn

from leadline import embedded, keeping
from leadline.bootstrap import build, build_house, known_senders, open_standby, run_delivering
from leadline.clock import utc_now
from leadline.config import Settings, WrongSetting
from leadline.databases import find_pending_migration, migrate_database, open_database
from leadline.domain.errors import LeadlineError, Unavailable
from leadline.domain.users import User
from leadline.embedded import EmbeddedUrls
from leadline.ports import Store
from leadline.start import Secrets, Started, announce, ensure_admin, find_secrets, with_secrets
from leadline.usecases.accounts import start_login_link
from leadline.usecases.demo import add_demo
from leadline.usecases.outage import DatabaseWatch
from leadline.web.app import create_app
from leadline.web.edge import Edge
from leadline.web.services import Services
from leadline.worker import run_rescoring, run_watch, run_worker

T = TypeVar("T")
# The admin, and how many leads the demo has.
_Prepared = tuple[User, int]

STOP_SECONDS = 10
# How long a start waits for a database before it goes on without.
START_PATIENCE_SECONDS = 3.0
COME_UP_SECONDS = 1.0
BACKLOG = 1024

log = logging.getLogger("leadline.serve")


def serve(settings: Settings, *, demo: bool) -> None:
    """Run until SIGTERM or SIGINT. Raises WrongSetting for a port in use, and what `embedded.serve` raises."""
    _check_port(settings)
    _log_to_stderr()
    secrets = find_secrets(settings)
    with _database(settings) as (connected, database):
        house = _House(with_secrets(connected, secrets), secrets, settings.is_embedded, demo)
        keeping.run(lambda stopping: _serve(house, stopping), database)


@dataclass(frozen=True, slots=True)
class _House:
    """What one run is given."""

    settings: Settings
    secrets: Secrets
    is_embedded: bool
    demo: bool


@contextmanager
def _database(settings: Settings) -> Iterator[tuple[Settings, EmbeddedUrls | None]]:
    """The settings with a database to connect to: the one they name, or the embedded one, started and stopped here."""
    if not settings.is_embedded:
        yield settings, None
        return
    with embedded.serve(settings.home) as urls:
        yield replace(settings, database_url=urls.app, database_owner_url=urls.owner), urls


async def _serve(house: _House, stopping: asyncio.Event) -> None:
    """Run until told to stop."""
    settings, secret_key = house.settings, house.secrets.secret_key
    is_there = await _is_there(house)
    async with (
        open_database(settings, is_there=is_there) as store,
        open_standby(settings, store, is_there=is_there) as standby,
    ):
        # First: what is built next keeps for an outage the keys that there are.
        prepared = await _prepare(house, store) if is_there else None
        async with build(settings, store, secret_key, standby) as services:
            server = _WebServer(_server_config(settings, create_app(services)))
            # What is there now stays: the collector need not walk through it with every generation.
            gc.collect()
            gc.freeze()
            serving = asyncio.create_task(server.serve())
            working = asyncio.create_task(_work(house, services, standby.watch, prepared, stopping))
            told = asyncio.create_task(stopping.wait())
            await asyncio.wait([serving, working, told], return_when=asyncio.FIRST_COMPLETED)
            stopping.set()
            services.live.stop()
            server.should_exit = True
            async with asyncio.timeout(STOP_SECONDS):
                await asyncio.gather(serving, working)


async def _is_there(house: _House) -> bool:
    """Whether there is a database, which is migrated then. Without one there is a start only where it was known before: then some
    may send leads all the same. Elsewhere DATABASE_URL may be wrong, and that is to be heard at once: raises Unavailable."""
    settings = house.settings
    if known_senders(settings, house.secrets.secret_key).read() is not None:
        try:
            async with asyncio.timeout(START_PATIENCE_SECONDS):
                await find_pending_migration(settings)
        except (Unavailable, TimeoutError) as outage:
            why = str(outage) or f"the database does not answer within {START_PATIENCE_SECONDS:.0f} s"
            log.warning("%s; started without it: leads go to the journal until it is there", why)
            return False
    await migrate_database(settings)
    return True


async def _work(
    house: _House, services: Services, watch: DatabaseWatch, prepared: _Prepared | None, stopping: asyncio.Event
) -> None:
    """All that runs beside the web server, as soon as the database is there."""
    settings, store, key = house.settings, services.store, house.secrets.secret_key
    prepared = prepared or await _unless_told(stopping, _come_up(house, services, watch))
    if prepared is None:
        return
    admin, demo_leads = prepared
    link = await _login_link(settings, store, admin)
    announce(Started(settings, house.secrets, link, demo_leads, house.is_embedded))
    await asyncio.gather(
        run_worker(store, settings.phone_region, stopping, lambda: services.queue.is_busy),
        run_rescoring(store, services.house, stopping, lambda: services.queue.is_busy),
        run_watch(store, services.house, stopping),
        run_delivering(settings, store, key, services.bell, stopping),
    )


async def _come_up(house: _House, services: Services, watch: DatabaseWatch) -> _Prepared:
    """Make a database ready that was away at the start, once it is there. Until then nothing else asks it."""
    while True:
        try:
            await migrate_database(house.settings)
            prepared = await _prepare(house, services.store)
        except LeadlineError as error:
            log.info("the database is not ready: %s", error)
            await asyncio.sleep(COME_UP_SECONDS)
        else:
            watch.release()
            services.importing.resume()
            return prepared


async def _unless_told(stopping: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """What comes of it, or None where it is time to stop first."""
    told, working = asyncio.create_task(stopping.wait()), asyncio.create_task(work)
    await asyncio.wait({told, working}, return_when=asyncio.FIRST_COMPLETED)
    told.cancel()
    if working.done():
        return await working
    working.cancel()
    await asyncio.wait({working})
    return None


class _WebServer(uvicorn.Server):
    """The web server without its own idea of signals: database and worker stop in their turn, and we say when."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _server_config(settings: Settings, app: Edge) -> uvicorn.Config:
    """Nobody's X-Forwarded-For is believed here; `web.edge` knows the proxies that may be."""
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        backlog=BACKLOG,
        timeout_graceful_shutdown=STOP_SECONDS - 2,
    )


async def _prepare(house: _House, store: Store) -> _Prepared:
    decisions = await build_house(house.settings, store)
    demo_leads = await add_demo(store, decisions, utc_now()) if house.demo else 0
    return await ensure_admin(house.settings, house.secrets, store, decisions), demo_leads


async def _login_link(settings: Settings, store: Store, admin: User) -> str | None:
    """A link for whoever reads the terminal, while nobody has logged in yet or the server is this machine's own."""
    if admin.last_login_at is not None and not settings.host.startswith("127."):
        return None
    return f"{settings.origin}/login?link={await start_login_link(store, admin, utc_now())}"


def _log_to_stderr() -> None:
    """What the loops have to say, such as the line of each day. Other people's code keeps its own ways."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s: %(message)s"))
    log = logging.getLogger("leadline")
    log.setLevel(logging.INFO)
    log.addHandler(handler)


def _check_port(settings: Settings) -> None:
    """A second server could bind the same port beside the first (SO_REUSEPORT) and take half of its requests."""
    with socket.socket() as probe:
        try:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise WrongSetting(
                f"port {settings.port} on {settings.host} cannot be used ({error.strerror}); set PORT to another one"
            ) from error
