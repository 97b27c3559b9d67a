"""The work list, and what every page behind the login shows."""

from functools import partial
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from leadline.domain.rights import can
from leadline.web.actions import doing
from leadline.web.csrf import form_token
from leadline.web.cursors import Cursors
from leadline.web.list_params import read_wanted
from leadline.web.list_view import list_context
from leadline.web.presenting.words import initials
from leadline.web.reading import AnyRequest
from leadline.web.rendering import page
from leadline.web.services import Services
from leadline.web.sessions import Viewer, get_viewer
from leadline.web.toasts import find_toast


@get("/", opt=doing("list_leads"))
async def work_list(
    request: AnyRequest, services: NamedDependency[Services], cursors: NamedDependency[Cursors]
) -> Response[bytes]:
    """The list of a category, of what waits or of what needs a review; what one may not see is not in it."""
    viewer = await get_viewer(request, services)
    users = await services.store.list_users()
    wanted = read_wanted(request.query_params.multi_items(), viewer.user, users, viewer.now())
    context = await list_context(services, cursors, viewer.user, wanted, users)
    toast = find_toast(request, services, viewer)
    waiting = services.standby.journal.depth if services.standby else 0
    return page("leads.html", **frame(viewer, services), **context, toast=toast, brought_in=waiting)


def frame(viewer: Viewer, services: Services) -> dict[str, Any]:
    """What every page behind the login shows: who looks and what they may, and the form that signs out."""
    return {
        "viewer": viewer.user,
        "nobody_sends": services.attendance.nobody,
        "may": partial(can, viewer.user),
        "viewer_initials": initials(viewer.user.full_name),
        "form_token": form_token(services.secret_key, "session", viewer.token),
    }
