"""A circuit breaker: a provider that is away is left alone for a while, and then asked once. Pure; the time is passed in."""

from dataclasses import dataclass

OPENS_AFTER = 5
PAUSE_SECONDS = 5.0
PAUSE_SECONDS_MAX = 300.0


@dataclass(frozen=True, slots=True)
class Breaker:
    """How often in a row a provider did not answer, and until when it is left alone."""

    faults: int = 0
    open_until: float = 0.0

    def is_open(self, at: float) -> bool:
        """Whether nothing is sent now."""
        return at < self.open_until

    @property
    def is_trying(self) -> bool:
        """Whether the next message is a question whether the provider is back."""
        return self.faults >= OPENS_AFTER

    def after_fault(self, at: float) -> "Breaker":
        """It did not answer."""
        faults = self.faults + 1
        if faults < OPENS_AFTER:
            return Breaker(faults)
        pause = min(PAUSE_SECONDS_MAX, PAUSE_SECONDS * 2.0 ** (faults - OPENS_AFTER))
        return Breaker(min(faults, OPENS_AFTER + 10), at + pause)

    def after_answer(self) -> "Breaker":
        """It answered, be it with a refusal of this one message."""
        return Breaker()
