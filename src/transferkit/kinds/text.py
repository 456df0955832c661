"""Texts: the same whatever their case, blanks and Unicode form, nearly the same by their characters.

A text is compared by the character 5-grams of its letters and digits: blanks and punctuation are
left out, so `who 's he ?` and `Who's he?` are the same. Both ends are padded, so a character counts alike
wherever it stands: at 0.9 similarity one letter may differ in about 90, so short texts that differ in one
word are never near-duplicates ("What is the capital of Ethiopia ?" / "... of Uruguay ?": about 0.4).
"""

import unicodedata
from dataclasses import dataclass
from typing import Any

import numpy as np

from transferkit.kinds import Signature
from transferkit.language.words import without_punctuation
from transferkit.table import values

_WIDE = tuple(zip("\uff0c\uff01\uff1f\uff1a\uff1b\uff08\uff09\u3000", ",!?:;() ", strict=True))
"""The marks that are in nearly every Chinese text, and what they are in NFKC, which takes much longer to say so."""
_WIDTH = 5
_LEFT_OUT = dict.fromkeys(map(ord, " \t\n\r\x1f.,;:!?'\"`()[]{}-_/\\\u00b4"))
_MULTIPLIERS = np.array([0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F, 0x165667B1], dtype=np.uint32)


@dataclass(frozen=True)
class Text:
    """A text, or words that are one with blanks between them."""

    name: str = "text"

    def read(self, cell: Any) -> str:
        """As `values.text`: numbers are written out, an empty cell is ""."""
        return values.text(cell)

    def is_blank(self, value: Any) -> bool:
        """Whether it is blanks alone."""
        return not _flat(value).strip()

    def key(self, value: Any) -> str:
        """As `normalised`."""
        return normalised(_flat(value))

    def identity(self, value: Any) -> str:
        """The text itself."""
        return _flat(value)

    def signature(self, value: Any, key: str) -> Signature:
        """Its `shingles`."""
        return shingles(key)

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
    return " ".join(text.lower().split())


def shingles(text: str) -> Signature:
    """The distinct hashed character 5-grams of a normalised text, sorted."""
    bare = text.translate(_LEFT_OUT)
    bare = (bare if bare.isascii() else without_punctuation(bare)) or text
    padded = f"{'':\x01>4}{bare}{'':\x02>4}".encode("utf-32-le", "surrogatepass")
    points = np.frombuffer(padded, dtype=np.uint32)
    windows = np.lib.stride_tricks.sliding_window_view(points, _WIDTH)
    mixed = (windows * _MULTIPLIERS).sum(axis=1, dtype=np.uint32)
    mixed = (mixed ^ (mixed >> np.uint32(15))) * np.uint32(0x2C1B3C6D)
    return np.unique(mixed ^ (mixed >> np.uint32(12)))


def _flat(value: Any) -> str:
    return value if isinstance(value, str) else " ".join(value)
