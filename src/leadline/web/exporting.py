"""A list of leads as an answer, written while it is read."""

from collections.abc import AsyncIterator
from typing import Any

from litestar.response import Stream

from leadline.clock import utc_now
from leadline.domain.errors import LeadlineError, Unavailable
from leadline.domain.lead_lists import LeadQuery
from leadline.domain.leads import Lead
from leadline.exports import EXPORT_FORMATS, ExportFormat, LeadFile
from leadline.exports.files import pieces_of
from leadline.usecases.export_leads import pages_of
from leadline.web.params import Params, one_of
from leadline.web.services import Services

FORMAT = "format"


def read_format(params: Params) -> ExportFormat:
    """The format that was asked for, CSV by default. Faults are left in `params`."""
    given: Any = params.one(FORMAT, one_of(EXPORT_FORMATS), f"one of {', '.join(EXPORT_FORMATS)}")
    return given or "csv"


async def export_answer(services: Services, query: LeadQuery, file: LeadFile, name: str, *, for_people: bool) -> Stream:
    """The file, whose first page is read before anything is answered. What goes wrong later is told a person in its last row; a
    program's connection is cut, so that it takes no half of a file for the whole."""
    pages = pages_of(services.store, query)
    first = await anext(pages)
    return Stream(
        _whole(file, _until_stopped(services, first, pages), tells=for_people and file.tells),
        media_type=file.media_type,
        headers=attachment(name, file.suffix),
    )


def attachment(name: str, suffix: str) -> dict[str, Any]:
    """The headers of a file to be kept under this name and the day's date."""
    return {"Content-Disposition": f'attachment; filename="{name}-{utc_now():%Y-%m-%d}.{suffix}"'}


async def _whole(file: LeadFile, pages: AsyncIterator[list[Lead]], *, tells: bool) -> AsyncIterator[bytes]:
    try:
        async for piece in pieces_of(file, pages):
            yield piece
    except LeadlineError as error:
        if not tells:
            raise
        yield file.sentence(f"this file is not complete: {error}")
    yield file.end()


async def _until_stopped(
    services: Services, first: list[Lead], pages: AsyncIterator[list[Lead]]
) -> AsyncIterator[list[Lead]]:
    yield first
    async for page in pages:
        if services.live.is_stopping:
            raise Unavailable("the server was stopped")
        yield page
