"""Notifications, for programs: what is queued, held, sent and failed, and trying again what failed."""

from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from leadline.clock import utc_now
from leadline.domain.notifications import NOTIFICATION_STATUSES
from leadline.usecases.retry import retry_failed, retry_notification
from leadline.web.actions import doing
from leadline.web.answers import json_answer, notification_json, page_answer
from leadline.web.cursors import Cursors
from leadline.web.params import PAGING, Params, one_of
from leadline.web.reading import AnyRequest, read_id
from leadline.web.services import Services


@get("/api/v1/notifications", tags=["notifications"], operation_id="listNotifications", opt=doing("read_notifications"))
async def list_notifications(
    request: AnyRequest, services: NamedDependency[Services], cursors: NamedDependency[Cursors]
) -> Response[bytes]:
    """Queued and sent messages, newest first."""
    params = Params(request.query_params.multi_items(), PAGING | {"status", "lead_id"})
    status = params.one("status", one_of(NOTIFICATION_STATUSES), f"one of {', '.join(NOTIFICATION_STATUSES)}")
    lead_id = params.one("lead_id", UUID, "a lead's id")
    limit = params.limit()
    params.check()
    listing = ("notifications", status, lead_id)
    page = await services.store.list_notifications(status, lead_id, cursors.read(listing, params.cursor()), limit)
    return page_answer(page.items, notification_json, cursors.write(listing, page.next))


@post(
    "/api/v1/notifications/{notification_id:str}/retry",
    status_code=200,
    tags=["notifications"],
    operation_id="retryNotification",
    opt=doing("retry_notifications"),
)
async def retry_one(services: NamedDependency[Services], notification_id: FromPath[str]) -> Response[bytes]:
    """Try a notification again that has failed."""
    row = await retry_notification(services.store, read_id(notification_id, "notification"))
    services.bell.ring()
    return json_answer(notification_json(row))


@post(
    "/api/v1/notifications/retry",
    status_code=200,
    tags=["notifications"],
    operation_id="retryFailedNotifications",
    opt=doing("retry_notifications"),
)
async def retry_all(services: NamedDependency[Services]) -> Response[bytes]:
    """Try every notification again that has failed by now."""
    retried = await retry_failed(services.store, utc_now())
    services.bell.ring()
    return json_answer({"retried": retried})
