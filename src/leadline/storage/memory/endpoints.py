"""Endpoints on the memory store: the part of a transaction that is about them."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace

from leadline.domain.endpoints import Endpoint
from leadline.ports import LostRace
from leadline.storage.memory.buffered import Buffered


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
