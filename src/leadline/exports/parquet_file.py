"""Leads as Parquet for other programs: typed columns, written by row groups. Values are as they are; no spreadsheet reads this."""

from collections.abc import Iterable
from typing import Any

from leadline.domain.errors import Fault, Invalid
from leadline.domain.leads import Lead
from leadline.domain.users import User
from leadline.exports.columns import COLUMNS, row_maker
from leadline.exports.sink import Sink

# How many leads are gathered, and so held in memory, for one row group.
GROUP_ROWS = 5_000
_TIMES = ("created_at", "waiting_since", "first_contacted_at", "last_activity_date")
_FLAGS = ("priority_flag", "needs_review")


class ParquetFile:
    """Writes one file, row group by row group. Raises Invalid where the library is not installed."""

    media_type = "application/vnd.apache.parquet"
    suffix = "parquet"
    rows_max: int | None = None
    # A row that is no lead would spoil a typed column. A file that is not whole has no footer, and nothing reads it.
    tells = False

    def __init__(self, users: Iterable[User]) -> None:
        try:
            # An extra of half a hundred megabytes: who exports no Parquet does not carry it.
            import pyarrow
            import pyarrow.parquet
        except ImportError as error:
            why = "parquet is not installed here: install leadline[parquet], or take csv or xlsx"
            raise Invalid([Fault("/format", why)]) from error
        self._arrow = pyarrow
        self._row = row_maker(users)
        self._schema = pyarrow.schema([(name, self._type_of(name)) for name in COLUMNS])
        self._sink = Sink()
        self._writer = pyarrow.parquet.ParquetWriter(self._sink, self._schema, compression="zstd")
        self._gathered: list[list[Any]] = []

    def head(self) -> bytes:
        """What stands before the first row group."""
        return self._sink.take()

    def rows(self, leads: Iterable[Lead]) -> bytes:
        """These leads, when a row group is full."""
        self._gathered += [[str(row[0]), *row[1:]] for row in map(self._row, leads)]
        return self._group() if len(self._gathered) >= GROUP_ROWS else b""

    def sentence(self, text: str) -> bytes:
        """Nothing: see `tells`."""
        return b""

    def end(self) -> bytes:
        """The last row group and the footer."""
        last = self._group() if self._gathered else b""
        self._writer.close()
        return last + self._sink.take()

    def _group(self) -> bytes:
        columns = zip(*self._gathered, strict=True)
        arrays = [self._arrow.array(column, field.type) for column, field in zip(columns, self._schema, strict=True)]
        self._writer.write_table(self._arrow.Table.from_arrays(arrays, schema=self._schema))
        self._gathered.clear()
        return self._sink.take()

    def _type_of(self, name: str) -> Any:
        if name in _TIMES:
            return self._arrow.timestamp("us", tz="UTC")
        if name in _FLAGS:
            return self._arrow.bool_()
        return self._arrow.int32() if name == "lead_score" else self._arrow.string()
