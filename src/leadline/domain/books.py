"""The books: what every counter of every user must be, recounted from the leads and their trails alone."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from leadline.domain.activities import Activity
from leadline.domain.findings import FIX, Finding
from leadline.domain.leads import Lead, counts_for_owner, is_open
from leadline.domain.users import User, UserChange, mean_minutes

COUNTERS = (
    "current_lead_count",
    "total_leads_assigned",
    "total_leads_contacted",
    "total_leads_qualified",
    "response_minutes_sum",
    "response_count",
)


@dataclass
class Books:
    """The counters of users as the leads entered so far make them. It grows with the users, not with the leads."""

    counts: dict[UUID, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def enter(self, lead: Lead, trail: Iterable[Activity]) -> None:
        """Count a lead for its owner, and go through its trail in the order it was written: who owned it when it was first
        contacted, first qualified. A lead that is there no longer as a row counts by its trail alone."""
        if lead.assigned_to and counts_for_owner(lead):
            self.counts[lead.assigned_to]["current_lead_count"] += 1
        owner: UUID | None = None
        reached: set[str] = set()
        for entry in trail:
            if entry.action_type == "assigned":
                owner = _owner(entry)
                if owner:
                    self.counts[owner]["total_leads_assigned"] += 1
            elif entry.action_type == "status_changed" and (status := _value(entry, "status")) not in reached:
                reached.add(status)
                if owner:
                    self._count(owner, status, lead, entry)

    def _count(self, owner: UUID, status: str, lead: Lead, entry: Activity) -> None:
        if status == "Qualified":
            self.counts[owner]["total_leads_qualified"] += 1
        if status == "Contacted":
            self.counts[owner]["total_leads_contacted"] += 1
            if lead.import_id is None:
                minutes = max((entry.created_at - lead.created_at) // timedelta(minutes=1), 0)
                self.counts[owner]["response_minutes_sum"] += minutes
                self.counts[owner]["response_count"] += 1

    def drift(self, user: User) -> UserChange:
        """What must be added to the counters of a user to make them right. It stays the same whatever else is counted
        meanwhile, for every act adds to both sides alike."""
        counted = self.counts[user.id]
        return UserChange(user.id, **{name: counted[name] - getattr(user, name) for name in COUNTERS})

    def findings(self, user: User) -> Iterator[Finding]:
        """Each counter of a user that is wrong, and the mean."""
        counted = self.counts[user.id]
        for name in COUNTERS:
            if getattr(user, name) != counted[name]:
                what = f"{user.full_name} has {name} {getattr(user, name)}, and a recount says {counted[name]}"
                yield Finding("counters", f"users/{user.id}", what, FIX)
        mean = mean_minutes(user.response_minutes_sum, user.response_count)
        if user.avg_response_time_minutes != mean:
            what = f"{user.full_name} has avg_response_time_minutes {user.avg_response_time_minutes}, and the sums make {mean}"
            yield Finding("counters", f"users/{user.id}", what, FIX)


def trail_findings(lead: Lead, trail: Iterable[Activity]) -> Iterator[Finding]:
    """Where the trail, in the order it was written, tells another story than the lead."""
    story = _Story()
    for entry in trail:
        story.tell(entry)
    for name, told in story.values.items():
        if getattr(lead, name) != told:
            yield _trail_finding(lead, f"its {name} is {getattr(lead, name)}, and its trail ends in {told}")
    if story.created != 1:
        yield _trail_finding(lead, f"its trail has {story.created} entries lead_created in place of one")


# What changes the answers of a lead.
_MOVES_ANSWERS = frozenset({"edited", "duplicate_submission", "reviewed", "enrichment_completed"})


def kept_its_score(lead: Lead, trail: Iterable[Activity]) -> bool:
    """Whether a lead's answers or signals may have moved after it was closed: closed leads keep the score they were closed
    with. When a signal was counted its entry does not say, for its id is made of the event's."""
    if is_open(lead):
        return False
    moved = has_signal = False
    for entry in trail:
        has_signal = has_signal or entry.action_type == "engagement"
        moved = entry.action_type != "status_changed" and (moved or entry.action_type in _MOVES_ANSWERS)
    return moved or has_signal


_COUNTED = {"email_reply": "email_reply_count", "pricing_page_visit": "pricing_page_visits"}


class _Story:
    """What a trail says of its lead."""

    def __init__(self) -> None:
        self.created = 0
        self.values: dict[str, Any] = {
            "status": "New",
            "assigned_to": None,
            "is_deleted": False,
            "email_reply_count": 0,
            "pricing_page_visits": 0,
            "demo_video_watched": False,
        }

    def tell(self, entry: Activity) -> None:
        match entry.action_type:
            case "lead_created":
                self.created += 1
                self.values["lead_score"] = _value(entry, "score")
            case "score_updated":
                self.values["lead_score"] = _value(entry, "score")
            case "category_changed":
                self.values["category"] = _value(entry, "category")
            case "status_changed":
                self.values["status"] = _value(entry, "status")
            case "assigned":
                self.values["assigned_to"] = _owner(entry)
            case "marked_spam" | "unmarked_spam":
                self.values["is_spam"] = entry.action_type == "marked_spam"
            case "deleted" | "restored":
                self.values["is_deleted"] = entry.action_type == "deleted"
            case "priority_flagged":
                self.values["priority_flag"] = _value(entry, "flag")
            case "engagement":
                self._engage(_value(entry, "type"))

    def _engage(self, kind: Any) -> None:
        if kind in _COUNTED:
            self.values[_COUNTED[kind]] += 1
        else:
            self.values["demo_video_watched"] = True


def _owner(entry: Activity) -> UUID | None:
    named = _value(entry, "user_id")
    return UUID(named) if named else None


def _value(entry: Activity, name: str) -> Any:
    return json.loads(entry.new_value or "{}").get(name)


def _trail_finding(lead: Lead, what: str) -> Finding:
    cure = "read its trail: whoever changed the lead went past Leadline; set the lead right through the API"
    return Finding("trail", f"leads/{lead.id}", what, cure)
