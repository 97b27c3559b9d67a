"""Addresses that want no more mail from us, or that no mail can reach."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

SuppressionReason = Literal["unsubscribed", "dead_address", "complained"]


@dataclass(frozen=True, slots=True)
class Suppression:
    """One address, by the key that `domain.emails` makes of it, and since when nothing goes there."""

    address: str
    reason: SuppressionReason
    created_at: datetime
