"""A new import: the file is sent, its columns are looked at and told apart, and it begins. For managers."""

import asyncio
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from leadline.domain.answers import WIDTHS
from leadline.domain.errors import Invalid, LeadlineError
from leadline.sources.csv.preview import Preview, preview
from leadline.usecases.import_leads import Order
from leadline.web.actions import doing
from leadline.web.csrf import BY_UPLOAD, FORM_BYTES, FORM_FIELDS, check_token, sent_form
from leadline.web.importing import Planned, planned
from leadline.web.pages import frame
from leadline.web.presenting import imports as shown
from leadline.web.presenting.words import dated
from leadline.web.problems import TooLarge, Unreadable, status_of
from leadline.web.reading import AnyRequest, read_id
from leadline.web.rendering import page, see_other
from leadline.web.services import Services
from leadline.web.sessions import Viewer, get_viewer
from leadline.web.uploads import Form, Upload

# Of a long file the first so many rows are tried before the import: all of them are told of after it.
ROWS_TRIED = 20_000
_WIDE_FORM: dict[str, Any] = {FORM_BYTES: 200_000, FORM_FIELDS: 1_100}
_OPTIONS = ("route", "notify")


@get("/imports/new", opt=doing("import_leads"))
async def new_import(request: AnyRequest, services: NamedDependency[Services]) -> Response[bytes]:
    """The form that a file is sent with."""
    return _form(services, await get_viewer(request, services))


@post("/imports/new", status_code=303, opt=doing("import_leads") | BY_UPLOAD)
async def send_file(request: AnyRequest, services: NamedDependency[Services]) -> Response[bytes]:
    """Take the file in, and go on to how it is understood. What is no table of leads is said here, and not kept."""
    viewer = await get_viewer(request, services)
    try:
        _, upload = await services.uploads.receive_form(
            request, viewer.user.id, lambda form: check_token(services, viewer, form)
        )
    except (TooLarge, Unreadable) as error:
        return _form(services, viewer, status_of(error), str(error))
    if upload is None:
        return _form(services, viewer, 422, "choose a file first")
    try:
        await planned(services.store, upload.path, {})
    except LeadlineError as error:
        services.uploads.drop(upload)
        return _form(services, viewer, status_of(error), str(error))
    return see_other(f"/imports/new/{upload.id}")


@get("/imports/new/{upload_id:str}", opt=doing("import_leads"))
async def look_at_file(
    request: AnyRequest, services: NamedDependency[Services], upload_id: FromPath[str]
) -> Response[bytes]:
    """How the file is understood, and the first rows as they would become leads."""
    viewer = await get_viewer(request, services)
    return await _preview(services, viewer, _find(services, viewer, upload_id), {})


@post("/imports/new/{upload_id:str}", status_code=200, opt=doing("import_leads") | _WIDE_FORM)
async def go_on(request: AnyRequest, services: NamedDependency[Services], upload_id: FromPath[str]) -> Response[bytes]:
    """Look again with other columns, or begin the import."""
    viewer, form = await get_viewer(request, services), sent_form(request)
    upload = _find(services, viewer, upload_id)
    if "begin" not in form:
        return await _preview(services, viewer, upload, form)
    try:
        found = await _planned(services, upload, form)
    except Invalid as error:
        return await _preview(services, viewer, upload, {}, str(error), 422)
    plan = found.plan
    order = Order(
        upload.name, plan.table.digest, plan.mapping, plan.columns, plan.rows_total, viewer.user.full_name, plan.preset,
        routes="route" in form, notifies="notify" in form, user_id=viewer.user.id, source=_source(form),
    )  # fmt: skip
    run = await services.importing.begin(upload, plan, order)
    return see_other(f"/imports/{run.id}")


def _find(services: Services, viewer: Viewer, upload_id: str) -> Upload:
    return services.uploads.find(read_id(upload_id, "file"), viewer.user.id)


async def _planned(services: Services, upload: Upload, form: Form) -> Planned:
    """The plan under what was chosen. Columns go by their number, so the file is looked at before its names are known."""
    remembers = form.get("forget") is None
    found = await planned(services.store, upload.path, {}, remembers=remembers)
    chosen = shown.chosen_in(form, found.plan.columns)
    return await planned(services.store, upload.path, chosen, remembers=remembers) if chosen else found


async def _preview(
    services: Services, viewer: Viewer, upload: Upload, form: Form, trouble: str = "", status: int = 200
) -> Response[bytes]:
    found = await _planned(services, upload, form)
    seen = await asyncio.to_thread(preview, found.plan, source=_source(form), rows_max=ROWS_TRIED)
    before = found.before
    return page(
        "import_look.html",
        status,
        **frame(viewer, services),
        upload=upload,
        plan=found.plan,
        understood=shown.understood(found.plan),
        before=before,
        before_when=dated(before.started_at, viewer.now()) if before else None,
        columns=shown.columns(seen, form),
        choices=shown.CHOICES,
        heads=shown.HEADS,
        lines=shown.lines(seen),
        seen=seen,
        has_email=_has_email(seen),
        typed={name: name in form for name in _OPTIONS} | {"source": _source(form) or ""},
        trouble=trouble,
    )


def _has_email(seen: Preview) -> bool:
    return "email" in seen.meanings.values()


def _source(form: Form) -> str | None:
    return form.get("source", "").replace("\0", "").strip()[: WIDTHS["source"]] or None


def _form(services: Services, viewer: Viewer, status: int = 200, trouble: str = "") -> Response[bytes]:
    return page(
        "import_new.html",
        status,
        **frame(viewer, services),
        megabytes_max=services.settings.import_max_mb,
        trouble=trouble,
    )


PAGES = (new_import, send_file, look_at_file, go_on)
