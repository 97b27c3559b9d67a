"""What the embedded server has to say to a person: two refusals and lines on stderr."""

import sys

from leadline.domain.errors import LeadlineError


class AlreadyServing(LeadlineError):
    """Another `leadline serve` holds the folder. The text names the folder and the process."""


class CannotStart(LeadlineError):
    """The embedded server cannot be had. The text says what failed and what to do about it."""


def say(text: str) -> None:
    """One line for the person at the terminal; stdout is for data."""
    sys.stderr.write(f"leadline: {text}\n")
    sys.stderr.flush()
