"""Texts: the same whatever their case, blanks and Unicode form, nearly the same by their characters.

A text is compared by the character 5-grams of its letters and digits: blanks and punctuation are
left out, so `who 's he ?` and `Who's he?` are the same. Both ends are padded, so a character counts alike
wherever it stands: at 0.9 similarity one letter may differ in about 90, so short texts that differ in one
word are never near-duplicates ("What is the capital of Ethiopia ?" / "... of Uruguay ?": about 0.4).
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from transferkit.kinds import Signatures
from transferkit.language.words import without_punctuation
from transferkit.table import values

_WIDE = tuple(zip("\uff0c\uff01\uff1f\uff1a\uff1b\uff08\uff09\u3000", ",!?:;() ", strict=True))
"""The marks that are in nearly every Chinese text, and what they are in NFKC, which takes much longer to say so."""
_LEFT_OUT = " \t\n\r\x1f.,;:!?'\"`()[]{}-_/\\\u00b4"
_LEFT_OUT_OF_ASCII = _LEFT_OUT[:-1].encode()
_APART = "\0"
_LEFT_OUT_POINTS = dict.fromkeys(map(ord, _LEFT_OUT))
_MULTIPLIERS = [np.uint32(each) for each in (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F, 0x165667B1)]
_WIDTH = len(_MULTIPLIERS)


@dataclass(frozen=True)
class Text:
    """A text, or words that are one with blanks between them."""

    name: str = "text"

    def read(self, cell: Any) -> str:
        """As `values.text`: numbers are written out, an empty cell is ""."""
        return values.text(cell)

    def is_blank(self, value: Any) -> bool:
        """Whether it is blanks alone."""
        return not (value if isinstance(value, str) else _flat(value)).strip()

    def key(self, value: Any) -> str:
        """As `normalised`."""
        return normalised(_flat(value))

    def identity(self, value: Any) -> str:
        """The text itself."""
        return _flat(value)

    def signatures(self, values: Sequence[Any], keys: Sequence[str]) -> Signatures:
        """Their `shingles`."""
        return shingles(keys)

    def shown(self, value: Any) -> str:
        """The text itself."""
        return _flat(value)


KIND = Text()


def normalised(text: str) -> str:
    """`text` without differences of case, blanks and Unicode form (NFKC)."""
    if not text.isascii():
        for wide, plain in _WIDE:
            text = text.replace(wide, plain)
        whole = unicodedata.normalize("NFKC", text)
        text = whole.casefold()
        text = text if text == whole else unicodedata.normalize("NFKC", text)
    lower = text.lower()
    if lower.isprintable() and "  " not in lower and lower[:1] != " " != lower[-1:]:  # of all blanks, " " alone is
        return text if lower == text else lower
    return " ".join(lower.split())


def shingles(texts: Sequence[str]) -> Signatures:
    """The distinct hashed character 5-grams of normalised texts, those of each sorted."""
    padded = [f"{'':\x01>4}{bare}{'':\x02>4}" for bare in _all_bare(texts)]
    points = np.frombuffer("".join(padded).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    lengths = np.fromiter(map(len, padded), dtype=np.int64, count=len(padded))
    windows = len(points) - _WIDTH + 1
    mixed = points[:windows] * _MULTIPLIERS[0]
    for place, multiplier in enumerate(_MULTIPLIERS[1:], start=1):
        mixed += points[place : place + windows] * multiplier
    mixed ^= mixed >> np.uint32(15)
    mixed *= np.uint32(0x2C1B3C6D)
    mixed ^= mixed >> np.uint32(12)
    numbered = np.repeat(np.arange(len(texts), dtype=np.uint64) << np.uint64(32), lengths)[:windows] | mixed
    within = np.ones(windows, dtype=bool)  # no window reaches from one text into the next
    for place in range(1, _WIDTH):
        within[np.cumsum(lengths)[:-1] - place] = False
    numbered = np.sort(numbered[within])
    distinct = numbered[np.concatenate([[True], numbered[1:] != numbered[:-1]])]
    of_text = (distinct >> np.uint64(32)).astype(np.int64)
    return Signatures(distinct.astype(np.uint32), np.bincount(of_text, minlength=len(texts)))


def _all_bare(texts: Sequence[str]) -> list[str]:
    """What is `_bare` of each, at once where they are of ASCII."""
    plain = _APART.join(text if text.isascii() else "" for text in texts)
    parts = plain.encode().translate(None, _LEFT_OUT_OF_ASCII).decode().split(_APART)
    if len(parts) != len(texts):
        return list(map(_bare, texts))
    return [part or _bare(text) for part, text in zip(parts, texts, strict=True)]


def _bare(text: str) -> str:
    """The letters and digits of a text, or all of it where there are none."""
    if text.isascii():
        return text.encode().translate(None, _LEFT_OUT_OF_ASCII).decode() or text
    bare = text.translate(_LEFT_OUT_POINTS)
    return (bare if bare.isascii() else without_punctuation(bare)) or text


def _flat(value: Any) -> str:
    return value if isinstance(value, str) else " ".join(value)
