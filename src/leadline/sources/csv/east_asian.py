"""The encodings of East Asian spreadsheets, in which most letters take two bytes: told by where those bytes lie."""

from collections.abc import Sequence
from itertools import islice

_WORDS_MAX = 2_000
_MOST, _NEARLY_ALL = 0.7, 0.98
# Where the first bytes of everyday characters lie. A text of one of the others, or of a code page of single bytes, either cannot be
# decoded at all, or most of it would be the rarest characters.
_JAPANESE, _KOREAN, _CHINESE, _TAIWANESE = range(0x81, 0xA0), range(0xB0, 0xC9), range(0xB0, 0xD8), range(0xA4, 0xC7)
# In the encoding of Taiwan every second byte or so is one of ASCII; in those of Korea and of mainland China nearly none.
_ASCII_SECOND = range(0x40, 0x7F)
_SECONDS_MIN = 0.15


def east_asian(words: Sequence[bytes]) -> str | None:
    """The encoding of these words, each with bytes beyond ASCII, if it is one of these."""
    some = list(islice(words, _WORDS_MAX))
    if (pairs := _pairs(some, "cp932")) and _share(pairs, _JAPANESE) >= _MOST:
        return "cp932"
    if (pairs := _pairs(some, "big5")) and _share(pairs, _TAIWANESE) >= _MOST and _seconds(pairs) >= _SECONDS_MIN:
        return "big5"
    if (pairs := _pairs(some, "cp949")) and _share(pairs, _KOREAN) >= _NEARLY_ALL:
        return "cp949"
    if (pairs := _pairs(some, "gb18030")) and _share(pairs, _CHINESE) >= _MOST:
        return "gb18030"
    return None


def _pairs(words: Sequence[bytes], encoding: str) -> list[tuple[int, int]]:
    """The characters of two bytes, or none where a word is not of this encoding at all."""
    try:
        texts = [word.decode(encoding) for word in words]
        written = [character.encode(encoding) for text in texts for character in text if not character.isascii()]
    except UnicodeError:
        return []
    return [(pair[0], pair[1]) for pair in written if len(pair) == 2]


def _share(pairs: Sequence[tuple[int, int]], leads: range) -> float:
    return sum(first in leads for first, _ in pairs) / len(pairs)


def _seconds(pairs: Sequence[tuple[int, int]]) -> float:
    return sum(second in _ASCII_SECOND for _, second in pairs) / len(pairs)
