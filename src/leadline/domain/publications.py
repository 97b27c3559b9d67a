"""What became of rule sets: which were published, when and by whom, and the drafts that may be. What is in one is `rulesets`."""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from leadline.domain.activities import ActorKind
from leadline.domain.errors import Conflict, Fault, Invalid
from leadline.domain.rulesets import RuleSet

# A document of Firestore holds 1 MiB, and a person reads a good deal less.
RULESET_BYTES_MAX = 250_000
DRAFTS_MAX = 50
# What stands for the version of a rule set that has none yet.
UNPUBLISHED = 1


@dataclass(frozen=True, slots=True)
class Published:
    """A rule set that scores, or did; nothing of it ever changes. `restores` is the version whose content it brings back,
    `notifies` whether the leads that it moves may be told about."""

    ruleset: RuleSet
    published_at: datetime
    actor_kind: ActorKind = "system"
    actor_name: str | None = None
    user_id: UUID | None = None
    restores: int | None = None
    notifies: bool = False


@dataclass(slots=True)
class Draft:
    """A rule set that is worked on; good as it stands, and scoring nothing. The actor is who wrote it last; `version` counts
    the edits."""

    id: UUID
    ruleset: RuleSet
    created_at: datetime
    updated_at: datetime
    actor_kind: ActorKind = "system"
    actor_name: str | None = None
    user_id: UUID | None = None
    version: int = 1


class StaleDraft(Conflict):
    """Somebody changed the draft since the caller looked."""

    def __init__(self) -> None:
        super().__init__("somebody changed this draft since you looked; read it again and decide anew")


def read_rules(document: object) -> RuleSet:
    """The rule set in a document that a person wrote, or Invalid with every fault. The version is given at publication: one in
    the document has to be a version, and is not used."""
    if isinstance(document, dict) and "version" not in document:
        document = document | {"version": UNPUBLISHED}
    ruleset = RuleSet.from_json(document)
    size = len(json.dumps(ruleset.to_json(), ensure_ascii=False).encode())
    if size > RULESET_BYTES_MAX:
        raise Invalid([Fault("", f"is {size} bytes long as JSON; at most {RULESET_BYTES_MAX} fit")])
    return replace(ruleset, version=UNPUBLISHED)
