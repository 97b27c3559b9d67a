"""Endpoints on the memory store: the parts of a transaction and of the store that are about them."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import replace

from leadline.domain.endpoints import Endpoint
from leadline.domain.intake import SubmissionRecord
from leadline.domain.lead_lists import Page, Position
from leadline.ports import LostRace
from leadline.storage.memory.buffered import Buffered
from leadline.storage.memory.state import State, page_of


class EndpointTx(Buffered):
    """See `ports.Tx`."""

    async def endpoints(self) -> list[Endpoint]:
        self._read("endpoints")
        return deepcopy(list(self._state.endpoints.values()))

    def add_endpoints(self, endpoints: Sequence[Endpoint]) -> None:
        def add(endpoint: Endpoint) -> None:
            if endpoint.name in self._state.endpoints:
                raise LostRace("another endpoint took this name")
            self._state.endpoints[endpoint.name] = endpoint

        self._write("add_endpoints", endpoints, add)

    def update_endpoints(self, endpoints: Sequence[Endpoint]) -> None:
        def update(endpoint: Endpoint) -> None:
            stored = self._state.endpoints.get(endpoint.name)
            if stored is None or stored.version != endpoint.version:
                raise LostRace("another writer changed the same endpoint")
            self._state.endpoints[endpoint.name] = replace(endpoint, version=endpoint.version + 1)

        self._write("update_endpoints", endpoints, update)


class EndpointReads:
    """See `ports.Store`."""

    _state: State
    _on_call: Callable[[str], None]

    async def find_endpoint(self, name: str) -> Endpoint | None:
        self._on_call("find_endpoint")
        return deepcopy(self._state.endpoints.get(name))

    async def list_endpoints(self) -> list[Endpoint]:
        self._on_call("list_endpoints")
        return deepcopy(sorted(self._state.endpoints.values(), key=lambda endpoint: endpoint.name))

    async def list_endpoint_postings(
        self, endpoint: str, position: Position | None, limit: int
    ) -> Page[SubmissionRecord]:
        self._on_call("list_endpoint_postings")
        found = [s for s in self._state.submissions.values() if s.endpoint == endpoint and s.replay_of is None]
        return page_of(found, lambda s: (s.id,), position, limit)
