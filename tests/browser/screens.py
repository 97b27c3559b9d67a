"""Every screen there is: its address, who looks at it, and a house that has something to show on each."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from leadline.clock import utc_now
from leadline.domain.lead_lists import LeadQuery
from leadline.domain.users import User
from leadline.ports import Store
from leadline.usecases.demo import add_demo
from leadline.usecases.invitations import invite_user
from tests.builders import intake
from tests.steps import capture
from tests.web.browsing import House, running
from tests.web.quarantined import quarantine
from tests.web.test_forms import CONSENT, open_form

INTRO = "Tell us a little about what you are after. A person answers, usually within the day."

Address = Callable[[House], Awaitable[str]]


@dataclass(frozen=True)
class Screen:
    """One screen. `who` is a name of the team, None for somebody who is not signed in."""

    name: str
    address: Address
    who: str | None = "Dana Okafor"
    status: int = 200

    def __str__(self) -> str:
        return self.name

    def viewer(self, house: House) -> User | None:
        """The user who looks."""
        return house.team[self.who] if self.who else None


def at(path: str) -> Address:
    """The same address in every house."""

    async def address(house: House) -> str:
        return path

    return address


async def deepest_lead(house: House) -> str:
    """The page of the first lead of the work list."""
    found = await house.store.list_leads(LeadQuery(categories=("Hot",)), None, 1)
    return f"/leads/{found.items[0].id}"


def on_lead(act: str) -> Address:
    """The form of an act on the lead that deepest_lead shows."""

    async def address(house: House) -> str:
        return f"{await deepest_lead(house)}/{act}"

    return address


async def doubtful_lead(house: House) -> str:
    """A lead whose postings disagree."""
    found = await house.store.list_leads(LeadQuery(needs_review=True), None, 1)
    return f"/leads/{found.items[0].id}"


async def quarantined(house: House) -> str:
    """A posting whose answers can be read."""
    return f"/quarantine/{house.postings[-1].id}"


async def unreadable(house: House) -> str:
    """A posting in which nothing can be read."""
    return f"/quarantine/{house.postings[0].id}"


async def invited(house: House) -> str:
    """Where the link of an invitation leads."""
    made = await invite_user(house.store, house.team["Rep Real"].id, utc_now())
    return f"/welcome?link={made.token}"


SCREENS = [
    Screen("login", at("/login"), who=None),
    Screen("welcome", invited, who=None),
    Screen("welcome-spent", at("/welcome?link=spent"), who=None, status=401),
    Screen("form", at("/f/talk"), who=None),
    Screen("form-thanks", at("/f/talk/thanks"), who=None),
    Screen("leads", at("/")),
    Screen("leads-all", at("/?list=all")),
    Screen("leads-waiting", at("/?list=waiting")),
    Screen("leads-review", at("/?list=review")),
    Screen("leads-none", at("/?q=nothing-begins-like-this")),
    Screen("leads-of-a-rep", at("/?list=all"), who="Rep Real"),
    Screen("lead", deepest_lead),
    Screen("lead-doubtful", doubtful_lead),
    Screen("lead-edit", on_lead("edit")),
    Screen("lead-assign", on_lead("assign")),
    Screen("lead-disqualify", on_lead("status?status=Disqualified")),
    Screen("new-lead", at("/leads/new")),
    Screen("quarantine", at("/quarantine")),
    Screen("quarantine-empty", at("/quarantine?outcome=spam")),
    Screen("quarantine-posting", quarantined),
    Screen("quarantine-unreadable", unreadable),
    Screen("account", at("/account"), who="Rep Real"),
    Screen("first-steps", at("/start"), who="Ines Admin"),
    Screen("rules", at("/start/rules"), who="Ines Admin"),
    Screen("docs", at("/docs")),
    Screen("not-found", at("/nothing"), status=404),
    Screen("not-understood", at("/?status=Unheard"), status=422),
]


async def disagree(store: Store) -> None:
    """Two postings of one address within a day that say different things."""
    now = utc_now()
    address = {
        "email": "mateo@kestrel.example.com",
        "company_name": "Kestrel & Sons",
        "contact_name": "Mateo Brandvold",
    }
    await capture(store, intake(now - timedelta(hours=5), way_in="webflow", **address), now=now)
    changed = {"company_size": "201-1000", "inquiry_type": "Pricing Information", "phone": "+47 22 00 00 00"}
    await capture(store, intake(now - timedelta(hours=2), way_in="webflow", **address, **changed), now=now)


@asynccontextmanager
async def furnished() -> AsyncIterator[House]:
    """The demo, looked at by a manager, an admin and a rep."""
    async with running() as house:
        await add_demo(house.store, house.services.house, utc_now())
        await house.hire("Dana Okafor", "manager")
        await house.hire("Ines Admin", "admin")
        await house.hire("Rep Real")
        await disagree(house.store)
        house.postings = await quarantine(house.store)
        await open_form(house, "talk", intro=INTRO, consent=CONSENT)
        yield house
