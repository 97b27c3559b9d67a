"""What `leadline reconcile` does: list at the provider, compare with what we keep, capture what is missing."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from leadline.bootstrap import build_house
from leadline.clock import utc_now
from leadline.commands.database import with_store
from leadline.config import Settings, WrongSetting
from leadline.domain.activities import Actor
from leadline.domain.emails import key_of
from leadline.domain.endpoints import Endpoint
from leadline.domain.errors import NotFound
from leadline.domain.intake import Intake, SubmissionRecord
from leadline.domain.reconciling import Mark
from leadline.ids import new_id
from leadline.integrations.webflow_api import list_submissions
from leadline.ports import Store
from leadline.sources import NotALead, webflow
from leadline.sources.mapping import to_fields
from leadline.sources.payloads import read_into
from leadline.usecases.reconcile import Listed, Reconciled, reconcile

ACTOR = Actor("provider", "Webflow")


def reconcile_webflow(endpoint: str | None, site: str | None, since: datetime, *, dry_run: bool) -> Reconciled:
    """Compare and capture. Raises WrongSetting without a token or a site, NotFound for an endpoint that is not there."""

    async def work(settings: Settings, store: Store) -> Reconciled:
        token, where = settings.webflow_api_token, site or settings.webflow_site
        if not token or not where:
            raise WrongSetting("set WEBFLOW_API_TOKEN, with the scope forms:read, and WEBFLOW_SITE_ID (or --site)")
        found = await _endpoint(settings, store, endpoint or settings.webflow_endpoint)
        now = utc_now()
        rows = await list_submissions(settings.webflow_api_url, token, where)
        listed = [_listed(row, found, now) for row in rows]
        house = await build_house(settings, store)
        return await reconcile(
            store, house, listed, lambda record: _mark_of(record, found), since, now, dry_run=dry_run
        )

    return with_store(work)


async def _endpoint(settings: Settings, store: Store, name: str) -> Endpoint:
    found = await store.find_endpoint(name)
    if found is None and name == settings.webflow_endpoint:
        # The one of the settings. Its secrets are for posts, and nothing is posted here.
        now = utc_now()
        found = Endpoint(UUID(int=0), name, "webflow", "", now, now)
    if found is None or found.provider != "webflow":
        raise NotFound(f"no endpoint {name} of Webflow's")
    return found


def _listed(row: dict[str, Any], endpoint: Endpoint, now: datetime) -> Listed:
    item = Intake(
        new_id(), "webflow", msgspec.json.encode(row), now, ACTOR, failed_as="quarantined", endpoint=endpoint.name
    )
    read_into(item, endpoint)
    mark = _mark(item.payload, endpoint, now)
    # Of the future it cannot be; without a time it is of now.
    item.received_at = min(mark.at, now)
    return Listed(item, mark)


def _mark_of(record: SubmissionRecord, endpoint: Endpoint) -> Mark:
    return _mark(record.payload, endpoint, record.received_at)


def _mark(payload: bytes, endpoint: Endpoint, at: datetime) -> Mark:
    """What identifies a payload, the webhook's or the API's; `at` is our time of it, where it says none."""
    try:
        sent = webflow.read(payload)
    except NotALead:
        return Mark(frozenset(), None, None, at, is_providers_time=False)
    email_key = key_of(to_fields(sent.fields, endpoint.mapping).get("email"))
    is_said = sent.submitted_at is not None
    return Mark(webflow.ids_in(payload), sent.form, email_key, sent.submitted_at or at, is_providers_time=is_said)


def counts(done: Reconciled, *, dry_run: bool) -> dict[str, Any]:
    """The figures, which add up: listed = older + known + missing, and missing = the sum of the outcomes."""
    told: dict[str, Any] = {"listed": done.listed, "older": done.older, "known": done.known, "missing": done.missing}
    return told if dry_run else told | {"outcomes": dict(sorted(done.outcomes.items()))}
