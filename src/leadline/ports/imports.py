"""The part of the ports that is about imports: the files that were taken in."""

from collections.abc import Sequence
from typing import Protocol

from leadline.domain.imports import ImportRun
from leadline.domain.lead_lists import Page, Position


class ImportTx(Protocol):
    """What `Tx` reads and writes of them."""

    async def import_runs(self) -> list[ImportRun]:
        """Every import, without a lock of its own."""

    def add_import_runs(self, runs: Sequence[ImportRun]) -> None:
        """Write new imports."""

    def update_import_runs(self, runs: Sequence[ImportRun]) -> None:
        """Write how far imports have come; their `version` goes up by one. A stale version is a LostRace."""


class ImportStore(Protocol):
    """What `Store` reads of them."""

    async def list_import_runs(self) -> list[ImportRun]:
        """Every import, newest first: their ids ascend with time."""

    async def newest_import_runs(self, position: Position | None, limit: int) -> Page[ImportRun]:
        """A page of them, after (id,)."""
