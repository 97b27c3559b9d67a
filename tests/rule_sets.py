"""Rule sets for the tests, and what is done to a store with them."""

from datetime import datetime
from typing import Any

from leadline.domain.default_ruleset import DEFAULT_RULESET
from leadline.domain.publications import Published, read_rules
from leadline.domain.rulesets import RuleSet
from leadline.domain.scoring import compile
from leadline.ids import new_id
from leadline.ports import Store
from leadline.usecases.deciding import Deciding, House
from leadline.usecases.publish import Publication, publish_rules
from leadline.usecases.rescore_leads import Progress, rescore_leads
from leadline.usecases.rules import current_ruleset
from tests.builders import NOW, ROBOT

DEFAULT = DEFAULT_RULESET.to_json()
# Acme's Demo Request of 95 points, the golden Warm one of 73 and the golden Cold one of 5 by them: 70 Warm, 53 Warm, 90 Hot.
TURNED: dict[str, Any] = {
    "name": "Turned",
    "groups": [
        {
            "name": "company_size",
            "rules": [
                {"when": {"company_size": "1-10"}, "points": 90},
                {"when": {"company_size": "11-50"}, "points": 53},
                {"when": {"company_size": ["51-200", "201-1000", "1000+"]}, "points": 70},
            ],
        }
    ],
}


def renamed(name: str = "Same") -> dict[str, Any]:
    """The default rules under another name: every score stays."""
    return {key: value for key, value in DEFAULT.items() if key != "version"} | {"name": name}


def thresholds(hot: int, warm: int) -> dict[str, Any]:
    """The default rules with other thresholds: scores stay, categories move."""
    return renamed("Thresholds") | {"thresholds": {"hot": hot, "warm": warm}}


def rules(document: dict[str, Any]) -> RuleSet:
    """The rule set of a document."""
    return read_rules(document)


def fresh_house() -> House:
    """A house as a process has it that starts with the default rules, and has seen no others."""
    return House(compile(DEFAULT_RULESET), new_id)


def decided_in(house: House, at: datetime = NOW, notifies: bool = True) -> Deciding:
    """A decision of this house."""
    return Deciding(house, at, ROBOT, notifies)


async def begin(store: Store) -> None:
    """The first start: the default rules are published."""
    await current_ruleset(store, DEFAULT_RULESET, NOW)


async def publish(store: Store, document: dict[str, Any], at: datetime = NOW, *, notifies: bool = False) -> Published:
    """Publish, and rescore nothing yet."""
    return await publish_rules(store, rules(document), Publication(ROBOT, at, notifies))


async def rescore(store: Store, house: House | None = None, at: datetime = NOW, **options: Any) -> Progress:
    """Bring all open leads to the newest rules."""
    progress = await rescore_leads(store, house or fresh_house(), at, **options)
    assert progress is not None
    return progress
