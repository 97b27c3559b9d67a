"""The application: every route, in one place, behind the edge."""

from typing import Any

from litestar import Litestar
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig

from leadline.domain.errors import LeadlineError
from leadline.web import api_intake, api_leads, api_users, health, hooks
from leadline.web.cursors import Cursors
from leadline.web.edge import Edge
from leadline.web.problems import handle_http, handle_ours, handle_unforeseen
from leadline.web.services import Services

ROUTES: list[Any] = [
    api_intake.create_lead,
    api_intake.create_leads,
    api_leads.list_leads,
    api_leads.get_lead,
    api_leads.list_activities,
    api_leads.explain_lead,
    api_leads.list_submissions,
    api_leads.list_notifications,
    api_users.list_users,
    api_users.get_user,
    api_users.create_user,
    api_users.change_user,
    hooks.webflow_hook,
    health.healthz,
    health.readyz,
]


def create_app(services: Services) -> Edge:
    """The ASGI application of one running house."""
    cursors = Cursors(services.secret_key)
    app = Litestar(
        route_handlers=ROUTES,
        dependencies={
            "services": Provide(lambda: services, sync_to_thread=False, use_cache=True),
            "cursors": Provide(lambda: cursors, sync_to_thread=False, use_cache=True),
        },
        exception_handlers={LeadlineError: handle_ours, HTTPException: handle_http, Exception: handle_unforeseen},
        openapi_config=OpenAPIConfig(title="Leadline", version="1", path="/docs"),
        request_max_body_size=None,
        debug=False,
    )
    settings = services.settings
    return Edge(
        app,
        new_request_id=lambda: services.house.new_id().hex,
        is_https=settings.is_https,
        trusted_proxies=settings.trusted_proxies,
    )
