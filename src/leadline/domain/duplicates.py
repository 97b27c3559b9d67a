"""When two submissions of one address are the same lead (RULES 3)."""

from datetime import datetime, timedelta
from uuid import UUID

from leadline.domain.errors import Conflict

WINDOW = timedelta(hours=24)


class NearLead(Conflict):
    """Another lead of the address stands too near. Carries its id, which not everybody may be told."""

    def __init__(self, lead_id: UUID) -> None:
        super().__init__(f"lead {lead_id} of this address was created less than 24 hours from this one")
        self.lead_id = lead_id


def is_within_window(one: datetime, other: datetime) -> bool:
    """Less than 24 hours apart, in either direction, to the microsecond."""
    return abs(one - other) < WINDOW
