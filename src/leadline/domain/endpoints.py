"""Endpoints: where a provider posts to, how it proves itself, and what its labels mean."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from leadline.domain.answers import FIELDS, LINKS, WIDTHS, fault_in, has_other_scheme
from leadline.domain.errors import Fault
from leadline.domain.forgiving import FIRST_NAME_KEYS, LAST_NAME_KEYS
from leadline.domain.forms import Form, SpamSettings, form_faults, spam_faults
from leadline.domain.leads import COMPANY_SIZES

Provider = Literal["webflow", "typeform", "hubspot", "tally", "calendly", "generic", "mail", "form"]
PROVIDERS: tuple[Provider, ...] = ("webflow", "typeform", "hubspot", "tally", "calendly", "generic", "mail", "form")

# Which of its new leads are given to a rep: as the house does (LEADLINE_ROUTING), or by a choice of its own.
Routing = Literal["house", "hot_and_warm", "all"]
ROUTINGS: tuple[Routing, ...] = ("house", "hot_and_warm", "all")

NAME_MAX = 63
SECRETS_MAX = 5
SECRET_LENGTHS = range(8, 501)
LABELS_MAX = 200
LABEL_LENGTH_MAX = 500
# What a mapping may point at; an empty name leaves the answer under its label.
TARGETS = frozenset({*FIELDS, *FIRST_NAME_KEYS, *LAST_NAME_KEYS, ""})

_name = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?").fullmatch


def is_endpoint_name(text: str) -> bool:
    """Whether an endpoint can have this name."""
    return _name(text) is not None


@dataclass(slots=True)
class Endpoint:
    """A way in that somebody connected. `sealed_secrets` are encrypted; `token` makes the path of one without secrets unguessable.
    `mapping` goes from label to field and wins over the defaults of the house; `defaults` fill what was not given. A form of our own
    is an endpoint too, whose `form` says what it shows."""

    id: UUID
    name: str
    provider: Provider
    token: str = field(repr=False)
    created_at: datetime
    updated_at: datetime
    sealed_secrets: bytes | None = field(default=None, repr=False)
    mapping: dict[str, str] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)
    source: str | None = None
    is_active: bool = True
    version: int = 1
    form: Form | None = None
    spam: SpamSettings = field(default_factory=SpamSettings)
    routing: Routing = "house"

    @property
    def is_signed(self) -> bool:
        """Whether its posts must carry a signature."""
        return self.sealed_secrets is not None

    @property
    def routes_all(self) -> bool | None:
        """Whether its Cold leads are given to a rep too; None where it does as the house does."""
        return None if self.routing == "house" else self.routing == "all"

    @property
    def path(self) -> str:
        """Where the provider posts to. Without a signature the path itself is the secret; that of a form is for everybody."""
        if self.form is not None:
            return f"/f/{self.name}"
        return f"/hooks/{self.provider}/{self.name}" + ("" if self.is_signed else f".{self.token}")


SETTABLE = ("name", "provider", "secrets", "mapping", "defaults", "source", "active", "routing", "form", "spam")


def check_endpoint_fields(fields: Mapping[str, Any], *, before: Endpoint | None = None) -> list[Fault]:
    """Every fault of what a person wants to set on an endpoint, a new one or one as it was `before`. Name and provider are needed
    for a new one, and stay: they are in the path that the provider was told."""
    is_new = before is None
    faults = [Fault(f"/{name}", "cannot be set") for name in fields if name not in SETTABLE]
    for name in ("name", "provider"):
        if is_new and name not in fields:
            faults.append(Fault(f"/{name}", "is required"))
        elif not is_new and name in fields:
            faults.append(Fault(f"/{name}", "cannot be changed: it is in the path that the provider posts to"))
    if is_new and "name" in fields and not (isinstance(fields["name"], str) and is_endpoint_name(fields["name"])):
        faults.append(Fault("/name", f"must be 1 to {NAME_MAX} lower-case letters, digits and dashes"))
    if is_new and fields.get("provider", PROVIDERS[0]) not in PROVIDERS:
        faults.append(Fault("/provider", f"must be one of {', '.join(PROVIDERS)}"))
    faults += _secret_faults(fields.get("secrets", []))
    faults += _mapping_faults(fields.get("mapping", {}))
    faults += _default_faults(fields.get("defaults", {}))
    faults += _text_faults("source", fields.get("source"), "/source") if fields.get("source") is not None else []
    if not isinstance(fields.get("active", True), bool):
        faults.append(Fault("/active", "must be true or false"))
    if fields.get("routing", ROUTINGS[0]) not in ROUTINGS:
        faults.append(Fault("/routing", f"must be one of {', '.join(ROUTINGS)}"))
    return faults + _kind_faults(fields, is_form=(before.provider if before else fields.get("provider")) == "form")


def _kind_faults(fields: Mapping[str, Any], *, is_form: bool) -> list[Fault]:
    """What only a form of ours has, and what it has not."""
    faults = spam_faults(fields.get("spam", {}), is_form=is_form)
    if is_form and fields.get("secrets"):
        faults.append(Fault("/secrets", "must be empty: whoever fills in a form signs nothing"))
    if is_form:
        return faults + form_faults(fields.get("form", {}))
    return faults + [Fault("/form", "belongs to the provider form")] * ("form" in fields)


def _secret_faults(secrets: object) -> list[Fault]:
    if not isinstance(secrets, list):
        return [Fault("/secrets", "must be a list of texts")]
    if len(secrets) > SECRETS_MAX:
        return [Fault("/secrets", f"must be at most {SECRETS_MAX}: the one in use and those it is replaced by")]
    wanted = f"must be a text of {SECRET_LENGTHS.start} to {SECRET_LENGTHS.stop - 1} printable characters"
    return [
        Fault(f"/secrets/{position}", wanted)
        for position, secret in enumerate(secrets)
        if not isinstance(secret, str) or len(secret) not in SECRET_LENGTHS or not secret.isprintable()
    ]


def _mapping_faults(mapping: object) -> list[Fault]:
    if not isinstance(mapping, dict):
        return [Fault("/mapping", "must be an object from label to field")]
    if len(mapping) > LABELS_MAX:
        return [Fault("/mapping", f"must have at most {LABELS_MAX} labels")]
    faults = []
    for label, target in mapping.items():
        pointer = _pointer("/mapping", label)
        if not label.strip() or len(label) > LABEL_LENGTH_MAX or not label.isprintable():
            faults.append(Fault(pointer, f"the label must have 1 to {LABEL_LENGTH_MAX} printable characters"))
        if not isinstance(target, str) or target not in TARGETS:
            faults.append(Fault(pointer, f"must be a field ({', '.join(FIELDS)}, first_name, last_name), or empty"))
    return faults


def _default_faults(defaults: object) -> list[Fault]:
    if not isinstance(defaults, dict):
        return [Fault("/defaults", "must be an object from field to text")]
    faults = []
    for name, value in defaults.items():
        pointer = _pointer("/defaults", name)
        if name not in FIELDS or name in ("email", "source"):
            faults.append(Fault(pointer, "is no field that can have a default"))
        else:
            faults += _text_faults(name, value, pointer)
    return faults


def _text_faults(name: str, value: object, pointer: str) -> list[Fault]:
    if not isinstance(value, str) or not value.strip():
        return [Fault(pointer, "must be a text that is not blank")]
    if detail := fault_in(name, value):
        return [Fault(pointer, detail)]
    if len(value) > WIDTHS[name]:
        return [Fault(pointer, f"must be at most {WIDTHS[name]} characters long")]
    if name == "company_size" and value not in COMPANY_SIZES:
        return [Fault(pointer, f"must be one of {', '.join(COMPANY_SIZES)}")]
    if name in LINKS and has_other_scheme(value):
        return [Fault(pointer, "must be a web address (http or https)")]
    return []


def _pointer(parent: str, key: str) -> str:
    return f"{parent}/{key[:60].replace('~', '~0').replace('/', '~1')}"
