"""Builders: valid by default, changed by keyword."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import UUID

from leadline.domain.activities import Actor
from leadline.domain.default_ruleset import DEFAULT_RULESET
from leadline.domain.errors import Fault
from leadline.domain.imports import ImportRun
from leadline.domain.intake import Intake
from leadline.domain.leads import Lead
from leadline.domain.scoring import compile
from leadline.domain.submission import parse_submission
from leadline.domain.users import User
from leadline.ids import new_id
from leadline.usecases.deciding import Deciding, House

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ROBOT = Actor("api_key", "test key", ip_address="203.0.113.7", user_agent="pytest")
HOUSE = House(compile(DEFAULT_RULESET), new_id)

_numbers = count(1)

# The golden cases of RULES 2.
HOT = {
    "company_size": "51-200",
    "industry": "Software/SaaS",
    "inquiry_type": "Demo Request",
    "budget_timeline": "Immediate",
}
WARM = {
    "company_size": "11-50",
    "industry": "Marketing/Advertising",
    "inquiry_type": "Pricing Information",
    "budget_timeline": "1-3 months",
}
COLD = {
    "company_size": "1-10",
    "industry": "Retail/E-commerce",
    "inquiry_type": "Content Download",
    "budget_timeline": "Just Researching",
}


def body(**fields: Any) -> dict[str, Any]:
    """The body of a post, a Hot one by default, each with an address of its own."""
    number = next(_numbers)
    return {
        "company_name": "Acme Corp",
        "contact_name": "John Doe",
        "email": f"john{number}@acme{number}.example.com",
        **HOT,
    } | fields


def intake(at: datetime = NOW, **fields: Any) -> Intake:
    """One posting through the API. Fields of `Intake` by their names, all others go into the body."""
    own = {name: fields.pop(name) for name in Intake.__dataclass_fields__ if name in fields}
    sent = body(**fields)
    base = Intake(new_id(), "api", json.dumps(sent).encode(), at, ROBOT, parse_submission(sent, strict=True))
    return replace(base, **own)


def faulty_intake(at: datetime = NOW, **fields: Any) -> Intake:
    """One posting that did not parse."""
    return replace(Intake(new_id(), "api", b"{}", at, ROBOT, None, [Fault("/email", "is required")]), **fields)


def deciding(at: datetime = NOW, actor: Actor = ROBOT, notifies: bool = True) -> Deciding:
    """One decision of the test house."""
    return Deciding(HOUSE, at, actor, notifies)


def user(**fields: Any) -> User:
    """A rep with room for twenty."""
    number = next(_numbers)
    email = f"rep{number}@company.example.com"
    return replace(User(new_id(), f"Rep {number:04}", email, email, NOW, NOW), **fields)


def lead(**fields: Any) -> Lead:
    """A Cold lead that nobody owns."""
    number = next(_numbers)
    email = f"lead{number}@firm.example.com"
    values: dict[str, Any] = {
        "id": new_id(),
        "company_name": "Firm",
        "contact_name": "Lee Doe",
        "email": email,
        "email_key": email,
    }
    return Lead(**(values | {"email_class": "business", "created_at": NOW, "updated_at": NOW} | fields))


def import_run(**fields: Any) -> ImportRun:
    """An import of ten rows that has just begun."""
    run = ImportRun(new_id(), "leads.csv", "ab" * 32, {"Firma": "company_name"}, ["Firma", "Email"], 10, NOW, NOW)
    return replace(run, **fields)


def an_id(number: int) -> UUID:
    """A readable id."""
    return UUID(int=number)
