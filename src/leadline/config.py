"""Settings: the only reader of the environment. Every setting is a variable; each secret may also be a file, NAME_FILE."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from leadline.domain.access import MAX_PASSWORD_LENGTH, MIN_KEY_LENGTH, MIN_PASSWORD_LENGTH
from leadline.domain.errors import LeadlineError


class WrongSetting(LeadlineError):
    """A setting cannot be used as it is."""


def _setting(variable: str, default: Any = None, *, secret: bool = False, most: int = 65535, help: str) -> Any:
    return field(default=default, metadata={"variable": variable, "secret": secret, "most": most, "help": help})


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting with its default. `origins` says where each value came from."""

    database_url: str | None = _setting(
        "DATABASE_URL", secret=True, help="postgresql://... or firestore://PROJECT; unset: the embedded PostgreSQL"
    )
    database_owner_url: str | None = _setting(
        "DATABASE_OWNER_URL", secret=True, help="the owner's login, for migrations; unset: DATABASE_URL"
    )
    database_through_pooler: bool = _setting(
        "LEADLINE_DATABASE_POOLER", False, help="1 behind a transaction-mode pooler"
    )
    database_direct_url: str | None = _setting(
        "DATABASE_DIRECT_URL",
        secret=True,
        help="past a pooler, to hear of new messages at once; unset: they are polled for",
    )
    home: Path = _setting("LEADLINE_HOME", Path(".leadline"), help="data folder")
    host: str = _setting("HOST", "127.0.0.1", help="address to listen on")
    port: int = _setting("PORT", 8000, help="port to listen on")
    public_url: str | None = _setting(
        "PUBLIC_URL", help="the only origin links are made from; unset: http://127.0.0.1:PORT"
    )
    secret_key: str | None = _setting(
        "LEADLINE_SECRET_KEY", secret=True, help="signs cursors and forms; unset: made at first start"
    )
    phone_region: str | None = _setting("LEADLINE_PHONE_REGION", help="country of numbers without a prefix, such as US")
    routing: str = _setting(
        "LEADLINE_ROUTING", "hot_and_warm", help="which new leads are given to a rep: hot_and_warm, or all"
    )
    slack_channel: str = _setting("SLACK_CHANNEL", "#leads", help="where alerts go")
    slack_bot_token: str | None = _setting(
        "SLACK_BOT_TOKEN", secret=True, help="xoxb-..., with the scope chat:write; unset: see SLACK_WEBHOOK_URL"
    )
    slack_webhook_url: str | None = _setting(
        "SLACK_WEBHOOK_URL",
        secret=True,
        help="an incoming webhook, where there is no token",
    )
    slack_signing_secret: str | None = _setting(
        "SLACK_SIGNING_SECRET", secret=True, help="proves that a click comes from Slack; unset: no buttons"
    )
    slack_api_url: str = _setting("SLACK_API_URL", "https://slack.com/api/", help="Slack's Web API")
    smtp_url: str | None = _setting(
        "SMTP_URL", secret=True, help="smtp://, smtp+starttls:// or smtps://USER:PASSWORD@HOST:PORT; unset: no e-mail"
    )
    mail_from: str | None = _setting("MAIL_FROM", help="who writes, such as Acme Sales <sales@acme.example.com>")
    mail_postal_address: str | None = _setting(
        "MAIL_POSTAL_ADDRESS", help="stands below mail to leads, as many countries demand"
    )
    admin_email: str | None = _setting("LEADLINE_ADMIN_EMAIL", help="that admin is made at start if missing")
    admin_password: str | None = _setting("LEADLINE_ADMIN_PASSWORD", secret=True, help="the password of that admin")
    api_key: str | None = _setting(
        "LEADLINE_API_KEY", secret=True, help="that key, with all scopes, is made at start if missing"
    )
    webflow_endpoint: str = _setting("LEADLINE_WEBFLOW_ENDPOINT", "main", help="the name in /hooks/webflow/NAME")
    webflow_secrets: tuple[str, ...] = _setting(
        "LEADLINE_WEBFLOW_SECRET", (), secret=True, help="signing secrets, separated by commas"
    )
    webflow_api_token: str | None = _setting(
        "WEBFLOW_API_TOKEN", secret=True, help="lists submissions for `leadline reconcile webflow`; scope forms:read"
    )
    webflow_site: str | None = _setting("WEBFLOW_SITE_ID", help="the site whose submissions are compared")
    webflow_api_url: str = _setting("WEBFLOW_API_URL", "https://api.webflow.com/v2", help="Webflow's Data API")
    trusted_proxies: tuple[str, ...] = _setting(
        "TRUSTED_PROXIES", (), help="networks whose X-Forwarded-For is believed, separated by commas"
    )
    turnstile_site_key: str | None = _setting(
        "TURNSTILE_SITE_KEY", help="Cloudflare Turnstile in forms that ask for it"
    )
    turnstile_secret: str | None = _setting("TURNSTILE_SECRET", secret=True, help="the secret that goes with it")
    turnstile_verify_url: str = _setting(
        "TURNSTILE_VERIFY_URL",
        "https://challenges.cloudflare.com/turnstile/v0/siteverify",
        help="where its answers are checked",
    )
    open_metrics: bool = _setting("LEADLINE_OPEN_METRICS", False, help="1 opens /metrics and /docs to everybody")
    journal_max: int = _setting(
        "LEADLINE_JOURNAL_MAX",
        100_000,
        most=10_000_000,
        help="how many submissions are kept on this machine's disk while the database is away",
    )
    import_max_mb: int = _setting(
        "LEADLINE_IMPORT_MAX_MB", 1_000, most=1_000_000, help="how large a file of leads may be that is uploaded, in MB"
    )
    origins: dict[str, str] = field(default_factory=dict)

    @property
    def is_embedded(self) -> bool:
        """Whether the database is our own child."""
        return self.database_url is None

    @property
    def first_run_file(self) -> Path:
        """Where the first start keeps the secrets that no setting gives."""
        return self.home / "first-run.env"

    @property
    def firestore_project(self) -> str | None:
        """The project of DATABASE_URL=firestore://PROJECT, else None."""
        url = self.database_url or ""
        return urlsplit(url).netloc if url.startswith("firestore://") else None

    @property
    def database_name(self) -> str:
        """What to call the database of DATABASE_URL in a message: no secrets."""
        return (
            f"Firestore, project {self.firestore_project}"
            if self.firestore_project
            else "the PostgreSQL of DATABASE_URL"
        )

    @property
    def database_place(self) -> str:
        """Which database DATABASE_URL means, whoever logs in."""
        parts = urlsplit(self.database_url or "")
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"

    @property
    def origin(self) -> str:
        """The origin of every link, without a slash at the end."""
        return (self.public_url or f"http://127.0.0.1:{self.port}").rstrip("/")

    @property
    def can_mail(self) -> bool:
        """Whether letters leave this house."""
        return self.smtp_url is not None and self.mail_from is not None

    @property
    def is_https(self) -> bool:
        """Whether cookies are Secure and HSTS is sent."""
        return self.origin.startswith("https://")


