"""A channel for the tests: keeps what it was given, and does what it is told."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from leadline.ports.channels import Content, Occasion, Receipt


@dataclass(frozen=True)
class Sent:
    """One message that was taken."""

    recipient: str
    body: str
    key: str


@dataclass
class Recorder:
    """`before` is called with the recipient before a message is taken, and may raise."""

    hindrance: str | None = None
    before: Callable[[str], None] = lambda recipient: None
    gate: asyncio.Event | None = None
    provider_id: str | None = None
    sent: list[Sent] = field(default_factory=list)
    tried: int = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    closed: bool = False

    def render(self, occasion: Occasion) -> Content:
        row = occasion.notification
        about = [lead.company_name for lead in occasion.facts.get("leads", [])] or (
            [occasion.lead.company_name] if occasion.lead else []
        )
        return Content(f"About {', '.join(about)}", f"{row.template_name}: {', '.join(about)}")

    async def send(self, recipient: str, content: Content, key: str) -> Receipt:
        self.tried += 1
        self.arrived.set()
        if self.gate is not None:
            await self.gate.wait()
        self.before(recipient)
        self.sent.append(Sent(recipient, content.body, key))
        return Receipt(self.provider_id or f"id-{len(self.sent)}", "ok")

    async def close(self) -> None:
        self.closed = True
