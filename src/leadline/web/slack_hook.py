"""Clicks on the buttons of a Slack card: the same acts with the same rights as on the screen, for the user whom Slack names."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from litestar import Response, post
from litestar.background_tasks import BackgroundTask
from litestar.di import NamedDependency

from leadline.clock import utc_now
from leadline.domain.activities import Actor
from leadline.domain.errors import LeadlineError, NotFound
from leadline.domain.lead_edits import StaleLead
from leadline.domain.leads import Lead
from leadline.domain.users import User
from leadline.sources.signing import digest, is_recent, matches
from leadline.usecases.deciding import Deciding
from leadline.web.act_forms import SEEN, Form
from leadline.web.acting import act_on
from leadline.web.actions import doing
from leadline.web.answers import json_answer
from leadline.web.presenting.acted import told
from leadline.web.presenting.lead_forms import as_sentence
from leadline.web.presenting.owners import People
from leadline.web.problems import Unauthorized, Unreadable
from leadline.web.reading import AnyRequest, read_body
from leadline.web.services import Services

CLICK_BYTES_MAX = 200_000
_STRANGER = "Leadline does not know who you are in Slack. An admin can write your Slack member ID into your account."
_GONE = "This lead is there no longer, or somebody else has it by now."

log = logging.getLogger("leadline.slack")


@dataclass(frozen=True, slots=True)
class Click:
    """What was clicked, by whom, and where to answer."""

    slack_user_id: str
    lead_id: UUID
    act: str
    form: Form
    response_url: str


@post("/hooks/slack/interactions", status_code=200, tags=["hooks"], operation_id="slackClick", opt=doing("open"))
async def slack_click(request: AnyRequest, services: NamedDependency[Services]) -> Response[bytes]:
    """Believed by its signature, answered at once and done afterwards: Slack waits for three seconds."""
    secret = services.settings.slack_signing_secret
    if secret is None:
        raise NotFound("SLACK_SIGNING_SECRET is not set")
    body = await read_body(request, CLICK_BYTES_MAX)
    timestamp = request.headers.get("x-slack-request-timestamp", "")
    if not is_recent(timestamp, utc_now()) or not is_signed(
        body, timestamp, request.headers.get("x-slack-signature", ""), secret
    ):
        raise Unauthorized("the signature is wrong, or its timestamp is more than 5 minutes from now")
    answer = json_answer({})
    click = read_click(body)
    if click is not None:
        answer.background = BackgroundTask(follow, services, click)
    return answer


def is_signed(body: bytes, timestamp: str, signature: str, secret: str) -> bool:
    """Whether these bytes and this time were signed with our secret."""
    signed = b"v0:" + timestamp.encode() + b":" + body
    return bool(secret) and matches(signature, [b"v0=" + digest(signed, secret.encode()).hex().encode()])


def read_click(body: bytes) -> Click | None:
    """The click in an interaction, or None for one of another kind. Raises Unreadable for what Slack never sends."""
    try:
        payload = json.loads(parse_qs(body.decode())["payload"][0])
        if payload["type"] != "block_actions":
            return None
        (action,) = payload["actions"]
        asked = _asked(action)
        if asked is None:
            return None
        lead_id, _, seen = str(action.get("value") or action["block_id"]).partition("/")
        act, form = asked
        return Click(payload["user"]["id"], UUID(lead_id), act, {**form, SEEN: seen}, payload["response_url"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Unreadable("this is no interaction as Slack sends them") from error


def _asked(action: Mapping[str, Any]) -> tuple[str, Form] | None:
    """The act of the screen that a button or a choice stands for."""
    if action["action_id"] == "claim":
        return "claim", {}
    if action["action_id"] == "contacted":
        return "status", {"status": "Contacted"}
    if action["action_id"] == "disqualify":
        return "status", {"status": "Disqualified", "reason": str(action["selected_option"]["value"])}
    return None


async def follow(services: Services, click: Click) -> None:
    """Do it, and tell the person alone what came of it. The card itself is edited by the queue, as at every change of its lead."""
    try:
        words = await _done(services, click)
    except Exception:
        # Nobody waits for this any more: whatever it is, it must be said somewhere.
        log.exception("a click in Slack went wrong")
        words = "Something went wrong here. Nothing was done; the log of Leadline says why."
    await services.slack_reply(click.response_url, words)


async def _done(services: Services, click: Click) -> str:
    users = await services.store.list_users()
    user = next((user for user in users if user.is_active and user.slack_user_id == click.slack_user_id), None)
    if user is None:
        return _STRANGER
    actor = Actor("user", user.full_name, user.id, user_agent="Slack")
    try:
        done = await act_on(
            services.store, Deciding(services.house, utc_now(), actor), user, click.lead_id, click.act, click.form
        )
    except StaleLead as stale:
        return _changed(stale.lead, users)
    except NotFound:
        return _GONE
    except LeadlineError as error:
        return as_sentence(str(error))
    return told(click.act, done, click.form, People(users, user)).text


def _changed(lead: Lead, users: list[User]) -> str:
    """What the card did not show yet."""
    owner = next((user.full_name for user in users if user.id == lead.assigned_to), None)
    whose = f"owned by {owner}" if owner else "without an owner"
    return f"This lead has changed since: it is {lead.status} now, {whose}. Nothing was done; look at it again first."
