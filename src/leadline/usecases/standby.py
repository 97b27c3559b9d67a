"""When submissions go to the journal in place of the store, and when they may go straight to the store again."""

import math
from dataclasses import dataclass

from leadline.ports.journal import Journal
from leadline.usecases.outage import DatabaseWatch

# How long a submission stands behind the journal while that is brought in, before it goes into it too: a short drain is only a
# short wait, and of a long one nobody waits for the end.
HOLD_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Standby:
    """What stands in for the store. Until the journal is empty nothing passes it: of two submissions of one address the one that
    came first is the lead (RULES 3), and turns are given in the order of arrival (RULES 4)."""

    journal: Journal
    watch: DatabaseWatch

    @property
    def takes_over(self) -> bool:
        """Whether new submissions must wait for the journal, or go into it."""
        return self.watch.is_away or self.journal.depth > 0

    @property
    def patience_seconds(self) -> float:
        """How long a submission waits for the store before it goes into the journal."""
        if self.watch.is_away:
            return 0.0
        return HOLD_SECONDS if self.journal.depth else math.inf
