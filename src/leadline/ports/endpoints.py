"""The part of the ports that is about endpoints: the ways in that somebody connected."""

from collections.abc import Sequence
from typing import Protocol

from leadline.domain.endpoints import Endpoint
from leadline.domain.intake import SubmissionRecord
from leadline.domain.lead_lists import Page, Position


class EndpointTx(Protocol):
    """What `Tx` reads and writes of them."""

    async def endpoints(self) -> list[Endpoint]:
        """Every endpoint, without a lock of its own."""

    def add_endpoints(self, endpoints: Sequence[Endpoint]) -> None:
        """Write new endpoints. A name in use is a LostRace."""

    def update_endpoints(self, endpoints: Sequence[Endpoint]) -> None:
        """Write endpoints read in this transaction back; their `version` goes up by one. A stale version is a LostRace."""


class EndpointStore(Protocol):
    """What `Store` reads of them."""

    async def find_endpoint(self, name: str) -> Endpoint | None:
        """The endpoint of this name."""

    async def list_endpoints(self) -> list[Endpoint]:
        """Every endpoint, by name."""

    async def list_endpoint_postings(
        self, endpoint: str, position: Position | None, limit: int
    ) -> Page[SubmissionRecord]:
        """The raw postings of an endpoint of this name as they came, newest first: what a release or a replay wrote is left out."""
