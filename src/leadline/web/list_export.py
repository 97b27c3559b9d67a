"""Leads of the work list as a file: the whole list with its filters, or the chosen rows. For managers (RULES 11)."""

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Stream

from leadline.domain.errors import NotFound
from leadline.domain.rights import can
from leadline.exports.csv_file import CsvFile
from leadline.exports.files import new_file
from leadline.web.actions import doing
from leadline.web.csrf import LONG_FORM, sent_form
from leadline.web.exporting import FORMAT, attachment, export_answer, read_format
from leadline.web.list_acts import read_chosen
from leadline.web.list_params import read_wanted
from leadline.web.params import Params
from leadline.web.reading import AnyRequest
from leadline.web.services import Services
from leadline.web.sessions import get_viewer


@get("/leads/export", opt=doing("export_leads"))
async def export_list(request: AnyRequest, services: NamedDependency[Services]) -> Stream:
    """Every lead of the list that the query string asks for, page by page, however long it is."""
    viewer = await get_viewer(request, services)
    users = await services.store.list_users()
    pairs = list(request.query_params.multi_items())
    params = Params([pair for pair in pairs if pair[0] == FORMAT], frozenset({FORMAT}))
    form = read_format(params)
    params.check()
    wanted = read_wanted([pair for pair in pairs if pair[0] != FORMAT], viewer.user, users, viewer.now())
    name = f"leads-{wanted.listing.name}"
    return await export_answer(services, wanted.query, new_file(form, users), name, for_people=True)


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
    return Response(b"".join(parts), media_type=file.media_type, headers=attachment("leads-chosen", file.suffix))
