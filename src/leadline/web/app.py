"""The application: every route, in one place, behind the edge."""

from typing import Any

from litestar import Litestar, Request, Response, Router
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException

from leadline.domain.errors import LeadlineError
from leadline.domain.intake import Journalled
from leadline.usecases.passwords import PasswordGuard
from leadline.web import (
    account,
    api_endpoints,
    api_events,
    api_export,
    api_imports,
    api_intake,
    api_keys,
    api_leads,
    api_notifications,
    api_rulesets,
    api_users,
    api_work,
    documents,
    forgot,
    forms,
    health,
    hooks,
    imports,
    lead_acts,
    lead_pages,
    lead_panel,
    list_acts,
    list_export,
    live_stream,
    login,
    mail_hook,
    messages,
    metrics,
    new_import,
    new_lead,
    pages,
    quarantine,
    receipts,
    slack_hook,
    start,
    static,
    unsubscribe,
    welcome,
)
from leadline.web.actions import check_actions
from leadline.web.admission import admit
from leadline.web.csrf import BY_KEY, BY_SIGNATURE, protect
from leadline.web.cursors import Cursors
from leadline.web.edge import Edge
from leadline.web.openapi import describe
from leadline.web.pace import Pace
from leadline.web.paths import path_of
from leadline.web.problems import handle_http, handle_ours, handle_unforeseen
from leadline.web.quick_intake import QuickIntake
from leadline.web.rendering import see_other
from leadline.web.services import Services
from leadline.web.sessions import NotSignedIn, login_address

# How many events one visitor's browser may tell of: a person looks at a few pages, a script gone wild at thousands.
VISITS_MAX, VISITS_SECONDS = 30, 60.0
# How often one address may send one form. A whole office may sit behind it.
FORMS_MAX, FORMS_SECONDS = 20, 600.0

API: list[Any] = [
    api_intake.create_lead,
    api_intake.create_leads,
    receipts.get_receipt,
    api_leads.list_leads,
    api_export.export_leads,
    api_leads.get_lead,
    api_leads.list_activities,
    api_leads.explain_lead,
    api_leads.list_submissions,
    api_notifications.list_notifications,
    api_notifications.retry_one,
    api_notifications.retry_all,
    api_work.set_status,
    api_work.add_note,
    api_work.log_attempt,
    api_work.assign,
    api_work.set_priority,
    api_work.set_spam,
    api_work.review,
    api_work.edit,
    api_work.remove,
    api_work.restore,
    api_events.count_event,
    api_users.list_users,
    api_users.get_user,
    api_users.create_user,
    api_users.change_user,
    api_users.invite,
    api_users.invite_again,
    api_keys.list_keys,
    api_keys.create_key,
    api_keys.revoke_key,
    api_rulesets.list_rulesets,
    api_rulesets.create_draft,
    api_rulesets.validate,
    api_rulesets.get_ruleset,
    api_rulesets.replace_draft,
    api_rulesets.delete_draft,
    api_rulesets.preview_ruleset,
    api_rulesets.publish_draft,
    api_rulesets.roll_back,
    api_endpoints.list_endpoints,
    api_endpoints.get_endpoint,
    api_endpoints.create_endpoint,
    api_endpoints.change_endpoint,
    api_imports.list_imports,
    api_imports.create_import,
    api_imports.show_import,
    api_imports.list_rejected,
    api_imports.take_back,
]
HOOKS: list[Any] = [hooks.hook, mail_hook.mail_hook, slack_hook.slack_click]
HEALTH: list[Any] = [health.healthz, health.readyz]
# What a browser opens. An unsafe method here needs a form of ours.
PAGES: list[Any] = [
    pages.work_list,
    lead_pages.lead_detail,
    lead_panel.lead_panel,
    lead_acts.act_form,
    lead_acts.act_on_lead,
    account.account,
    account.change_account,
    account.change_own_password,
    start.start,
    start.first_lead,
    start.send_it_for_me,
    start.invite_a_rep,
    start.remove_invented,
    start.look_at_rules,
    messages.notifications,
    messages.notification_detail,
    messages.retry_message,
    messages.retry_messages,
    messages.dev_mail,
    quarantine.quarantine,
    quarantine.submission_detail,
    quarantine.release_submission,
    quarantine.confirm_as_spam,
    new_lead.new_lead_form,
    new_lead.known_address,
    new_lead.create_by_hand,
    *new_import.PAGES,
    *imports.PAGES,
    list_acts.act_on_rows,
    list_acts.undo_on_rows,
    list_export.export_list,
    list_export.export_rows,
    live_stream.live,
    login.login_page,
    login.log_in,
    login.log_out,
    forgot.forgot_page,
    forgot.ask_for_link,
    welcome.welcome_page,
    welcome.accept,
    unsubscribe.unsubscribe_page,
    unsubscribe.unsubscribe_at_once,
    documents.openapi_json,
    documents.docs,
    metrics.metrics,
    static.static_file,
    static.favicon,
    static.engage_script,
    static.embed_script,
    forms.show_form,
    forms.take_form,
    forms.thank,
]


def create_app(services: Services) -> Edge:
    """The ASGI application of one running house."""
    settings = services.settings
    return Edge(
        QuickIntake(create_inner_app(services), services),
        new_request_id=lambda: services.house.new_id().hex,
        is_https=settings.is_https,
        trusted_proxies=settings.trusted_proxies,
    )


def create_inner_app(services: Services) -> Litestar:
    """What stands behind the edge: routes, their guards, and an answer for every error. Raises RuntimeError for a route that does
    not say what it is for."""
    document = describe([*API, *HOOKS, *HEALTH], services.settings.origin)
    app = Litestar(
        route_handlers=[
            Router("/", route_handlers=API, opt=BY_KEY),
            Router("/", route_handlers=HOOKS, opt=BY_SIGNATURE),
            *HEALTH,
            *PAGES,
        ],
        guards=[protect, admit],
        state=State({"services": services}),
        dependencies={
            "services": _always(services),
            "cursors": _always(Cursors(services.secret_key)),
            "senders": _always(Pace(FORMS_MAX, FORMS_SECONDS)),
            "visitors": _always(Pace(VISITS_MAX, VISITS_SECONDS)),
            "guard": _always(PasswordGuard(services.store, services.secret_key)),
            "document": _always(document),
        },
        exception_handlers={
            NotSignedIn: to_login,
            Journalled: receipts.kept_for_later,
            LeadlineError: handle_ours,
            HTTPException: handle_http,
            Exception: handle_unforeseen,
        },
        openapi_config=None,
        # Whoever starts us says where lines go; the framework's default would print each of ours a second time.
        logging_config=None,
        request_max_body_size=None,
        debug=False,
    )
    check_actions(app)
    return app


def to_login(request: Request[Any, Any, Any], error: NotSignedIn) -> Response[Any]:
    """Whoever is not signed in is sent to the login, whatever was asked for: what is there and what is not look alike. htmx would
    put the login into the middle of the page; it is told to leave the page, and comes back to it."""
    if stream := live_stream.told_it_is_over(request):
        return stream
    if "hx-request" in request.headers:
        address = login_address(path_of(request.headers.get("hx-current-url", "/")))
        return Response(b"", status_code=401, media_type="text/plain", headers={"HX-Redirect": address})
    return see_other(login_address(error.back_to))


def _always(value: Any) -> Provide:
    return Provide(lambda: value, sync_to_thread=False, use_cache=True)
