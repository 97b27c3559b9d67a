"""`leadline serve`: database, web server and worker in one process, from the first line to a clean stop."""

import asyncio
import gc
import logging
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import uvicorn

from leadline import embedded, keeping
from leadline.bootstrap import (
    build,
    build_channels,
    build_house,
    migrate_database,
    open_database,
    open_standby,
    run_delivering,
)
from leadline.clock import utc_now
from leadline.config import Settings, WrongSetting
from leadline.domain.users import User
from leadline.embedded import EmbeddedUrls
from leadline.ports import Store
from leadline.start import Secrets, ensure_admin, find_secrets, with_secrets
from leadline.usecases.accounts import start_login_link
from leadline.usecases.demo import add_demo
from leadline.web.app import create_app
from leadline.web.edge import Edge
from leadline.worker import run_rescoring, run_watch, run_worker

STOP_SECONDS = 10
BACKLOG = 1024
_NAMES = {"email": "E-mail", "slack": "Slack"}


@dataclass(frozen=True, slots=True)
class Started:
    """What there is to say once leads can be taken."""

    settings: Settings
    secrets: Secrets
    login_link: str | None
    demo_leads: int
    is_embedded: bool


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
    settings, secrets = house.settings, house.secrets
    await migrate_database(settings)
    async with (
        open_database(settings) as store,
        open_standby(settings, store) as standby,
        build(settings, store, secrets.secret_key, standby) as services,
    ):
        admin, demo_leads = await _prepare(settings, secrets, store, demo=house.demo)
        server = _WebServer(_server_config(settings, create_app(services)))
        # What is there now stays: the collector need not walk through it with every generation.
        gc.collect()
        gc.freeze()
        serving = asyncio.create_task(server.serve())
        working = asyncio.create_task(
            run_worker(store, settings.phone_region, stopping, lambda: services.queue.is_busy)
        )
        rescoring = asyncio.create_task(run_rescoring(store, services.house, stopping, lambda: services.queue.is_busy))
        watching = asyncio.create_task(run_watch(store, services.house, stopping))
        delivering = asyncio.create_task(run_delivering(settings, store, secrets.secret_key, services.bell, stopping))
        link = await _login_link(settings, store, admin)
        announce(Started(settings, secrets, link, demo_leads, house.is_embedded))
        await _until_the_end(serving, stopping)
        stopping.set()
        services.live.stop()
        server.should_exit = True
        async with asyncio.timeout(STOP_SECONDS):
            await asyncio.gather(serving, working, rescoring, watching, delivering)


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


async def _until_the_end(serving: "asyncio.Task[None]", stopping: asyncio.Event) -> None:
    """Wait for a signal, or for the web server to end."""
    told = asyncio.create_task(stopping.wait())
    await asyncio.wait([serving, told], return_when=asyncio.FIRST_COMPLETED)


async def _prepare(settings: Settings, secrets: Secrets, store: Store, *, demo: bool) -> tuple[User, int]:
    house = await build_house(settings, store)
    demo_leads = await add_demo(store, house, utc_now()) if demo else 0
    return await ensure_admin(settings, secrets, store, house), demo_leads


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


def _channels(started: Started) -> str:
    """Which channels are on, and what the others want."""
    settings = started.settings
    found = build_channels(settings, started.secrets.secret_key)
    missing = {"slack": settings.slack_signing_secret, "email": settings.mail_postal_address}
    wanted = {
        "slack": "without buttons: set SLACK_SIGNING_SECRET",
        "email": "without MAIL_POSTAL_ADDRESS below letters",
    }
    said = []
    for name, channel in found.items():
        is_on = "on" if missing[name] else f"on, {wanted[name]}"
        state = f"not configured, set {channel.hindrance.removesuffix(' is not set')}" if channel.hindrance else is_on
        said.append(f"{_NAMES[name]}: {state}")
    return "; ".join(said)


def announce(started: Started) -> None:
    """The last lines of a start: where it is, how to get in, where the data lies, what is configured, what to try."""
    settings, secrets = started.settings, started.secrets
    lines = [
        "",
        f"  Leadline is ready at {settings.origin}",
        "",
        f"  log in       {started.login_link}  (once, within 15 minutes)"
        if started.login_link
        else f"  log in       {settings.origin}/login",
        f"  secrets      {secrets.file}  (admin password, API key, Webflow secret)",
        f"  data         {settings.home}" if started.is_embedded else f"  data         {settings.database_name}",
        f"  demo         {started.demo_leads} leads added" if started.demo_leads else None,
        f"  hook         {settings.origin}/hooks/webflow/{settings.webflow_endpoint}",
        f"  notify       {_channels(started)}",
        "",
        "  Try this:",
        f"    . {secrets.file}",
        f"    curl -s {settings.origin}/api/v1/leads -H \"Authorization: Bearer $LEADLINE_API_KEY\" -H 'Content-Type: application/json' \\",
        '      -d \'{"company_name": "Acme Corp", "contact_name": "John Doe", "email": "john@acme.com", "company_size": "51-200",',
        '           "industry": "Software/SaaS", "inquiry_type": "Demo Request", "budget_timeline": "Immediate"}\'',
        "",
    ]
    sys.stderr.write("\n".join(line for line in lines if line is not None) + "\n")
    sys.stderr.flush()
