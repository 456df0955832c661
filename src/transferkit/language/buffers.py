"""The words of many texts at once: what is no letter is put between blanks, and all is split at blanks."""

from collections.abc import Sequence
from functools import lru_cache

import regex

from transferkit.language.words import LETTERS

END = b"\xff"
"""What no text has in it, for UTF-8 has not."""
_LETTER = regex.compile(LETTERS, regex.V1)
_BLANK = regex.compile(r"\s", regex.V1)
_ASCII = [sign for sign in map(chr, range(128)) if not _LETTER.match(sign) and sign not in " \t\n\r\f\v"]


def encoded(text: str) -> bytes:
    """`text` in UTF-8, whatever is in it."""
    return text.encode("utf-8", "surrogatepass")


def pieces_of_all(texts: Sequence[str]) -> list[bytes]:
    """The `pieces` of each text in UTF-8 with `END` behind them, where blanks stand between the signs of scripts that
    put none between words, if there are any."""
    buffer = b"".join([encoded(text) + b" " + END + b" " for text in texts])
    others = set[str]().union(*(text for text in texts if not text.isascii()))
    for sign in (*_ASCII, *(sign for sign in others if not sign.isascii())):
        if (instead := _instead(sign)) is not None:
            buffer = buffer.replace(encoded(sign), instead)
    return buffer.split()


@lru_cache(10_000)
def _instead(sign: str) -> bytes | None:
    """What is put in the place of `sign`: nothing else, for letters."""
    if _LETTER.match(sign):
        return None
    return b" " if _BLANK.match(sign) else b" " + encoded(sign) + b" "
