"""What this process can be watched by: numbers in Prometheus' text format, behind a key or a session unless a setting opens them."""

from litestar import Response, get
from litestar.di import NamedDependency

from leadline.clock import utc_now
from leadline.domain.errors import Unavailable
from leadline.usecases.standby import Standby
from leadline.web.actions import doing
from leadline.web.csrf import BY_KEY_OR_SESSION
from leadline.web.services import Services

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@get("/metrics", opt=doing("describe_api") | BY_KEY_OR_SESSION)
async def metrics(services: NamedDependency[Services]) -> Response[bytes]:
    """Each number with what it is."""
    lines = _gauge("leadline_waiting_for_commit", "Postings that wait for a commit.", services.queue.depth)
    if services.standby is not None:
        lines += await _journal(services.standby)
    return Response("".join(lines).encode(), media_type=MEDIA_TYPE)


async def _journal(standby: Standby) -> list[str]:
    try:
        oldest = await standby.journal.oldest()
    except Unavailable:
        # The disk does not answer; how many there are is known without it.
        oldest = None
    seconds = (utc_now() - oldest).total_seconds() if oldest else 0.0
    return [
        *_gauge("leadline_database_away", "1 during an outage of the database.", int(standby.watch.is_away)),
        *_gauge("leadline_journal_entries", "Submissions in the journal.", standby.journal.depth),
        *_gauge("leadline_journal_room", "How many more the journal takes.", standby.journal.room),
        *_gauge("leadline_journal_oldest_seconds", "How long the oldest of them has waited.", round(seconds, 3)),
    ]


def _gauge(name: str, help: str, value: float) -> list[str]:
    return [f"# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}\n"]
