"""Which passwords may be set. Long enough, and not among the first that anybody would guess; no rules of composition (NIST SP
800-63B, 3.1.1.2)."""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib import resources

from leadline.domain.access import MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH
from leadline.domain.errors import Fault
from leadline.domain.users import User

# Runs along these, forwards or backwards, however long, are guessed first.
_RUNS = tuple(
    run * 4
    for forwards in (
        "abcdefghijklmnopqrstuvwxyz",
        "1234567890",
        "qwertyuiopasdfghjklzxcvbnm",
        "qwertzuiopasdfghjklyxcvbnm",
    )
    for run in (forwards, forwards[::-1])
)
_LOOKALIKES = str.maketrans("@4310$57", "aaeiosst")
_ENDS = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_NO_LETTERS = re.compile(r"[\W\d_]+")
_HOUSE = "leadline"
# What the list taken over does not have.
_ALSO_COMMON = ("administrator", "superadmin", "salesteam", "salesforce")
# Of a name, an address and the house's name: shorter parts stand in ordinary words too.
_OWN_LENGTH_MIN = 4
# What must be there beside them.
_OTHER_LETTERS_MIN = 8


def normalized(password: str) -> str:
    """The form under which a password is measured, hashed and compared: NFKC, so that it is the same from every keyboard."""
    return unicodedata.normalize("NFKC", password)


def check_password(password: str, owner: User, pointer: str = "/password") -> list[Fault]:
    """What speaks against this as the password of its owner. Characters are counted as code points, once normalised."""
    if len(password) > MAX_PASSWORD_LENGTH:
        return [Fault(pointer, f"is too long: at most {MAX_PASSWORD_LENGTH} characters are taken")]
    password = normalized(password)
    if not MIN_PASSWORD_LENGTH <= len(password) <= MAX_PASSWORD_LENGTH:
        return [
            Fault(pointer, f"needs {MIN_PASSWORD_LENGTH} to {MAX_PASSWORD_LENGTH} characters, and has {len(password)}")
        ]
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in password):
        return [Fault(pointer, "has characters that no keyboard types")]
    folded = password.casefold()
    if is_common(folded):
        return [
            Fault(
                pointer,
                "is among the first that anybody would guess; several words that do not belong together are better",
            )
        ]
    if _is_made_of(folded, _own_words(owner)):
        return [Fault(pointer, "is made of your name, your address or the name of this system; choose something else")]
    return []


def is_common(folded: str) -> bool:
    """Whether a password, in lower case, is a common one, a common one with an ending, the same over and over, or a run of keys."""
    unit = _repeated(folded)
    if unit != folded and len(unit) <= MIN_PASSWORD_LENGTH // 2:
        return True
    forms = {folded, unit}
    for text in (folded, folded.translate(_LOOKALIKES), _ENDS.sub("", folded).translate(_LOOKALIKES)):
        forms |= {_ENDS.sub("", text), _repeated(_NO_LETTERS.sub("", text))}
    return not forms.isdisjoint(_common()) or any(folded in run for run in _RUNS)


def _repeated(text: str) -> str:
    """The shortest part that makes the text when it is written again and again."""
    return text[: (text + text).index(text, 1)] if text else ""


def _own_words(owner: User) -> set[str]:
    local, _, domain = owner.email_key.partition("@")
    texts = [owner.full_name.casefold(), local, *domain.split(".")[:-1], _HOUSE]
    words = [word for text in texts for word in (_NO_LETTERS.sub("", text), *_NO_LETTERS.split(text))]
    return {word for word in words if len(word) >= _OWN_LENGTH_MIN}


def _is_made_of(folded: str, words: Iterable[str]) -> bool:
    """Whether little is left of a password without these words."""
    letters = left = _NO_LETTERS.sub("", folded)
    for word in sorted(words, key=len, reverse=True):
        left = left.replace(word, "")
    return left != letters and len(left) < _OTHER_LETTERS_MIN


@cache
def _common() -> frozenset[str]:
    path = resources.files("leadline.domain") / "data" / "passwords" / "common.txt"
    return frozenset(path.read_text(encoding="ascii").split()).union(_ALSO_COMMON)
