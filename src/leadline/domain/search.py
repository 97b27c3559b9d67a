"""The words a lead can be found by: made here once, so that every store finds the same."""

import re
import unicodedata
from collections.abc import Iterable

from leadline.domain.leads import Lead

MIN_WORD_LENGTH = 2
# An index entry of PostgreSQL holds 2,046 bytes; more than this tells no two words of a lead apart.
MAX_WORD_LENGTH = 64
MAX_WORDS = 64
# The fields of a lead that its search words and its international phone number are made of.
INDEXED = ("company_name", "contact_name", "email", "phone")
_WORD = re.compile(r"[^\W_]+")


def words_of(text: str) -> list[str]:
    """The words of a text: letters and digits, without accents, case-folded, at least two characters long, cut after 64, in
    order."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return [w[:MAX_WORD_LENGTH] for w in _WORD.findall(plain.casefold()) if len(w) >= MIN_WORD_LENGTH]


def search_words(lead: Lead) -> list[str]:
    """What stands in the index for a lead: the words of company, contact and e-mail, each once, at most 64."""
    words = dict.fromkeys(words_of(f"{lead.company_name} {lead.contact_name} {lead.email}"))
    return list(words)[:MAX_WORDS]


def finds(query_words: Iterable[str], lead_words: Iterable[str]) -> bool:
    """Whether each word of the query begins some word of the lead."""
    have = list(lead_words)
    return all(any(word.startswith(wanted) for word in have) for wanted in query_words)
