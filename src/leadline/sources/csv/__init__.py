"""Files of leads as people export and upload them: CSV in any dialect, XLSX. Bytes in, rows out; nothing is stored here."""

from leadline.domain.errors import LeadlineError


class UnreadableFile(LeadlineError):
    """A file that brings no rows of leads. The sentence says what it is instead, and what to do."""
