"""Imports on the memory store: what is read of them, and the part of a transaction that is about them."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import replace

from leadline.domain.imports import ImportRun
from leadline.domain.lead_lists import Page, Position
from leadline.ports import LostRace, Refused
from leadline.storage.memory.buffered import Buffered
from leadline.storage.memory.state import State, page_of


class ImportTx(Buffered):
    """See `ports.Tx`."""

    async def import_runs(self) -> list[ImportRun]:
        self._read("import_runs")
        return deepcopy(list(self._state.import_runs.values()))

    def add_import_runs(self, runs: Sequence[ImportRun]) -> None:
        def add(run: ImportRun) -> None:
            if run.id in self._state.import_runs:
                raise Refused(f"the id of import {run.id} is taken")
            self._state.import_runs[run.id] = run

        self._write("add_import_runs", runs, add)

    def update_import_runs(self, runs: Sequence[ImportRun]) -> None:
        def update(run: ImportRun) -> None:
            stored = self._state.import_runs.get(run.id)
            if stored is None or stored.version != run.version:
                raise LostRace("another writer went on with the same import")
            self._state.import_runs[run.id] = replace(run, version=run.version + 1)

        self._write("update_import_runs", runs, update)


class ImportReads:
    """See `ports.Store`."""

    _state: State
    _on_call: Callable[[str], None]

    async def list_import_runs(self) -> list[ImportRun]:
        self._on_call("list_import_runs")
        return deepcopy(sorted(self._state.import_runs.values(), key=lambda run: run.id, reverse=True))

    async def newest_import_runs(self, position: Position | None, limit: int) -> Page[ImportRun]:
        self._on_call("newest_import_runs")
        return page_of(self._state.import_runs.values(), lambda run: (run.id,), position, limit)
