"""Endpoints that fell silent against their own habit: found from their last postings, and told of once per spell."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from leadline.domain.intake import stable_id
from leadline.domain.notifications import Notification, about_silence
from leadline.domain.routing import Roster
from leadline.domain.silence import Silence, silence_of
from leadline.ports import Refused, Store, Tx
from leadline.usecases.deciding import Deciding

PAGE = 1_000
# An endpoint of which fewer than a handful are among these has no habit that could be broken unnoticed.
POSTINGS_MAX = 10_000
WINDOW = timedelta(days=42)


async def find_silences(store: Store, now: datetime) -> dict[str, Silence]:
    """The silent endpoints by name; those that somebody switched off are not asked."""
    times: dict[str, list[datetime]] = defaultdict(list)
    position = None
    for _ in range(POSTINGS_MAX // PAGE):
        page = await store.list_postings(position, PAGE)
        for record in page.items:
            if record.endpoint is not None and record.replay_of is None and record.received_at > now - WINDOW:
                times[record.endpoint].append(record.received_at)
        position = page.next
        if position is None or page.items[-1].received_at < now - WINDOW:
            break
    off = {endpoint.name for endpoint in await store.list_endpoints() if not endpoint.is_active}
    found = {name: silence_of(at, now) for name, at in times.items() if name not in off}
    return {name: silence for name, silence in found.items() if silence is not None}


async def tell_of_silences(store: Store, deciding: Deciding) -> list[str]:
    """Queue a message to managers and admins for each spell that nobody was told of; answers the endpoints."""
    silences = await find_silences(store, deciding.now)
    if not silences:
        return []
    users = await store.list_users()
    told = []
    for name, silence in sorted(silences.items()):
        rows = _rows(name, silence, Roster(users), deciding)
        if rows and await _add(store, rows):
            told.append(name)
    return told


def silence_notes(silences: Mapping[str, Silence]) -> list[str]:
    """A sentence for each, for the doctor: a warning, for nothing of ours is broken."""
    return [
        f"endpoint {name} is silent since {silence.since:%Y-%m-%d %H:%M} UTC, which it never was for so long; see whether its"
        " provider still posts"
        for name, silence in sorted(silences.items())
    ]


def _rows(name: str, silence: Silence, roster: Roster, deciding: Deciding) -> list[Notification]:
    """One row for each recipient, under an id that is the same for all of this spell: whoever comes second finds it taken."""
    rows = about_silence(name, silence.since, silence.usual, roster.managers(), deciding.writer())
    by_recipient = {(row.notification_type, row.recipient): row for row in reversed(rows)}
    return [
        replace(row, id=stable_id(silence.since, f"silence\0{name}\0{channel}\0{recipient}"))
        for (channel, recipient), row in reversed(by_recipient.items())
    ]


async def _add(store: Store, rows: list[Notification]) -> bool:
    async def work(tx: Tx) -> None:
        tx.add_notifications(rows)

    try:
        await store.transact(work)
    except Refused:
        return False
    return True
