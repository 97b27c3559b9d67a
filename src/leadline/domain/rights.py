"""Who may do what (RULES 11): the one table, and the one place that answers. What is not in it, nobody may.

Whether a key or a session is still good is decided where it is found (`access`); here it stands for whoever showed it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args
from uuid import UUID

from leadline.domain.access import ApiKey, Scope
from leadline.domain.leads import Lead
from leadline.domain.users import ROLES, Role, User

# A person, a program, or nobody in particular.
Who = User | ApiKey | None

LeadAction = Literal[
    "see_lead",
    "claim_lead",
    "work_lead",
    "reopen_lead",
    "assign_lead",
    "flag_lead",
    "review_lead",
    "delete_lead",
    "restore_lead",
]
Action = (
    LeadAction
    | Literal[
        "open",
        "describe_api",
        "end_session",
        "keep_account",
        "list_leads",
        "create_lead",
        "read_receipt",
        "count_event",
        "read_submissions",
        "release_submission",
        "export_leads",
        "import_leads",
        "read_notifications",
        "retry_notifications",
        "manage_users",
        "manage_admins",
        "manage_keys",
        "manage_endpoints",
        "read_rules",
        "manage_rules",
        "set_up",
    ]
)
# Which leads a rep may do something with: those that the rep sees, or only the own ones.
Reach = Literal["seen", "own"]


@dataclass(frozen=True, slots=True)
class Right:
    """Who has a right: everybody, keys with `scope` (None: no key), people from `role` upwards (None: nobody). `reach` limits reps
    to some leads; `refusal` is what a person is told who may see the thing and not do this to it."""

    scope: Scope | None = None
    role: Role | None = None
    reach: Reach | None = None
    refusal: str = "This is not yours to do."
    is_open: bool = False


_NOT_OWN = "Nobody has this lead yet. Claim it first."

RIGHTS: Mapping[Action, Right] = {
    # Health, style sheets, the login, and what proves itself by a signature or a link: whoever comes.
    "open": Right(is_open=True),
    # Keys of every scope: see `can`.
    "describe_api": Right(None, "rep"),
    "end_session": Right(None, "rep"),
    "keep_account": Right(None, "rep"),
    "list_leads": Right("leads:read", "rep"),
    "create_lead": Right("leads:create", "rep"),
    # Of what the key itself sent; `admin` reads any.
    "read_receipt": Right("leads:create"),
    "count_event": Right("events:write"),
    "read_submissions": Right("leads:read", "manager"),
    "release_submission": Right("leads:write", "manager"),
    "export_leads": Right("leads:read", "manager"),
    "import_leads": Right("leads:write", "manager"),
    "read_notifications": Right("notifications", "manager"),
    "retry_notifications": Right("notifications", "manager"),
    "manage_users": Right("users", "admin"),
    # Whoever makes an admin, or sets an admin's address, has all that an admin has.
    "manage_admins": Right("admin", "admin"),
    "manage_keys": Right("admin", "admin"),
    "manage_endpoints": Right("admin", "admin"),
    "set_up": Right(None, "admin"),
    "read_rules": Right("leads:read", "manager"),
    "manage_rules": Right("admin", "admin"),
    "see_lead": Right("leads:read", "rep", "seen"),
    # A key is nobody whose lead it could be.
    "claim_lead": Right(None, "rep", "seen"),
    "work_lead": Right("leads:write", "rep", "own", _NOT_OWN),
    "reopen_lead": Right("leads:write", "manager", refusal="Only a manager reopens a lead."),
    "assign_lead": Right("leads:write", "manager", refusal="Only a manager gives leads away or takes them back."),
    "flag_lead": Right("leads:write", "manager", refusal="Only a manager sets the priority flag."),
    "review_lead": Right("leads:write", "manager", refusal="Only a manager settles what is in doubt."),
    "delete_lead": Right("leads:write", "manager", refusal="Only a manager deletes a lead."),
    "restore_lead": Right("leads:write", "manager", refusal="Only a manager restores a lead."),
}
ACTIONS: tuple[Action, ...] = tuple(RIGHTS)
LEAD_ACTIONS: tuple[LeadAction, ...] = get_args(LeadAction)


def can(who: Who, action: Action, lead: Lead | None = None) -> bool:
    """Whether somebody may do this, to this lead where it is done to one. Without the lead: whether there are any with which they
    may. A key has scopes and no role; `admin` has every scope there is, but is no person. A user who left may nothing."""
    right = RIGHTS[action]
    if right.is_open:
        return True
    if isinstance(who, ApiKey):
        return who.revoked_at is None and _may_key(who, action, right)
    if who is None or not who.is_active or not role_has(who.role, action):
        return False
    return lead is None or who.role != "rep" or _reaches(who, right.reach, lead)


def role_has(role: Role, action: Action) -> bool:
    """Whether people of this role may do this at all. Each role may what the ones before it may."""
    least = RIGHTS[action].role
    return RIGHTS[action].is_open or (least is not None and ROLES.index(role) >= ROLES.index(least))


def whose_leads(user: User) -> tuple[UUID | None, ...]:
    """Whose leads `can` lets this user see, for a list: own and nobody's for a rep, empty for everybody's."""
    return (user.id, None) if user.role == "rep" else ()


def why_not(who: Who, action: Action) -> str:
    """What to tell somebody who may not do this, and may know that it could be done."""
    right = RIGHTS[action]
    if not isinstance(who, ApiKey):
        return right.refusal
    return f"this API key lacks the scope {right.scope}" if right.scope else "this is for people, not for API keys"


def has_scope(key: ApiKey, scope: Scope) -> bool:
    """Whether a key has a scope, by itself or with all of them."""
    return scope in key.scopes or "admin" in key.scopes


def _may_key(key: ApiKey, action: Action, right: Right) -> bool:
    return action == "describe_api" or (right.scope is not None and has_scope(key, right.scope))


def _reaches(rep: User, reach: Reach | None, lead: Lead) -> bool:
    is_own = lead.assigned_to == rep.id
    is_seen = not lead.is_deleted and (is_own or lead.assigned_to is None)
    return is_seen and (reach != "own" or is_own)
