"""The endpoints of a running house as they were a moment ago, with their secrets opened."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from leadline.config import Settings
from leadline.domain.endpoints import Endpoint, is_endpoint_name
from leadline.domain.errors import Unavailable
from leadline.ports import Store
from leadline.sealing import Sealed, Sealer
from leadline.usecases.outage import DatabaseWatch, check_here

REMEMBERED_SECONDS = 5.0
REMEMBERED_MAX = 1_000
_ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Endpoints:
    """A change of an endpoint is heard of within five seconds, and a post costs no look-up. `own` is the one of the settings."""

    store: Store
    sealer: Sealer
    own: Endpoint | None = None
    watch: DatabaseWatch | None = None
    _seen: dict[str, tuple[float, Endpoint]] = field(default_factory=dict)
    _standing: dict[str, Endpoint] = field(default_factory=dict)

    async def learn(self) -> None:
        """Know every endpoint there is: while the database is away, they take posts as they were."""
        self.know(await self.store.list_endpoints())

    def know(self, endpoints: Iterable[Endpoint]) -> None:
        """These are all."""
        self._standing = {endpoint.name: endpoint for endpoint in endpoints}

    @property
    def known(self) -> list[Endpoint]:
        """All that are known for an outage."""
        return list(self._standing.values())

    async def find(self, name: str) -> Endpoint | None:
        """The endpoint of a name. Only what is there is remembered."""
        if self.own is not None and name == self.own.name:
            return self.own
        if not is_endpoint_name(name):
            # Anybody may ask, with what no store takes too.
            return None
        seen = self._seen.get(name)
        now = time.monotonic()
        if seen is not None and seen[0] > now:
            return seen[1]
        try:
            check_here(self.watch)
            found = await self.store.find_endpoint(name)
        except Unavailable:
            found = self._standing.get(name)
            if found is None:
                raise
        if found is None:
            self._seen.pop(name, None)
            return None
        if len(self._seen) >= REMEMBERED_MAX:
            self._seen.clear()
        self._seen[name] = (now + REMEMBERED_SECONDS, found)
        self._standing[name] = found
        return found

    def secrets_of(self, endpoint: Endpoint) -> tuple[str, ...]:
        """Its secrets, to verify a signature with. Raises Unavailable where they were sealed under another key: the provider then
        sends again, and nothing is lost while somebody mends it."""
        try:
            return self.sealer.open(endpoint.sealed_secrets) if endpoint.sealed_secrets else ()
        except Sealed as error:
            raise Unavailable(f"endpoint {endpoint.name}: {error}") from error

    def forget(self, name: str) -> None:
        """Look this one up again at once: it was changed here."""
        self._seen.pop(name, None)
        self._standing.pop(name, None)

    @property
    def taken(self) -> frozenset[str]:
        """The names that the settings hold."""
        return frozenset({self.own.name} if self.own else ())


def own_endpoint(settings: Settings, sealer: Sealer) -> Endpoint | None:
    """The one that the settings bring: LEADLINE_WEBFLOW_ENDPOINT with its secrets; None without a secret."""
    sealed = sealer.seal(settings.webflow_secrets)
    if sealed is None:
        return None
    name = settings.webflow_endpoint
    return Endpoint(UUID(int=0), name, "webflow", "", _ALWAYS, _ALWAYS, sealed_secrets=sealed)
