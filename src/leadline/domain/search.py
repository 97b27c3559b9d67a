"""The words a lead can be found by: made here once, so that every store finds the same."""

import re
import unicodedata
from collections.abc import Iterable

from leadline.domain.leads import Lead

MIN_WORD_LENGTH = 2
MAX_WORDS = 64
_WORD = re.compile(r"[^\W_]+")


def words_of(text: str) -> list[str]:
    """The words of a text: letters and digits, without accents, case-folded, at least two characters long, in order."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return [w for w in _WORD.findall(plain.casefold()) if len(w) >= MIN_WORD_LENGTH]


def search_words(lead: Lead) -> list[str]:
    """What stands in the index for a lead: the words of company, contact and e-mail, each once, at most 64."""
    words = dict.fromkeys(words_of(f"{lead.company_name} {lead.contact_name} {lead.email}"))
    return list(words)[:MAX_WORDS]


def finds(query_words: Iterable[str], lead_words: Iterable[str]) -> bool:
    """Whether each word of the query begins some word of the lead."""
    have = list(lead_words)
    return all(any(word.startswith(wanted) for word in have) for wanted in query_words)
