"""What a batch of submissions comes to: new leads, repeats of known ones, rejections; each scored, routed and announced.
Pure: it reads nothing and only fills `Writes`."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from leadline.domain import activities, idempotency
from leadline.domain.duplicates import is_within_window
from leadline.domain.imports import before_import
from leadline.domain.intake import DEFAULT_SOURCES, Captured, Intake, SubmissionRecord, event_of
from leadline.domain.lead_edits import etag
from leadline.domain.leads import Category, Lead, is_open
from leadline.domain.merging import merge
from leadline.domain.notifications import Writer, to_lead, to_owner
from leadline.domain.routing import NOT_ROUTED, Roster, Route, wants_owner
from leadline.domain.scoring import Score, ScoreInputs
from leadline.domain.submission import FIELDS, Submission
from leadline.ports import IntakeView
from leadline.usecases.assign import record_route, route_existing
from leadline.usecases.deciding import Deciding, House, Writes
from leadline.usecases.rescore import rescored

# Public forms prove nothing about who wrote: what they add to an existing lead waits for a review.
UNPROVEN_WAYS = frozenset({"form"})


class CaptureDecision:
    """The decision over one batch, item by item, each seeing what those before it did. Pure: it only fills `Writes`."""

    def __init__(
        self,
        view: IntakeView,
        known: Sequence[Lead],
        house: House,
        now: datetime,
        kept: Sequence[idempotency.KeptAnswer] = (),
    ) -> None:
        self._house = house
        self._now = now
        self._roster = Roster(view.users)
        self._events = {(s.endpoint, s.event_id): s for s in view.events}
        self._answers = {answer.digest: answer for answer in kept if answer.expires_at > now}
        self._owners = {k.email_key: k.assigned_to for k in view.latest}
        self._leads = {lead.id: lead for lead in known}
        self._near: dict[str, list[UUID]] = {}
        for near in view.near:
            if near.lead_id in self._leads:
                self._near.setdefault(near.email_key, []).append(near.lead_id)
        self._new: dict[UUID, None] = {}
        self._changed: dict[UUID, None] = {}
        self._writes = Writes()

    def written(self) -> Writes:
        """Everything decided so far."""
        self._writes.new_leads = [self._leads[i] for i in self._new]
        self._writes.changed_leads = [self._leads[i] for i in self._changed if i not in self._new]
        return self._writes

    @property
    def writer(self) -> Writer:
        """For messages that no item is the cause of alone."""
        return Writer(self._house.new_id, self._now, self._house.slack_channel)

    def decide(self, item: Intake) -> Captured:
        """One item: a key or an event seen before, a fault, a repeat, or a new lead."""
        once = item.once
        if once is None:
            return self._decide(item)
        if (seen := self._answers.get(once.digest)) is not None:
            return Captured(seen.submission_id, item.failed_as, None, kept=seen)
        captured = self._decide(item)
        if (answer := idempotency.kept(once, captured, self._now)) is not None:
            self._answers[once.digest] = answer
            self._writes.answers.append(answer)
        return captured

    def _decide(self, item: Intake) -> Captured:
        event = event_of(item)
        seen = self._events.get(event) if event else None
        if seen is not None:
            lead = self._leads.get(seen.lead_id) if seen.lead_id else None
            return Captured(seen.id, seen.outcome, self._told(lead) if lead else None, tuple(seen.faults))
        if item.submission is None:
            return self._keep(item, Captured(item.id, item.failed_as, None, tuple(item.faults)))
        deciding = Deciding(self._house, self._now, item.actor, item.is_live)
        first = self._first_lead(item.submission.email_key, item.lead_time)
        if first is None:
            return self._keep(item, Captured(item.id, "created", self._create(item, item.submission, deciding)))
        return self._keep(
            item, Captured(item.id, "duplicate", self._told(self._merge(first, item, item.submission, deciding)))
        )

    def _told(self, lead: Lead) -> Lead:
        """The lead as the store will have it: its version goes up where this batch changes it."""
        is_changed = lead.id in self._changed and lead.id not in self._new
        return replace(lead, version=lead.version + 1) if is_changed else lead

    def _first_lead(self, email_key: str, at: datetime) -> Lead | None:
        near = (self._leads[i] for i in self._near.get(email_key, ()))
        return min(
            (lead for lead in near if is_within_window(lead.created_at, at)),
            key=lambda lead: lead.created_at,
            default=None,
        )

    def _keep(self, item: Intake, captured: Captured) -> Captured:
        record = SubmissionRecord(
            item.id,
            item.way_in,
            item.payload,
            captured.outcome,
            item.received_at,
            lead_id=captured.lead.id if captured.lead else None,
            endpoint=item.endpoint,
            event_id=item.event_id,
            request_id=item.request_id,
            faults=item.faults,
            replay_of=item.replay_of,
        )
        if event := event_of(item):
            self._events[event] = record
        self._writes.submissions.append(record)
        return captured

    def _create(self, item: Intake, sent: Submission, deciding: Deciding) -> Lead:
        inputs = ScoreInputs(
            sent.company_size, sent.industry, sent.inquiry_type, sent.budget_timeline, sent.email_class
        )
        score = self._house.scorer.score(inputs)
        route = self._route(item, score.category, sent.email_key)
        lead = _new_lead(self._house.new_id(), item, sent, score, route, self._now)
        if item.import_id is not None:
            lead = replace(lead, import_id=item.import_id)
        self._leads[lead.id] = lead
        self._near.setdefault(lead.email_key, []).append(lead.id)
        self._new[lead.id] = None
        self._writes.activities.append(
            activities.lead_created(self._house.new_id(), lead, deciding.actor, item.received_at)
        )
        # Who typed a lead in knows of it already.
        is_own = route.user is not None and route.user.id == item.actor.user_id
        told = replace(deciding, notifies=False) if is_own else deciding
        record_route(lead, route, self._roster, told, self._writes, began_waiting=route.how == "waiting")
        if route.user is not None:
            self._owners[lead.email_key] = route.user.id
        if deciding.notifies:
            self._writes.notifications.extend(to_lead(lead, deciding.writer()))
        return lead

    def _route(self, item: Intake, category: Category, email_key: str) -> Route:
        owner = self._roster.find(item.owner_id)
        if owner is not None and owner.is_active:
            return self._roster.give(owner.id)
        if not item.routes:
            return NOT_ROUTED
        routes_all = self._house.routes_all if item.routes_all is None else item.routes_all
        return self._roster.route(category, self._owners.get(email_key), self._now, routes_all=routes_all)

    def _merge(self, first: Lead, item: Intake, repeat: Submission, deciding: Deciding) -> Lead:
        merged = merge(first, repeat, may_fill=item.way_in not in UNPROVEN_WAYS)
        lead = replace(merged.lead, last_activity_date=self._now, updated_at=self._now)
        if item.import_id is not None:
            lead = replace(lead, last_activity_date=first.last_activity_date)
        self._writes.activities.append(
            activities.duplicate_submission(
                self._house.new_id(),
                lead.id,
                {name: value for name in FIELDS if (value := getattr(repeat, name)) is not None}
                | {"extra": repeat.extra},
                deciding.actor,
                self._now,
                filled=list(merged.filled),
                differing=list(merged.conflicts),
                was=before_import(first, item.import_id, merged.filled) if item.import_id else None,
            )
        )
        if merged.filled and is_open(lead):
            lead = self._rescore(lead, deciding, routes=item.routes)
        if etag(lead) != etag(first):
            self._writes.changed_by_repeats.add(lead.id)
        self._leads[lead.id] = lead
        self._changed[lead.id] = None
        return lead

    def _rescore(self, lead: Lead, deciding: Deciding, *, routes: bool) -> Lead:
        before = lead
        lead, rows = rescored(lead, "the same address wrote again", deciding)
        self._writes.activities.extend(rows)
        if lead.category == before.category:
            return lead
        if not routes and lead.waiting_since is None:
            return replace(lead, route_decision=NOT_ROUTED.decision) if wants_owner(lead) else lead
        owned = lead.assigned_to is not None
        lead = route_existing(lead, self._roster, self._owners.get(lead.email_key), deciding, self._writes)
        if owned and lead.category == "Hot" and lead.status == "New" and deciding.notifies:
            owner = self._roster.find(lead.assigned_to)
            self._writes.notifications.extend(to_owner(lead, owner, deciding.writer()) if owner else [])
        return lead


def _new_lead(id: UUID, item: Intake, sent: Submission, score: Score, route: Route, now: datetime) -> Lead:
    """The lead of a submission as scoring and routing left it."""
    return Lead(
        id=id,
        company_name=sent.company_name,
        contact_name=sent.contact_name,
        email=sent.email,
        email_key=sent.email_key,
        email_class=sent.email_class,
        created_at=item.lead_time,
        updated_at=now,
        phone=sent.phone,
        company_size=sent.company_size,
        industry=sent.industry,
        inquiry_type=sent.inquiry_type,
        budget_timeline=sent.budget_timeline,
        current_solution=sent.current_solution,
        message=sent.message,
        lead_score=score.lead_score,
        category=score.category,
        score_breakdown=score.score_breakdown,
        raw_score=score.raw_score,
        ruleset_version=score.ruleset_version,
        assigned_to=route.user.id if route.user else None,
        linkedin_url=sent.linkedin_url,
        company_website=sent.company_website,
        company_revenue=sent.company_revenue,
        source=sent.source or DEFAULT_SOURCES[item.way_in],
        utm_source=sent.utm_source,
        utm_medium=sent.utm_medium,
        utm_campaign=sent.utm_campaign,
        needs_review=sent.needs_review,
        extra=sent.extra,
        field_sources=sent.field_sources,
        waiting_since=now if route.how == "waiting" else None,
        waiting_reason=route.waiting_reason,
        route_decision=route.decision,
        is_demo=item.is_demo,
        is_test=item.is_test,
    )