def load(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the environment. Raises WrongSetting, naming the variable and what is wrong with it."""
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for spec in fields(Settings):
        variable = spec.metadata.get("variable")
        if variable is None:
            continue
        text, origin = _read(environment, variable, secret=spec.metadata["secret"])
        origins[spec.name] = origin
        if text is not None:
            values[spec.name] = _parsed(variable, text, spec.default, spec.metadata["most"])
    settings = Settings(**values, origins=origins)
    _check(settings)
    return settings


def _read(environment: Mapping[str, str], variable: str, *, secret: bool) -> tuple[str | None, str]:
    text = environment.get(variable)
    path = environment.get(f"{variable}_FILE") if secret else None
    if text and path:
        raise WrongSetting(f"{variable} and {variable}_FILE are both set; set one")
    if path:
        try:
            return Path(path).read_text().strip(), f"file named by {variable}_FILE"
        except OSError as error:
            raise WrongSetting(f"{variable}_FILE names a file that cannot be read: {error.strerror}") from error
    return (text, "environment") if text else (None, "default")


def _parsed(variable: str, text: str, default: Any, most: int) -> Any:
    if isinstance(default, bool):
        if text.lower() not in ("0", "1", "true", "false", "yes", "no"):
            raise WrongSetting(f"{variable} is {text!r}; use 1 or 0")
        return text.lower() in ("1", "true", "yes")
    if isinstance(default, int):
        if not text.isascii() or not text.isdigit() or not 0 < int(text) <= most:
            raise WrongSetting(f"{variable} is {text!r}; use a number from 1 to {most}")
        return int(text)
    if isinstance(default, Path):
        return Path(text)
    if isinstance(default, tuple):
        return tuple(part.strip() for part in text.split(",") if part.strip())
    return text


def _check(settings: Settings) -> None:
    for variable, url in (("DATABASE_URL", settings.database_url), ("DATABASE_OWNER_URL", settings.database_owner_url)):
        if url and urlsplit(url).scheme not in ("postgresql", "postgres", "firestore"):
            raise WrongSetting(
                f"{variable} begins with {urlsplit(url).scheme or 'no scheme'!r}; use postgresql://USER:PASSWORD@HOST/DATABASE or firestore://PROJECT"
            )
    if settings.routing not in ("hot_and_warm", "all"):
        raise WrongSetting(f"LEADLINE_ROUTING is {settings.routing!r}; use hot_and_warm or all")
    if settings.public_url and urlsplit(settings.public_url).scheme not in ("http", "https"):
        raise WrongSetting("PUBLIC_URL must begin with http:// or https://")
    if settings.api_key and len(settings.api_key) < MIN_KEY_LENGTH:
        raise WrongSetting(
            f"LEADLINE_API_KEY has {len(settings.api_key)} characters; at least {MIN_KEY_LENGTH} are needed"
        )
    if bool(settings.admin_email) != bool(settings.admin_password):
        raise WrongSetting("LEADLINE_ADMIN_EMAIL and LEADLINE_ADMIN_PASSWORD go together; set both or neither")
    if settings.admin_password and not MIN_PASSWORD_LENGTH <= len(settings.admin_password) <= MAX_PASSWORD_LENGTH:
        raise WrongSetting(
            f"LEADLINE_ADMIN_PASSWORD has {len(settings.admin_password)} characters; {MIN_PASSWORD_LENGTH} to {MAX_PASSWORD_LENGTH} are needed"
        )


def described(settings: Settings) -> list[tuple[str, str, str, str]]:
    """(variable, value, origin, help) of every setting; secrets show only that they are set."""
    rows = []
    for spec in fields(Settings):
        if "variable" in spec.metadata:
            value = getattr(settings, spec.name)
            shown = ("(set)" if value else "") if spec.metadata["secret"] else ("" if value is None else str(value))
            rows.append(
                (spec.metadata["variable"], shown, settings.origins.get(spec.name, "default"), spec.metadata["help"])
            )
    return rows
