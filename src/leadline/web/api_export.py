"""A list of leads as a file, for programs."""

from litestar import get
from litestar.di import NamedDependency
from litestar.response import Stream

from leadline.exports.files import new_file
from leadline.web.actions import doing
from leadline.web.exporting import FORMAT, export_answer, read_format
from leadline.web.lead_params import LEAD_PARAMS, read_lead_query
from leadline.web.params import PAGING, Params
from leadline.web.reading import AnyRequest
from leadline.web.services import Services

EXPORT_PARAMS = (LEAD_PARAMS - PAGING) | {FORMAT}


@get("/api/v1/leads/export", tags=["leads"], operation_id="exportLeads", opt=doing("export_leads"))
async def export_leads(request: AnyRequest, services: NamedDependency[Services]) -> Stream:
    """The whole list of `GET /api/v1/leads` as a file: `csv`, `xlsx` or `parquet`. It is written while it is read; one that breaks
    off before its end is cut without the last chunk."""
    params = Params(request.query_params.multi_items(), EXPORT_PARAMS)
    query, form = read_lead_query(params), read_format(params)
    params.check()
    file = new_file(form, await services.store.list_users())
    return await export_answer(services, query, file, "leads", for_people=False)
