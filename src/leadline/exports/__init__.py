"""Files of leads for people and programs: CSV, XLSX, Parquet. Leads in, bytes out, piece by piece; nothing is stored here."""

from collections.abc import Iterable
from typing import Literal, Protocol, get_args

from leadline.domain.leads import Lead

ExportFormat = Literal["csv", "xlsx", "parquet"]
EXPORT_FORMATS: tuple[ExportFormat, ...] = get_args(ExportFormat)


class LeadFile(Protocol):
    """One file in the making. Every call gives the bytes that are ready by then; some formats gather them for a while. `rows_max`
    is how many leads such a file holds at most (None: any number); `tells` whether a sentence can stand in it."""

    media_type: str
    suffix: str
    rows_max: int | None
    tells: bool

    def head(self) -> bytes:
        """The beginning, with the names of the columns."""

    def rows(self, leads: Iterable[Lead]) -> bytes:
        """These leads."""

    def sentence(self, text: str) -> bytes:
        """A row that holds no lead but tells something of the file, where it `tells`."""

    def end(self) -> bytes:
        """What comes after the last lead. A file without it is not whole."""
