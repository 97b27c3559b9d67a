"""Postings that made no lead: what a form without an e-mail address, a stray event and a faulty program leave behind."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from leadline.clock import utc_now
from leadline.domain.activities import Actor
from leadline.domain.errors import Fault
from leadline.domain.intake import Intake, SubmissionRecord
from leadline.ids import new_id
from leadline.ports import Store
from leadline.usecases.capture import capture_leads
from tests.builders import HOUSE

ANSWERS = {
    "Your name": "Ingrid Solberg",
    "Work Email": "ingrid at fjordline",
    "Company": "Fjordline Ferries",
    "Team size": "201-1000",
    "Favourite colour": "teal",
    "Message": "We run eleven ferries and want to know who asks for freight space.",
}
BAD_ADDRESS = [Fault("/email", "must have an @ between the name and the domain")]


def webflow(answers: dict[str, Any]) -> bytes:
    """The body of a form submission."""
    return json.dumps({"triggerType": "form_submission", "payload": {"name": "Contact", "data": answers}}).encode()


def posting(payload: bytes = b"", **fields: Any) -> Intake:
    """A hook's posting that made no lead, three hours ago."""
    actor = Actor("provider", "Webflow", ip_address="203.0.113.4")
    at = utc_now() - timedelta(hours=3)
    item = Intake(new_id(), "webflow", payload or webflow(ANSWERS), at, actor, failed_as="quarantined", endpoint="main")
    return replace(item, **({"faults": BAD_ADDRESS} | fields))


async def keep(store: Store, *items: Intake) -> list[SubmissionRecord]:
    """Capture these, and read them back in this order."""
    await capture_leads(store, HOUSE, items, utc_now())
    found = {record.id: record for record in await store.find_submissions([item.id for item in items])}
    return [found[item.id] for item in items]


async def quarantine(store: Store) -> list[SubmissionRecord]:
    """One that cannot be read, one without an address, and one whose address is none."""
    return await keep(
        store,
        posting(b"\xff\x00 not a form", faults=[Fault("", "The body is not JSON.")]),
        posting(webflow({"Company": "Harbour & Sons"}), faults=[Fault("/email", "is required")]),
        posting(b'{"company_name": "Acme", "companySize": 7}', way_in="api", endpoint=None, failed_as="rejected"),
        posting(),
    )
