"""What every decision is given, and what it wants written. Deciding touches neither store nor clock."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from leadline.domain.activities import Activity, Actor
from leadline.domain.cards import card_updates, shown_otherwise
from leadline.domain.idempotency import KeptAnswer
from leadline.domain.intake import SubmissionRecord
from leadline.domain.leads import Lead
from leadline.domain.notifications import Notification, Writer
from leadline.domain.scoring import Scorer
from leadline.domain.users import User, UserChange
from leadline.ports import Tx


@dataclass(frozen=True, slots=True)
class House:
    """What is the same for every decision of a running house: the rules that score (as of its start; `rules.house_in_force`
    has those of a transaction), where ids come from, its Slack channel, whether Cold leads are given to a rep too. `compiled` keeps
    newer rules ready."""

    scorer: Scorer
    new_id: Callable[[], UUID]
    slack_channel: str = "#leads"
    routes_all: bool = False
    compiled: dict[int, Scorer] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Deciding:
    """One decision: who acts, when, and whether anybody may be told (only live captures and people's acts notify, RULES 7)."""

    house: House
    now: datetime
    actor: Actor
    notifies: bool = True

    def writer(self) -> Writer:
        """For the notifications of this decision."""
        return Writer(self.house.new_id, self.now, self.house.slack_channel)


@dataclass(slots=True)
class Writes:
    """What a decision wants written, handed to the transaction in one go."""

    new_users: list[User] = field(default_factory=list)
    submissions: list[SubmissionRecord] = field(default_factory=list)
    new_leads: list[Lead] = field(default_factory=list)
    changed_leads: list[Lead] = field(default_factory=list)
    activities: list[Activity] = field(default_factory=list)
    notifications: list[Notification] = field(default_factory=list)
    user_changes: list[UserChange] = field(default_factory=list)
    answers: list[KeptAnswer] = field(default_factory=list)
    # Leads that show otherwise, though nothing in their trail tells it by its kind.
    changed_by_repeats: set[UUID] = field(default_factory=set)

    async def hand_to(self, tx: Tx, writer: Writer) -> None:
        """Buffer everything in `tx`, before any other write of it; empty kinds are left out. Every decision about leads passes
        here, so here the Slack cards that show a lead otherwise are told, whoever changed it and by what way."""
        changed = shown_otherwise(self.activities) | self.changed_by_repeats
        changed -= {lead.id for lead in self.new_leads}
        if changed:
            self.notifications.extend(card_updates(await tx.sent_by_slack(sorted(changed)), writer))
        if self.new_users:
            tx.add_users(self.new_users)
        if self.submissions:
            tx.add_submissions(self.submissions)
        if self.new_leads:
            tx.add_leads(self.new_leads)
        if self.changed_leads:
            tx.update_leads(self.changed_leads)
        if self.activities:
            tx.add_activities(self.activities)
        if self.notifications:
            tx.add_notifications(self.notifications)
        if self.user_changes:
            tx.change_users(self.user_changes)
        if self.answers:
            tx.keep_answers(self.answers)
