"""E-mail addresses: one key for equal addresses, and what kind of provider stands behind a domain. No DNS."""

import re
import unicodedata
from dataclasses import dataclass
from importlib import resources

import email_validator

from leadline.domain.leads import EmailClass

EMAIL_MAX = 254  # RFC 5321; the column takes 255

# RULES 1 takes special-use domains (intranets, test systems). The library names this list as the place to say so.
email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()

# example.com, .net and .org are reserved too, but stand here for ordinary companies: documentation and tests use them.
SPECIAL_USE_TLDS = frozenset({"arpa", "example", "invalid", "local", "localhost", "onion", "test"})

# Mailboxes of people, not of companies, that the list taken over does not have.
ALSO_FREE = [
    "hey.com",
    "mailbox.org",
    "o2.pl",
    "sympatico.ca",
    "tuta.com",
    "tuta.io",
    "tutamail.com",
    "tutanota.com",
    "tutanota.de",
]

_FAST_MAX = 128
_LABEL_MAX = 63
# A part of what the library accepts, never more: no quotes, no double hyphen (xn-- and its invalid kin), a TLD of letters.
_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_plain = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]+\Z").match


@dataclass(frozen=True, slots=True)
class Email:
    """An address as typed (stripped), and the key under which equal addresses meet."""

    typed: str
    key: str

    @property
    def domain(self) -> str:
        """The domain in its ASCII form, lower case."""
        return self.key.rpartition("@")[2]


def parse_email(text: str) -> Email:
    """Read an address, or raise ValueError with a sentence for the person who typed it.

    The key is the address normalised by email-validator, its domain in IDNA ASCII, all of it lower case and NFC. Plain
    ASCII addresses take a fast path with the same result; whatever that is unsure of goes to the library.
    """
    typed = text.strip()
    if len(typed) <= _FAST_MAX and typed.isascii():
        key = typed.lower()
        if _plain(key) and len(key) - key.index("@") - 1 <= _LABEL_MAX:
            return Email(typed, key)
    return _parse_by_library(typed)


def key_of(text: object) -> str | None:
    """The key of an address, or None for what is none."""
    try:
        return parse_email(text).key if isinstance(text, str) else None
    except ValueError:
        return None


def _parse_by_library(typed: str) -> Email:
    if len(typed) > EMAIL_MAX:
        raise ValueError(f"The email address is too long: {len(typed)} characters, at most {EMAIL_MAX}.")
    try:
        found = email_validator.validate_email(typed, check_deliverability=False)
    except email_validator.EmailNotValidError as fault:
        raise ValueError(str(fault)) from None
    except ValueError:
        raise ValueError("The email address is not valid.") from None
    return Email(typed, unicodedata.normalize("NFC", f"{found.local_part}@{found.ascii_domain}".lower()))


def email_class(domain: str) -> EmailClass:
    """What stands behind a domain (as `Email.domain` gives it): a company, a free provider, a throw-away mailbox."""
    if domain in _FREE:
        return "free"
    rest = domain
    while rest:
        if rest in _DISPOSABLE:
            return "disposable"
        rest = rest.partition(".")[2]
    return "free" if domain.rpartition(".")[2] in SPECIAL_USE_TLDS else "business"


def business_domain(email: Email) -> str | None:
    """The domain for people to read (`heartofgold.ai`), where it is a company's."""
    domain = email.domain
    if email_class(domain) != "business":
        return None
    if "xn--" in domain:
        return email_validator.validate_email(email.key, check_deliverability=False).domain
    return domain


def _read_list(folder: str, name: str) -> frozenset[str]:
    path = resources.files("leadline.domain") / "data" / folder / name
    return frozenset(path.read_text(encoding="ascii").split())


def _is_below(domain: str, parents: frozenset[str]) -> bool:
    labels = domain.split(".")
    return any(".".join(labels[n:]) in parents for n in range(1, len(labels)))


_DISPOSABLE = _read_list("disposable", "disposable_email_blocklist.conf")
# The free list also has subdomains of disposable ones; disposable wins, as it does for the domains themselves.
_LISTED_AS_FREE = _read_list("free", "free_minus_disposable.txt").union(ALSO_FREE)
_FREE = frozenset(domain for domain in _LISTED_AS_FREE if not _is_below(domain, _DISPOSABLE))
