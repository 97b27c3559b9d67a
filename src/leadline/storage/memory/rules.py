"""Rule sets on the memory store: the part of a transaction, and of the reads outside of one, that is about them."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import fields, replace
from uuid import UUID

from leadline.domain.leads import Lead, is_open
from leadline.domain.publications import Draft, Published
from leadline.domain.rescoring import Standing
from leadline.domain.rulesets import RuleSet
from leadline.ports import LostRace
from leadline.storage.memory.buffered import Buffered
from leadline.storage.memory.state import State

_NAMES = tuple(field.name for field in fields(Standing))


class RulesTx(Buffered):
    """See `ports.Tx`."""

    async def ruleset(self, version: int) -> RuleSet | None:
        self._read("ruleset")
        published = self._state.rulesets.get(version)
        return published.ruleset if published else None

    async def drafts(self) -> list[Draft]:
        self._read("drafts")
        return deepcopy(list(self._state.drafts.values()))

    def add_rulesets(self, rulesets: Sequence[Published]) -> None:
        self._write("add_rulesets", rulesets, lambda row: self._state.rulesets.setdefault(row.ruleset.version, row))

    def add_drafts(self, drafts: Sequence[Draft]) -> None:
        self._write("add_drafts", drafts, lambda draft: self._state.drafts.setdefault(draft.id, draft))

    def update_drafts(self, drafts: Sequence[Draft]) -> None:
        def update(draft: Draft) -> None:
            self._check_draft(draft)
            self._state.drafts[draft.id] = replace(draft, version=draft.version + 1)

        self._write("update_drafts", drafts, update)

    def remove_drafts(self, drafts: Sequence[Draft]) -> None:
        def remove(draft: Draft) -> None:
            self._check_draft(draft)
            del self._state.drafts[draft.id]

        self._write("remove_drafts", drafts, remove)

    def move_to_ruleset(self, version: int, leads: Sequence[tuple[UUID, int]]) -> None:
        def move(row: tuple[UUID, int]) -> None:
            lead = self._state.leads.get(row[0])
            if lead is not None and lead.version == row[1] and lead.ruleset_version < version:
                self._state.leads[lead.id] = replace(lead, ruleset_version=version)

        self._write("move_to_ruleset", leads, move)

    def _check_draft(self, draft: Draft) -> None:
        stored = self._state.drafts.get(draft.id)
        if stored is None or stored.version != draft.version:
            raise LostRace("another writer changed the same draft")


def standings(state: State, below: int) -> list[Standing]:
    """Open leads that an older rule set has scored."""
    return [_standing(lead) for lead in state.leads.values() if is_open(lead) and lead.ruleset_version < below]


def _standing(lead: Lead) -> Standing:
    return Standing(**{name: getattr(lead, name) for name in _NAMES})
