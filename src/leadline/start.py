"""What a start makes when it is missing: secrets in a file that only its owner can read, an admin, a key. And what it says then."""

import os
import secrets
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from leadline.bootstrap import build_channels
from leadline.clock import utc_now
from leadline.config import Settings
from leadline.domain.access import SCOPES
from leadline.domain.activities import SYSTEM
from leadline.domain.emails import parse_email
from leadline.domain.users import User
from leadline.ports import Store
from leadline.usecases.api_keys import add_api_key
from leadline.usecases.deciding import Deciding, House
from leadline.usecases.passwords import hash_password
from leadline.usecases.team import NewUser, add_users

DEFAULT_ADMIN = "admin@leadline.example.com"
_NAMES = {"email": "E-mail", "slack": "Slack"}


@dataclass(frozen=True, slots=True)
class Secrets:
    """The secrets of a house, from the settings where they are set, else from the file that the first start wrote."""

    secret_key: str
    admin_email: str
    admin_password: str
    api_key: str
    webflow_secrets: tuple[str, ...]
    file: Path


def find_secrets(settings: Settings) -> Secrets:
    """Read the secrets, making on the first start those that no setting gives."""
    path = settings.first_run_file
    kept = _read(path)
    made = {
        "LEADLINE_SECRET_KEY": settings.secret_key or kept.get("LEADLINE_SECRET_KEY") or secrets.token_urlsafe(32),
        "LEADLINE_ADMIN_EMAIL": settings.admin_email or kept.get("LEADLINE_ADMIN_EMAIL") or DEFAULT_ADMIN,
        "LEADLINE_ADMIN_PASSWORD": settings.admin_password
        or kept.get("LEADLINE_ADMIN_PASSWORD")
        or secrets.token_urlsafe(15),
        "LEADLINE_API_KEY": settings.api_key or kept.get("LEADLINE_API_KEY") or f"ll_{secrets.token_urlsafe(32)}",
        "LEADLINE_WEBFLOW_SECRET": ",".join(settings.webflow_secrets)
        or kept.get("LEADLINE_WEBFLOW_SECRET")
        or secrets.token_hex(32),
    }
    given = {
        "LEADLINE_SECRET_KEY": settings.secret_key,
        "LEADLINE_ADMIN_EMAIL": settings.admin_email,
        "LEADLINE_ADMIN_PASSWORD": settings.admin_password,
        "LEADLINE_API_KEY": settings.api_key,
        "LEADLINE_WEBFLOW_SECRET": settings.webflow_secrets,
    }
    to_keep = kept | {name: value for name, value in made.items() if not given[name]}
    if to_keep != kept:
        _write(path, to_keep)
    return Secrets(
        made["LEADLINE_SECRET_KEY"],
        made["LEADLINE_ADMIN_EMAIL"],
        made["LEADLINE_ADMIN_PASSWORD"],
        made["LEADLINE_API_KEY"],
        tuple(made["LEADLINE_WEBFLOW_SECRET"].split(",")),
        path,
    )


async def ensure_admin(settings: Settings, found: Secrets, store: Store, house: House) -> User:
    """The admin and the key that the settings name, or that the first start made; each only where it is missing."""
    key = parse_email(found.admin_email).key
    users = {user.email_key: user for user in await store.list_users()}
    has_admin = any(user.role == "admin" for user in users.values())
    if settings.api_key or not has_admin:
        await add_api_key(store, "first key", SCOPES, house.new_id, utc_now(), found.api_key)
    if key in users:
        return users[key]
    if has_admin and not settings.admin_email:
        return next(user for user in users.values() if user.role == "admin")
    fields = {"full_name": "Administrator", "email": found.admin_email, "role": "admin"}
    new = NewUser(fields, hash_password(found.admin_password))
    (admin,) = await add_users(store, [new], Deciding(house, utc_now(), SYSTEM))
    return admin


def _read(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    lines = (line.partition("=") for line in path.read_text().splitlines() if "=" in line and not line.startswith("#"))
    return {name: value for name, _, value in lines}


def _write(path: Path, values: dict[str, str]) -> None:
    """Whole or not at all, and never readable by others, not even for a moment."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(
            "# Made by the first start of Leadline. Whoever reads this file can log in; a setting of the same name wins.\n"
        )
        file.writelines(f"{name}={value}\n" for name, value in values.items())
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def with_secrets(settings: Settings, found: Secrets) -> Settings:
    """The settings, the webflow secrets among them wherever they came from."""
    return replace(settings, webflow_secrets=found.webflow_secrets)


@dataclass(frozen=True, slots=True)
class Started:
    """What there is to say once leads can be taken."""

    settings: Settings
    secrets: Secrets
    login_link: str | None
    demo_leads: int
    is_embedded: bool


def _channels(started: Started) -> str:
    """Which channels are on, and what the others want."""
    settings = started.settings
    found = build_channels(settings, started.secrets.secret_key)
    missing = {"slack": settings.slack_signing_secret, "email": settings.mail_postal_address}
    wanted = {
        "slack": "without buttons: set SLACK_SIGNING_SECRET",
        "email": "without MAIL_POSTAL_ADDRESS below letters",
    }
    said = []
    for name, channel in found.items():
        is_on = "on" if missing[name] else f"on, {wanted[name]}"
        state = f"not configured, set {channel.hindrance.removesuffix(' is not set')}" if channel.hindrance else is_on
        said.append(f"{_NAMES[name]}: {state}")
    return "; ".join(said)


def announce(started: Started) -> None:
    """The last lines of a start: where it is, how to get in, where the data lies, what is configured, what to try."""
    settings, secrets = started.settings, started.secrets
    lines = [
        "",
        f"  Leadline is ready at {settings.origin}",
        "",
        f"  log in       {started.login_link}  (once, within 15 minutes)"
        if started.login_link
        else f"  log in       {settings.origin}/login",
        f"  secrets      {secrets.file}  (admin password, API key, Webflow secret)",
        f"  data         {settings.home}" if started.is_embedded else f"  data         {settings.database_name}",
        f"  demo         {started.demo_leads} leads added" if started.demo_leads else None,
        f"  hook         {settings.origin}/hooks/webflow/{settings.webflow_endpoint}",
        f"  notify       {_channels(started)}",
        "",
        "  Try this:",
        f"    . {secrets.file}",
        f"    curl -s {settings.origin}/api/v1/leads -H \"Authorization: Bearer $LEADLINE_API_KEY\" -H 'Content-Type: application/json' \\",
        '      -d \'{"company_name": "Acme Corp", "contact_name": "John Doe", "email": "john@acme.com", "company_size": "51-200",',
        '           "industry": "Software/SaaS", "inquiry_type": "Demo Request", "budget_timeline": "Immediate"}\'',
        "",
    ]
    sys.stderr.write("\n".join(line for line in lines if line is not None) + "\n")
    sys.stderr.flush()
