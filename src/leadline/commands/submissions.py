"""What the commands about raw postings do."""

from datetime import date

from leadline.commands.database import with_store
from leadline.config import Settings
from leadline.domain.day_summary import DaySummary
from leadline.ports import Store
from leadline.usecases.day_summary import summarize_day


def summary(day: date) -> DaySummary:
    """The figures of a UTC day."""

    async def work(settings: Settings, store: Store) -> DaySummary:
        return await summarize_day(store, day)

    return with_store(work)
