"""The doctor: everything that RULES promises, looked up in a whole store as of one moment, while leads keep arriving."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from leadline.domain import belongings, invariants, lead_counts
from leadline.domain.access import ApiKey, Session
from leadline.domain.activities import Activity
from leadline.domain.books import Books, kept_its_score, trail_findings
from leadline.domain.findings import Finding
from leadline.domain.intake import SubmissionRecord
from leadline.domain.lead_counts import Cell
from leadline.domain.leads import Lead
from leadline.domain.notifications import Notification
from leadline.domain.scoring import Scorer
from leadline.domain.scoring import compile as compile_rules
from leadline.domain.users import User, UserChange
from leadline.ports import Store
from leadline.ports.moment import Moment, pages


@dataclass
class Examination:
    """What was found, and what it takes to mend it. `drifts` are added to the counters of users; `seen` are the users they
    were made for; `counted` are the leads of each sort. It grows with the users, the sorts of leads, the waiting list and the findings, never with the leads."""

    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    looked_at: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    seen: dict[UUID, User] = field(default_factory=dict)
    scorers: dict[int, Scorer] = field(default_factory=dict)
    drifts: list[UserChange] = field(default_factory=list)
    counted: Counter[Cell] = field(default_factory=Counter)
    misscored: list[UUID] = field(default_factory=list)
    misfiled: list[UUID] = field(default_factory=list)
    waiting: dict[UUID, datetime] = field(default_factory=dict)
    is_miscounted: bool = False


async def examine(store: Store, phone_region: str | None) -> Examination:
    """Look at everything as of one moment, so that nothing is found that only was read at two. Writes nothing."""
    examination = Examination()
    async with store.moment() as at:
        await _look_at_rules_and_users(at, examination)
        books = Books()
        async for leads in pages(at, Lead):
            await _look_at_leads(at, leads, books, phone_region, examination)
        _settle(books, await at.lead_counts(), examination)
        await _look_at_belongings(at, examination)
    own, notes = await store.look_at_itself()
    examination.findings += own
    examination.notes += notes
    return examination


async def _look_at_rules_and_users(at: Moment, examination: Examination) -> None:
    for published in await at.rulesets():
        examination.scorers[published.ruleset.version] = compile_rules(published.ruleset)
    async for users in pages(at, User):
        examination.seen |= {user.id: user for user in users}
    examination.looked_at["users"] = len(examination.seen)
    examination.findings += invariants.user_findings(list(examination.seen.values()))


async def _look_at_leads(
    at: Moment, leads: Sequence[Lead], books: Books, phone_region: str | None, examination: Examination
) -> None:
    """A page of leads, each by itself and with all that hangs on it."""
    ids = [lead.id for lead in leads]
    trails = _by_lead(await at.about(Activity, ids))
    submissions = _by_lead(await at.about(SubmissionRecord, ids))
    indexed = await at.indexed(leads)
    found = examination.findings
    examination.counted.update(lead_counts.recounted(leads))
    for lead in leads:
        trail = trails.get(lead.id, [])
        books.enter(lead, trail)
        closed_before = kept_its_score(lead, trail)
        for finding in invariants.lead_findings(lead, examination.scorers, kept_its_score=closed_before):
            found.append(finding)
            if finding.rule == "score" and lead.ruleset_version in examination.scorers:
                examination.misscored.append(lead.id)
        if misfiled := list(invariants.search_findings(lead, indexed.get(lead.id), phone_region)):
            found += misfiled
            examination.misfiled.append(lead.id)
        found += trail_findings(lead, trail)
        found += belongings.creation_findings(lead.id, submissions.get(lead.id, []))
        found += invariants.owner_findings(lead, examination.seen)
        if lead.waiting_since is not None:
            examination.waiting[lead.id] = lead.waiting_since
    namesakes = await at.namesakes([lead.email_key for lead in leads])
    # A pair may stand on two pages; it is told with its later lead.
    here = {f"leads/{lead.id}" for lead in leads}
    found += (finding for finding in invariants.duplicate_findings(namesakes) if finding.where in here)
    examination.looked_at["leads"] += len(leads)


def _settle(books: Books, kept: Mapping[Cell, int], examination: Examination) -> None:
    """What can only be said once all leads were seen: the counters, and whether somebody waits for nothing."""
    users = examination.seen.values()
    for user in users:
        if wrong := list(books.findings(user)):
            examination.findings += wrong
            examination.drifts.append(books.drift(user))
    miscounted = list(lead_counts.drift_findings(kept, examination.counted))
    examination.findings += miscounted
    examination.is_miscounted = bool(miscounted)
    examination.findings += invariants.waiting_findings(map(str, examination.waiting), list(users))


async def _look_at_belongings(at: Moment, examination: Examination) -> None:
    found, looked_at = examination.findings, examination.looked_at
    async for entries in pages(at, Activity):
        leads = await _leads_of(at, entries)
        found += (finding for entry in entries for finding in belongings.activity_findings(entry, leads))
        looked_at["activities"] += len(entries)
    async for records in pages(at, SubmissionRecord):
        leads = await _leads_of(at, records)
        found += (finding for record in records for finding in belongings.submission_findings(record, leads))
        looked_at["submissions"] += len(records)
    async for messages in pages(at, Notification):
        leads = await _leads_of(at, messages)
        for message in messages:
            found += belongings.notification_findings(message, leads, examination.waiting)
        looked_at["notifications"] += len(messages)
    async for sessions in pages(at, Session):
        found += (f for session in sessions for f in belongings.session_findings(session, examination.seen))
    async for keys in pages(at, ApiKey):
        found += (finding for key in keys for finding in belongings.key_findings(key))


async def _leads_of(at: Moment, rows: Sequence[Any]) -> set[UUID]:
    """Those of the leads that these rows name which are there."""
    ids = list({row.lead_id for row in rows if row.lead_id is not None})
    return await at.known(Lead, ids) if ids else set()


def _by_lead(rows: Sequence[Any]) -> Mapping[UUID, list[Any]]:
    sorted_in: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        sorted_in[row.lead_id].append(row)
    return sorted_in
