"""Leads of the work list as a file: the whole list with its filters, or the chosen rows. For managers (RULES 11)."""

from collections.abc import AsyncIterator
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Stream

from leadline.clock import utc_now
from leadline.domain.errors import LeadlineError, NotFound
from leadline.domain.lead_lists import MAX_LIMIT, Page, Position
from leadline.domain.leads import Lead
from leadline.domain.rights import can
from leadline.web.actions import doing
from leadline.web.csrf import LONG_FORM, sent_form
from leadline.web.list_acts import read_chosen
from leadline.web.list_params import Wanted, read_wanted
from leadline.web.presenting.csv_file import CsvFile
from leadline.web.reading import AnyRequest
from leadline.web.services import Services
from leadline.web.sessions import get_viewer

EXPORT_ROWS_MAX = 50_000
_TYPE = "text/csv"


@get("/leads/export", opt=doing("export_leads"))
async def export_list(request: AnyRequest, services: NamedDependency[Services]) -> Stream:
    """Every lead of the list that the query string asks for, page by page, however long it is."""
    viewer = await get_viewer(request, services)
    users = await services.store.list_users()
    wanted = read_wanted(request.query_params.multi_items(), viewer.user, users, viewer.now())
    first = await services.store.list_leads(wanted.query, None, MAX_LIMIT)
    file = CsvFile(users)
    return Stream(
        _whole(services, wanted, file, first), headers=_headers(f"leads-{wanted.listing.name}"), media_type=_TYPE
    )


@post("/leads/export", status_code=200, opt=doing("export_leads") | LONG_FORM)
async def export_rows(request: AnyRequest, services: NamedDependency[Services]) -> Response[bytes]:
    """The chosen rows, as they are now. The last column says of each what came of it."""
    viewer = await get_viewer(request, services)
    file = CsvFile(await services.store.list_users(), with_result=True)
    parts = [file.head()]
    for lead_id in read_chosen(sent_form(request)):
        try:
            lead = await services.store.get_lead(lead_id)
        except NotFound:
            parts.append(file.left_out(lead_id, "there is nothing here"))
            continue
        shown = can(viewer.user, "see_lead", lead) and not lead.is_deleted
        parts.append(file.rows([lead]) if shown else file.left_out(lead_id, "there is nothing here"))
    return Response(b"".join(parts), media_type=_TYPE, headers=_headers("leads-chosen"))


async def _whole(services: Services, wanted: Wanted, file: CsvFile, first: Page[Lead]) -> AsyncIterator[bytes]:
    """The file. Its last line says where it does not hold the whole list: nobody should take half of it for all."""
    yield file.head()
    page, written = first, 0
    while True:
        yield file.rows(page.items)
        written += len(page.items)
        if page.next is None or services.live.is_stopping:
            break
        if written >= EXPORT_ROWS_MAX:
            yield file.left_out(f"only the first {written:,} leads are in this file: narrow the filters", "")
            return
        try:
            page = await _next(services, wanted, page.next)
        except LeadlineError as error:
            yield file.left_out(f"this file is not complete: {error}", "")
            return
    if page.next is not None:
        yield file.left_out("this file is not complete: the server was stopped", "")


async def _next(services: Services, wanted: Wanted, position: Position) -> Page[Lead]:
    return await services.store.list_leads(wanted.query, position, MAX_LIMIT)


def _headers(name: str) -> dict[str, Any]:
    return {"Content-Disposition": f'attachment; filename="{name}-{utc_now():%Y-%m-%d}.csv"'}
