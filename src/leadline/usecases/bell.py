"""The bell of the queue: whoever puts rows into it rings, and each channel's delivery wakes."""

import asyncio


class Bell:
    """Rings for everybody in this process who waits. A ring while somebody is busy is kept for them."""

    def __init__(self) -> None:
        self._listeners: list[asyncio.Event] = []

    def listen(self) -> asyncio.Event:
        """An event of one's own, set at each ring; whoever wakes clears it."""
        event = asyncio.Event()
        self._listeners.append(event)
        return event

    def ring(self) -> None:
        """Wake everybody."""
        for event in self._listeners:
            event.set()
