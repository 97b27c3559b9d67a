"""What the contract of channels needs of a provider on loopback, whatever it speaks."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Literal

from leadline.ports.channels import Channel

Manner = Literal["take", "refuse", "refuse the recipient", "ask to wait", "fail", "drop", "hang"]


@dataclass
class Provider:
    """One that behaves as it is told, `manners` for the next messages and "take" after them."""

    channel: Channel
    recipient: str
    lead_recipient: str
    manners: list[Manner] = field(default_factory=list)
    # Raw, as they came: what was taken, also where the answer was lost.
    taken: list[str] = field(default_factory=list)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def manner(self) -> Manner:
        """How the next message is met."""
        return self.manners.pop(0) if self.manners else "take"


Opening = Callable[[], AbstractAsyncContextManager[Provider]]
Closing = Callable[[], Awaitable[None]]
