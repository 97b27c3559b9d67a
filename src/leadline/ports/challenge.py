"""The port of what tells people from programs."""

from typing import Protocol


class Challenge(Protocol):
    """A widget that a page shows, and what its answer is worth."""

    @property
    def site_key(self) -> str:
        """What the page tells the widget; empty where none is set up."""

    async def find_doubt(self, answer: str, form: str, address: str | None) -> str | None:
        """Why an answer of the widget on this form proves nothing, in a sentence; None where a person is there. Trouble with the
        service is a doubt too: this never raises, and never waits for long."""
