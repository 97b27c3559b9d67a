"""Whether anybody sends messages: what each page says when no worker is alive, asked of the store now and then."""

import time

from leadline.clock import utc_now
from leadline.domain.errors import LeadlineError
from leadline.domain.workers import BEAT_SECONDS, alive
from leadline.ports import Store


class Attendance:
    """What was found at the last look. `nobody` is said on pages, so a look that fails leaves it as it was."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._look_at = 0.0
        self.nobody = False

    async def look(self) -> None:
        """Look again where the last look is a beat old."""
        if time.monotonic() < self._look_at:
            return
        self._look_at = time.monotonic() + BEAT_SECONDS
        try:
            self.nobody = not alive(await self._store.list_workers(), utc_now())
        except LeadlineError:
            return
