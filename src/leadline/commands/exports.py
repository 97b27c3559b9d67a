"""What `leadline export` does."""

from collections.abc import AsyncIterator, Callable, Iterable
from typing import BinaryIO

from leadline.commands.database import with_store
from leadline.config import Settings
from leadline.domain.leads import Lead
from leadline.exports import ExportFormat
from leadline.exports.files import new_file, pieces_of
from leadline.ports import Store
from leadline.usecases.export_leads import pages_of
from leadline.web.lead_params import LEAD_PARAMS, read_lead_query
from leadline.web.params import PAGING, Params


def export(form: ExportFormat, filters: Iterable[tuple[str, str]], into: BinaryIO, tell: Callable[[int], None]) -> None:
    """Write a whole list, filtered as the API does. `tell` hears how many leads that are by now. Raises Invalid for filters that cannot be read."""
    params = Params(filters, LEAD_PARAMS - PAGING)
    query = read_lead_query(params)
    params.check()

    async def work(settings: Settings, store: Store) -> None:
        file = new_file(form, await store.list_users())
        pages = _counted(pages_of(store, query), tell)
        async for piece in pieces_of(file, pages):
            into.write(piece)
        into.write(file.end())

    with_store(work)


async def _counted(pages: AsyncIterator[list[Lead]], tell: Callable[[int], None]) -> AsyncIterator[list[Lead]]:
    count = 0
    async for page in pages:
        yield page
        count += len(page)
        tell(count)
