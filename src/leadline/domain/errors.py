"""What can go wrong, in the words of the trade. The edges map each class to a status or an exit code, once."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with an input: a JSON pointer to the place (RFC 6901, "" is the whole body) and what to do about it."""

    pointer: str
    detail: str


class LeadlineError(Exception):
    """Anything Leadline says no with. Its text is written for the reader."""


class Invalid(LeadlineError):
    """Readable but faulty input. Carries every fault at once."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"{f.pointer or 'body'}: {f.detail}" for f in faults))
        self.faults = faults


def faults_of(error: LeadlineError) -> list[Fault]:
    """The faults that an error names: those of an Invalid, none of any other."""
    return error.faults if isinstance(error, Invalid) else []


class NotFound(LeadlineError):
    """The named thing does not exist, or its reader may not know that it does."""


class Forbidden(LeadlineError):
    """The caller is known and may not do this."""


class Conflict(LeadlineError):
    """The state of things does not allow it, or another writer was faster."""


class Unavailable(LeadlineError):
    """A part that is needed does not answer. Nothing was half-done; trying again is safe."""

    def __init__(self, detail: str, retry_after_seconds: int = 2) -> None:
        super().__init__(detail)
        self.retry_after_seconds = retry_after_seconds
