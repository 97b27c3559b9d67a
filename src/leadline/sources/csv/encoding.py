"""In which encoding a text file is written: marks, UTF-8 and UTF-16 by their form, code pages by the letters they make."""

import codecs
from collections.abc import Iterable
from itertools import pairwise

from leadline.sources.csv.east_asian import east_asian

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# The letters beyond ASCII that the languages of a code page use, best known first. A library that guesses encodings was tried:
# on the few accents of a lead list it takes "Muñoz" for Polish.
_LATIN = "äöüßÄÖÜéèêëàâáíóúñçîïôûùåøæœãõìòÉÈÀÁÍÓÚÑÇÅØÆŒÊÎÔ–—’‘“”€…«»¿¡°"
_LETTERS = {
    "cp1252": _LATIN,
    "cp1250": "ąćęłńóśźżĄĆĘŁŃÓŚŹŻčďěňřšťůžýáéíúČĎĚŇŘŠŤŮŽÝőűŐŰăşţäöüß–’“”„",
    "cp1254": "ğışİŞĞçöüÇÖÜâîû–’“”",
    "mac_roman": _LATIN,
}
_SCRIPTS = {
    "cp1251": "оеаинтсрвлкмАВИМНСК",
    "cp1253": "αοιετσνηυρπκμλςίόάέύήώΑΓΔΚΜΝΠΣ",
}
_HIGH_BYTES_MAX = 65_536
_UTF16_SHARE = 0.4


def marked_encoding(head: bytes) -> str | None:
    """The encoding that the first bytes of a file tell: by a byte order mark, or by the zeros of UTF-16 without one."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    even, odd = head[0::2], head[1::2]
    if len(odd) < 2:
        return None
    zeros_even, zeros_odd = even.count(0) / len(even), odd.count(0) / len(odd)
    if zeros_odd > _UTF16_SHARE and zeros_even < _UTF16_SHARE / 8:
        return "utf-16-le"
    if zeros_even > _UTF16_SHARE and zeros_odd < _UTF16_SHARE / 8:
        return "utf-16-be"
    return None


class Examiner:
    """Looks at a file without a mark, chunk by chunk: UTF-8 if all of it is, else the code page that fits its letters."""

    def __init__(self) -> None:
        self._decoder: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()
        self._words: list[bytes] = []
        self._kept = 0

    def look(self, chunk: bytes) -> None:
        """Take in the next chunk."""
        if self._decoder is not None:
            try:
                self._decoder.decode(chunk)
            except UnicodeDecodeError:
                self._decoder = None
        if self._kept < _HIGH_BYTES_MAX and not chunk.isascii():
            words = [word for word in chunk.split() if not word.isascii()]
            self._words += words[:_HIGH_BYTES_MAX]
            self._kept += sum(map(len, words))

    def verdict(self) -> str:
        """The encoding, after the last chunk."""
        if self._decoder is not None:
            try:
                self._decoder.decode(b"", final=True)
                return "utf-8"
            except UnicodeDecodeError:
                pass
        return east_asian(self._words) or code_page(self._words)


def code_page(words: Iterable[bytes]) -> str:
    """The code page in which these words, each with bytes beyond ASCII, make the most sense."""
    text = b" ".join(words)[:_HIGH_BYTES_MAX]
    high = sum(byte > 127 for byte in text)
    beside = sum(one > 127 and other > 127 for one, other in pairwise(text))
    # Greek and Cyrillic words are all high bytes; in Latin ones an accented letter stands among plain ones.
    tried = _SCRIPTS if beside * 2 > high else _LETTERS
    return max(tried, key=lambda encoding: _sense(text, encoding, tried[encoding]))


def _sense(text: bytes, encoding: str, letters: str) -> int:
    decoded = text.decode(encoding, errors="replace")
    known = frozenset(letters)
    score = 0
    for before, character, after in zip(" " + decoded, decoded, decoded[1:] + " ", strict=False):
        if character.isascii():
            continue
        score += 1 if character in known else -1
        # No language puts a sign, or a capital, in the middle of a word of small letters.
        is_inside = before.islower() and after.islower()
        if is_inside and not character.islower():
            score -= 2
    return score
