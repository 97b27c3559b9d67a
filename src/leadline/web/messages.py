"""The screen of notifications: what failed, what is held and why, what would be said; and trying again. For managers and admins.
Where no mail is configured, /dev/mail shows admins what would have been sent."""

from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from leadline.clock import utc_now
from leadline.domain.errors import Conflict, NotFound
from leadline.domain.notifications import Notification, NotificationStatus
from leadline.domain.users import User
from leadline.ports.channels import Content, Occasion, SendFault
from leadline.usecases.retry import find_notification, retry_failed, retry_notification
from leadline.web.actions import doing
from leadline.web.admission import nothing_here
from leadline.web.cursors import Cursors
from leadline.web.pages import frame
from leadline.web.presenting import messages as shown
from leadline.web.presenting.words import counted
from leadline.web.reading import AnyRequest, read_id
from leadline.web.rendering import page, see_other
from leadline.web.services import Services
from leadline.web.sessions import get_viewer
from leadline.web.toasts import Toast, find_toast, toast_cookie

PAGE = 50
MAILS_MAX = 20
# They hold a link by which somebody signs in: a manager who could read it would be that person.
SECRET_TEMPLATES = frozenset({"password_reset", "invitation"})


@get("/notifications", opt=doing("read_notifications"))
async def notifications(
    request: AnyRequest, services: NamedDependency[Services], cursors: NamedDependency[Cursors]
) -> Response[bytes]:
    """Messages by what became of them, newest first."""
    viewer = await get_viewer(request, services)
    status = _status(request.query_params.get("status"))
    listing = ("messages", status)
    position = cursors.read(listing, request.query_params.get("cursor"))
    found = await services.store.list_notifications(status, None, position, PAGE)
    return page(
        "notifications.html",
        **frame(viewer, services),
        toast=find_toast(request, services, viewer),
        tabs=shown.TABS,
        chosen=status,
        rows=shown.rows(found.items, viewer.now()),
        lacking=shown.lacking({name: channel.hindrance for name, channel in services.channels.items()}),
        has_dev_mail=_mail_hindrance(services) is not None,
        empty=shown.EMPTY[status],
        is_later_page=position is not None,
        next_cursor=cursors.write(listing, found.next),
    )


@get("/notifications/{notification_id:str}", opt=doing("read_notifications"))
async def notification_detail(
    request: AnyRequest, services: NamedDependency[Services], notification_id: FromPath[str]
) -> Response[bytes]:
    """One message: what was said, or would be, and what the provider answered."""
    viewer = await get_viewer(request, services)
    message = await _get_message(services, notification_id)
    content = None
    if message.status != "sent" and message.template_name not in SECRET_TEMPLATES:
        content = await _render(services, message, await services.store.list_users())
    return page(
        "notification.html",
        **frame(viewer, services),
        message=message,
        row=shown.row(message, viewer.now()),
        subject=content.subject if content else message.subject,
        body=content.body if content else message.body,
        is_secret=message.template_name in SECRET_TEMPLATES,
    )


@post("/notifications/{notification_id:str}/retry", status_code=303, opt=doing("retry_notifications"))
async def retry_message(
    request: AnyRequest, services: NamedDependency[Services], notification_id: FromPath[str]
) -> Response[bytes]:
    """Try one again, and go back to the list."""
    viewer = await get_viewer(request, services)
    message = await _get_message(services, notification_id)
    try:
        await retry_notification(services.store, message.id)
        told = "It is tried again."
    except Conflict as error:
        told = f"{str(error).capitalize()}."
    services.bell.ring()
    return see_other(f"/notifications?status={message.status}", [toast_cookie(services, viewer, Toast(told))])


@post("/notifications/retry", status_code=303, opt=doing("retry_notifications"))
async def retry_messages(request: AnyRequest, services: NamedDependency[Services]) -> Response[bytes]:
    """Try everything again that has failed by now."""
    viewer = await get_viewer(request, services)
    number = await retry_failed(services.store, utc_now())
    services.bell.ring()
    toast = Toast(f"{counted(number, 'message')} tried again.")
    return see_other("/notifications?status=failed", [toast_cookie(services, viewer, toast)])


@get("/dev/mail", opt=doing("manage_users"))
async def dev_mail(request: AnyRequest, services: NamedDependency[Services]) -> Response[bytes]:
    """The newest letters as they would have been sent, links and all. 404 where mail is configured."""
    viewer = await get_viewer(request, services)
    why = _mail_hindrance(services)
    if why is None:
        raise nothing_here()
    found = await services.store.list_notifications("held", None, None, PAGE)
    letters = [message for message in found.items if message.notification_type == "email"][:MAILS_MAX]
    users = await services.store.list_users()
    now = viewer.now()
    return page(
        "dev_mail.html",
        **frame(viewer, services),
        why=why,
        letters=[(shown.row(letter, now), await _render(services, letter, users)) for letter in letters],
    )


def _status(text: str | None) -> NotificationStatus:
    return next((name for name in shown.TABS if name == text), "failed")


def _mail_hindrance(services: Services) -> str | None:
    return services.channels["email"].hindrance


async def _get_message(services: Services, notification_id: str) -> Notification:
    wanted: UUID = read_id(notification_id, "notification")
    found = await find_notification(services.store, wanted)
    if found is None:
        raise nothing_here()
    return found


async def _render(services: Services, message: Notification, users: list[User]) -> Content:
    """The message as it would be said now, or the reason why nothing can be."""
    try:
        lead = await services.store.get_lead(message.lead_id) if message.lead_id else None
        user = next((user for user in users if user.id == message.user_id), None)
        channel = services.channels[message.notification_type]
        return channel.render(Occasion(message, lead, user, origin=services.settings.origin))
    except (SendFault, NotFound, KeyError) as error:
        return Content(message.subject, f"This cannot be said now: {error}")
