"""Users: reps, managers and admins, and what each may see."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from leadline.domain.leads import Lead

Role = Literal["rep", "manager", "admin"]
ROLES: tuple[Role, ...] = ("rep", "manager", "admin")


@dataclass(slots=True)
class User:
    """A person with an account, under the seed's column names. `current_lead_count` equals a recount after every commit."""

    id: UUID
    full_name: str
    email: str
    created_at: datetime
    updated_at: datetime
    phone: str | None = None
    role: Role = "rep"
    is_active: bool = True
    max_active_leads: int = 20
    current_lead_count: int = 0
    total_leads_assigned: int = 0
    total_leads_contacted: int = 0
    total_leads_qualified: int = 0
    avg_response_time_minutes: int | None = None
    response_minutes_sum: int = 0
    response_count: int = 0
    slack_user_id: str | None = None
    notify_email: bool = True
    notify_slack: bool = True
    notify_sms: bool = False
    last_login_at: datetime | None = None
    last_turn_at: datetime | None = None
    last_turn_seq: int = 0
    password_hash: str | None = None
    is_demo: bool = False
    version: int = 1


def can_see(user: User, lead: Lead) -> bool:
    """Managers and admins see every lead, a rep the own and the unassigned ones (RULES 11)."""
    return user.role != "rep" or lead.assigned_to is None or lead.assigned_to == user.id
