"""Whether a submission that a provider lists has reached us: by the provider's ids, and where those differ between its webhook and
its API, by form, address and time. Each of ours stands for one of theirs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

# The provider writes both times down; they differ by the moment between its two services.
PROVIDERS_CLOCK = timedelta(minutes=1)
# Where a posting does not say when it was sent, it arrived at most that much later: three retries, ten minutes apart.
OUR_CLOCK = timedelta(minutes=45)


@dataclass(frozen=True, slots=True)
class Mark:
    """What identifies one submission. `ids` are all that the provider calls it by; `is_providers_time` says whose clock `at` is of."""

    ids: frozenset[str]
    form: str | None
    email_key: str | None
    at: datetime
    is_providers_time: bool = True


def missing(listed: Sequence[Mark], received: Sequence[Mark]) -> list[int]:
    """The places in `listed` of what has not been received, in their order."""
    unclaimed = dict(enumerate(received))
    by_id = {identity: place for place, mark in enumerate(received) for identity in mark.ids}
    unknown = []
    for place, mark in enumerate(listed):
        claimed = next((by_id[identity] for identity in mark.ids if identity in by_id), None)
        if claimed is None:
            unknown.append(place)
        else:
            unclaimed.pop(claimed, None)
    left = []
    for place in unknown:
        mark = listed[place]
        alike = [at for at, other in unclaimed.items() if _is_alike(mark, other)]
        if alike:
            del unclaimed[min(alike, key=lambda at: abs(unclaimed[at].at - mark.at))]
        else:
            left.append(place)
    return left


def _is_alike(listed: Mark, received: Mark) -> bool:
    """Whether these may be one submission. Without an address nothing says so."""
    if listed.email_key is None or listed.email_key != received.email_key:
        return False
    if listed.form and received.form and listed.form.strip().casefold() != received.form.strip().casefold():
        return False
    if received.is_providers_time:
        return abs(received.at - listed.at) <= PROVIDERS_CLOCK
    return -PROVIDERS_CLOCK <= received.at - listed.at <= OUR_CLOCK
