"""The first steps in an empty house: which of them are taken, and a lead to try it all with."""

import json
from dataclasses import dataclass
from datetime import datetime

from leadline.domain.activities import Actor
from leadline.domain.intake import Captured, Intake
from leadline.domain.lead_lists import LeadQuery
from leadline.domain.leads import Lead
from leadline.domain.scoring import Score, ScoreInputs, Scorer
from leadline.domain.submission import parse_submission
from leadline.ports import Store
from leadline.usecases.capture import capture_leads
from leadline.usecases.deciding import House

# The lead of the first try, as a form would send it.
TEST_LEAD = {
    "company_name": "Acme Tidewater",
    "contact_name": "Test Person",
    "email": "test@acme-tidewater.example.com",
    "company_size": "51-200",
    "industry": "Software/SaaS",
    "inquiry_type": "Demo Request",
    "budget_timeline": "Immediate",
}
_LOOKED_AT = 50


@dataclass(frozen=True, slots=True)
class FirstSteps:
    """How far the house is: the newest lead that is not invented, whether a real rep is there, and whether the demo is."""

    lead: Lead | None
    has_rep: bool
    has_demo: bool


async def first_steps(store: Store) -> FirstSteps:
    """Look how far the house is."""
    users = await store.list_users()
    return FirstSteps(
        lead=await find_newest_lead(store),
        has_rep=any(user.role == "rep" and user.is_active and not user.is_demo for user in users),
        has_demo=any(user.is_demo and user.is_active for user in users),
    )


async def find_newest_lead(store: Store) -> Lead | None:
    """The newest lead that is not invented, if it is among the newest few: what comes in now is newer than the demo."""
    newest = await store.list_leads(LeadQuery(statuses=()), None, _LOOKED_AT)
    return next((lead for lead in newest.items if not lead.is_demo), None)


async def send_test_lead(store: Store, house: House, actor: Actor, now: datetime) -> Captured:
    """Capture the lead of the first try, marked as a test: it is scored and routed like any other, and notifies nobody."""
    submission = parse_submission(TEST_LEAD, strict=True)
    item = Intake(house.new_id(), "manual", json.dumps(TEST_LEAD).encode(), now, actor, submission, is_test=True)
    (captured,) = await capture_leads(store, house, [item], now)
    return captured


def score_of_test_lead(scorer: Scorer) -> Score:
    """What these rules make of it."""
    sent = parse_submission(TEST_LEAD, strict=True)
    return scorer.score(
        ScoreInputs(sent.company_size, sent.industry, sent.inquiry_type, sent.budget_timeline, sent.email_class)
    )
