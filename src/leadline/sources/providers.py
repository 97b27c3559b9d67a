"""Which provider is read and verified by which source. A new source is a line here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from leadline.domain.endpoints import Provider
from leadline.domain.intake import WayIn
from leadline.sources import Delivery, HookPost, calendly, form, generic, hubspot, tally, typeform, webflow


@dataclass(frozen=True, slots=True)
class Source:
    """One provider's way in: how its deliveries are verified and read, and what stands where nothing was given."""

    way_in: WayIn
    name: str
    verify: Callable[[Delivery, Sequence[str], datetime], bool]
    read: Callable[[bytes], HookPost]
    defaults: Mapping[str, str] = field(default_factory=dict)


SOURCES: dict[Provider, Source] = {
    "webflow": Source("webflow", "Webflow", webflow.verify, webflow.read),
    "typeform": Source("typeform", "Typeform", typeform.verify, typeform.read),
    "hubspot": Source("hubspot", "HubSpot", hubspot.verify, hubspot.read),
    "tally": Source("tally", "Tally", tally.verify, tally.read),
    "calendly": Source("calendly", "Calendly", calendly.verify, calendly.read, calendly.DEFAULTS),
    "generic": Source("form", "Form", generic.verify, generic.read),
    # Last, so that a stored posting of a form is read without what our own sends beside its answers.
    "form": Source("form", "Form", form.verify, form.read),
}
