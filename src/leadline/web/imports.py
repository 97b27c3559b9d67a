"""The screens of imports: what was imported, a new file, how it is understood, how far it is, what came of it. For managers."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from leadline.domain.errors import Conflict, NotFound
from leadline.domain.imports import ImportRun, status_of
from leadline.usecases.deciding import Deciding
from leadline.usecases.import_leads import get_import
from leadline.usecases.rejected_rows import rejected_csv
from leadline.web.actions import doing
from leadline.web.admission import nothing_here
from leadline.web.cursors import Cursors
from leadline.web.pages import frame
from leadline.web.presenting import imports as shown
from leadline.web.presenting.words import dated
from leadline.web.reading import AnyRequest, person_in, read_id
from leadline.web.rendering import page, see_other
from leadline.web.services import Services
from leadline.web.sessions import Viewer, get_viewer
from leadline.web.toasts import Toast, find_toast, toast_cookie

PAGE = 50
_LISTING = ("imports",)


@get("/imports", opt=doing("import_leads"))
async def imports(
    request: AnyRequest, services: NamedDependency[Services], cursors: NamedDependency[Cursors]
) -> Response[bytes]:
    """What was imported, newest first."""
    viewer = await get_viewer(request, services)
    position = cursors.read(_LISTING, request.query_params.get("cursor"))
    found = await services.store.newest_import_runs(position, PAGE)
    now = viewer.now()
    return page(
        "imports.html",
        **frame(viewer, services),
        toast=find_toast(request, services, viewer),
        rows=[shown.row(run, now, is_here=services.importing.is_at(run.id)) for run in found.items],
        is_later_page=position is not None,
        next_cursor=cursors.write(_LISTING, found.next),
    )


@get("/imports/{import_id:str}", opt=doing("import_leads"))
async def import_detail(
    request: AnyRequest, services: NamedDependency[Services], import_id: FromPath[str]
) -> Response[bytes]:
    """One import: how far it is, what came of its rows, and the way back."""
    viewer = await get_viewer(request, services)
    run = await _get_run(services, import_id)
    toast = find_toast(request, services, viewer)
    return page("import.html", **frame(viewer, services), toast=toast, **_shown(services, viewer, run))


@get("/imports/{import_id:str}/progress", opt=doing("import_leads"))
async def import_progress(
    request: AnyRequest, services: NamedDependency[Services], import_id: FromPath[str]
) -> Response[bytes]:
    """The part of the page that changes while an import goes on."""
    viewer = await get_viewer(request, services)
    run = await _get_run(services, import_id)
    return page("import_state.html", **frame(viewer, services), **_shown(services, viewer, run))


@get("/imports/{import_id:str}/rejected", opt=doing("import_leads"))
async def rejected(request: AnyRequest, services: NamedDependency[Services], import_id: FromPath[str]) -> Stream:
    """The rows that made no lead, in their own columns, with the reason of each. Mended, the file can be imported."""
    run = await _get_run(services, import_id)
    headers = {"Content-Disposition": f'attachment; filename="rejected-{run.id}.csv"'}
    return Stream(rejected_csv(services.store, run), media_type="text/csv", headers=headers)


@get("/imports/{import_id:str}/undo", opt=doing("import_leads"))
async def ask_to_undo(
    request: AnyRequest, services: NamedDependency[Services], import_id: FromPath[str]
) -> Response[bytes]:
    """What an undo would do, before it does it."""
    viewer = await get_viewer(request, services)
    run = await _get_run(services, import_id)
    if status_of(run) == "undone":
        return see_other(f"/imports/{run.id}")
    return page("import_undo.html", **frame(viewer, services), run=run, trouble="")


@post("/imports/{import_id:str}/undo", status_code=303, opt=doing("import_leads"))
async def undo(request: AnyRequest, services: NamedDependency[Services], import_id: FromPath[str]) -> Response[bytes]:
    """Take it back; a long one goes on beside the page that says how far it is."""
    viewer = await get_viewer(request, services)
    run = await _get_run(services, import_id)
    deciding = Deciding(services.house, viewer.now(), person_in(request, viewer.user), notifies=False)
    try:
        await services.importing.take_back(run.id, deciding)
    except Conflict as error:
        return page("import_undo.html", 409, **frame(viewer, services), run=run, trouble=f"{str(error).capitalize()}.")
    return see_other(f"/imports/{run.id}", [toast_cookie(services, viewer, Toast("The import is being taken back."))])


async def _get_run(services: Services, import_id: str) -> ImportRun:
    try:
        return await get_import(services.store, read_id(import_id, "import"))
    except NotFound:
        raise nothing_here() from None


def _shown(services: Services, viewer: Viewer, run: ImportRun) -> dict[str, Any]:
    is_here = services.importing.is_at(run.id)
    state = shown.state_of(run, viewer.now(), is_here=is_here)
    return {
        "run": run,
        "phase": status_of(run),
        "state": state,
        "is_moving": state in (shown.STATES["running"], shown.STATES["undoing"]),
        "progress": shown.progress(run),
        "begun": dated(run.started_at, viewer.now()),
    }


PAGES = (imports, import_detail, import_progress, rejected, ask_to_undo, undo)
