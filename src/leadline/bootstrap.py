"""Puts the application together: with `databases`, the only module that names concrete adapters."""

import asyncio
import os
import platform
import random
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from functools import partial

from leadline.channels.email import EmailChannel, Sender
from leadline.channels.slack import SlackAccess, SlackChannel, reply
from leadline.channels.smtp import MailServer, MailServerAddress
from leadline.clock import utc_now
from leadline.config import Settings, WrongSetting
from leadline.domain.default_ruleset import DEFAULT_RULESET
from leadline.domain.intake import Captured, Intake
from leadline.domain.notifications import ChannelName
from leadline.domain.rulesets import RuleSet
from leadline.domain.scoring import compile as compile_rules
from leadline.domain.sent_links import SentLinks
from leadline.ids import new_id
from leadline.integrations.journal import open_journal
from leadline.integrations.senders import SendersFile
from leadline.integrations.turnstile import Turnstile
from leadline.ports import Store
from leadline.ports.channels import Channel
from leadline.ports.senders import KnownSenders
from leadline.sealing import Sealer
from leadline.storage.postgres.listening import listen
from leadline.usecases.bell import Bell
from leadline.usecases.capture import capture_leads
from leadline.usecases.capture_queue import CaptureQueue
from leadline.usecases.deciding import House
from leadline.usecases.outage import DatabaseWatch
from leadline.usecases.rules import current_ruleset, find_ruleset
from leadline.usecases.sending import Delivery
from leadline.usecases.standby import Standby
from leadline.web.attendance import Attendance
from leadline.web.connected import Endpoints, own_endpoint
from leadline.web.importing import Importing
from leadline.web.learning import Learning
from leadline.web.live import Live
from leadline.web.services import Keys, Services
from leadline.web.uploads import Uploads
from leadline.worker import run_delivery, run_heartbeat

# For a start without the database: of no version, so that every decision fetches those in force (`rules.house_in_force`).
UNREAD_RULES = replace(DEFAULT_RULESET, version=0)


async def build_house(settings: Settings, store: Store) -> House:
    """The rules as they stand now, published on first use."""
    return _house(settings, await current_ruleset(store, DEFAULT_RULESET, utc_now()))


def _house(settings: Settings, ruleset: RuleSet) -> House:
    return House(compile_rules(ruleset), new_id, settings.slack_channel, settings.routing == "all")


def build_channels(settings: Settings, secret_key: str) -> dict[ChannelName, Channel]:
    """Every way to tell somebody something; one that lacks a setting says so by its `hindrance`. The caller closes them. Raises
    WrongSetting."""
    takes_clicks = settings.slack_signing_secret is not None
    access = SlackAccess(settings.slack_bot_token, settings.slack_webhook_url, settings.slack_api_url, takes_clicks)
    return {"email": _email(settings, SentLinks(settings.origin, secret_key)), "slack": SlackChannel(access)}


def _email(settings: Settings, links: SentLinks) -> EmailChannel:
    with _readable("SMTP_URL"):
        server = MailServer(MailServerAddress.parse(settings.smtp_url)) if settings.smtp_url else None
    with _readable("MAIL_FROM"):
        sender = Sender.parse(settings.mail_from) if settings.mail_from else None
    return EmailChannel(server, sender, links, settings.mail_postal_address)


@contextmanager
def _readable(variable: str) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise WrongSetting(f"{variable}: {error}") from error


def known_senders(settings: Settings, secret_key: str) -> KnownSenders:
    """Who may send leads to this database, as far as this machine knows without it."""
    return SendersFile(settings.home / "senders.sealed", secret_key, settings.database_place)


@asynccontextmanager
async def open_standby(settings: Settings, store: Store, *, is_there: bool = True) -> AsyncIterator[Standby]:
    """The journal in LEADLINE_HOME, and the watch that says when it is needed: of a store that is not `is_there`, until the watch
    is released. Raises Unavailable where there can be no journal."""
    journal = await open_journal(settings.home / "journal", settings.journal_max)
    watch = DatabaseWatch(store.beat, is_held=not is_there)
    watch.start()
    try:
        yield Standby(journal, watch)
    finally:
        await watch.close()
        await journal.close()


@asynccontextmanager
async def build_delivery(settings: Settings, store: Store, secret_key: str) -> AsyncIterator[Delivery]:
    """What a worker sends with; its channels are closed at the end."""
    channels = build_channels(settings, secret_key)
    name = f"{platform.node()[:60]}/{os.getpid()}/{new_id()}"
    try:
        yield Delivery(store, channels, new_id, utc_now, random.random, name, settings.origin)
    finally:
        await asyncio.gather(*(channel.close() for channel in channels.values()))


async def ring_at_commits(settings: Settings, bell: Bell, stopping: asyncio.Event) -> None:
    """Ring whenever any process has queued something, where the database can say so: not through a pooler, nor on Firestore."""
    direct = settings.database_direct_url or (None if settings.database_through_pooler else settings.database_url)
    if settings.firestore_project or direct is None:
        return
    await listen(direct, bell.ring, stopping)


async def run_delivering(
    settings: Settings, store: Store, secret_key: str, bell: Bell, stopping: asyncio.Event
) -> None:
    """Send messages, say that this worker is there, and listen for what other processes queue, until `stopping` is set."""
    place = f"{platform.node()}, process {os.getpid()}"
    async with build_delivery(settings, store, secret_key) as delivery:
        await asyncio.gather(
            run_delivery(delivery, bell, stopping),
            run_heartbeat(store, new_id(), place, stopping),
            ring_at_commits(settings, bell, stopping),
        )


@asynccontextmanager
async def build(
    settings: Settings, store: Store, secret_key: str, standby: Standby | None = None
) -> AsyncIterator[Services]:
    """A running application: its queue takes submissions from here on and is finished at the end."""
    is_away = standby is not None and standby.watch.is_away
    house = _house(settings, UNREAD_RULES) if is_away else await build_house(settings, store)

    find = partial(find_ruleset, store)
    bell = Bell()

    async def capture(items: Sequence[Intake]) -> list[Captured]:
        captured = await capture_leads(store, house, items, utc_now())
        bell.ring()
        return captured

    queue = CaptureQueue(capture, batch_max=store.batch_max, standby=standby)
    watch = standby.watch if standby else None
    keys, live, sealer = Keys(store, watch), Live(store), Sealer(secret_key)
    endpoints = Endpoints(store, sealer, own_endpoint(settings, sealer), watch)
    learning = await Learning(keys, endpoints, known_senders(settings, secret_key), watch).begin() if watch else None
    channels = build_channels(settings, secret_key)
    uploads = Uploads(settings.home, settings.import_max_mb)
    importing = Importing(store, house, uploads, lambda: queue.is_busy)
    queue.start()
    if not is_away:
        importing.resume()
    try:
        yield Services(
            settings, secret_key, store, house, queue, keys, find, live, endpoints, Turnstile(settings), bell,
            channels, Attendance(store), reply, uploads, importing, standby,
        )  # fmt: skip
    finally:
        await importing.close()
        await asyncio.gather(*(channel.close() for channel in channels.values()))
        if learning is not None:
            learning.cancel()
        await live.close()
        await queue.close()
        await keys.close()
