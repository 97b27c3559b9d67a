"""The part of the ports that is about rule sets: the published ones, the drafts, and the leads that others have scored."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from leadline.domain.lead_lists import Page, Position
from leadline.domain.publications import Draft, Published
from leadline.domain.rescoring import Standing
from leadline.domain.rulesets import RuleSet


class RulesTx(Protocol):
    """What `Tx` reads and writes of them."""

    async def ruleset(self, version: int) -> RuleSet | None:
        """A published rule set."""

    async def drafts(self) -> list[Draft]:
        """Every draft, held against other writers where it is written back."""

    def add_rulesets(self, rulesets: Sequence[Published]) -> None:
        """Publish rule sets. A version that is known is left as it is: published rule sets never change. Under the routing lock
        no transaction that holds it sees the version before this one commits, and each later one does."""

    def add_drafts(self, drafts: Sequence[Draft]) -> None:
        """Write new drafts."""

    def update_drafts(self, drafts: Sequence[Draft]) -> None:
        """Write drafts read in this transaction back; their `version` goes up by one. A stale version is a LostRace."""

    def remove_drafts(self, drafts: Sequence[Draft]) -> None:
        """Take drafts away. A stale version is a LostRace."""

    def move_to_ruleset(self, version: int, leads: Sequence[tuple[UUID, int]]) -> None:
        """Say of leads, by id and version, that this rule set scores them as they stand; neither `version` nor `updated_at` is
        touched. A lead that changed meanwhile, or that an equal or newer rule set has scored, is left as it is."""


class RulesStore(Protocol):
    """What `Store` reads of them."""

    async def get_ruleset(self, version: int) -> Published:
        """A published rule set. Raises NotFound."""

    async def list_rulesets(self, position: Position | None, limit: int) -> Page[Published]:
        """Published rule sets, newest version first, after (version,)."""

    async def list_drafts(self) -> list[Draft]:
        """Every draft, the newest first: their ids ascend with time."""

    async def list_standings(self, below: int, position: Position | None, limit: int) -> Page[Standing]:
        """Open leads, deleted and spam ones too, that were scored by a rule set older than `below`, oldest version first, after
        (ruleset_version, id). A page may be shorter than `limit` before the end."""

    async def count_standings(self, below: int) -> int:
        """How many such leads there are."""
