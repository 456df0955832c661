"""Words of texts in any script: where a script puts no blanks between words, every sign is one."""

import re
import unicodedata
from itertools import groupby

# Han, Hiragana, Katakana (also of half width), Thai, Lao, Myanmar, Khmer and their extensions.
_UNBROKEN = (
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u1000-\u104f\u1780-\u17d3\u3005-\u3007\u3031-\u3035\u3041-\u3096"
    "\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uaa60-\uaa7b\uf900-\ufaff"
    "\uff66-\uff9f\U00020000-\U0003fffd"
)


def _marks() -> str:
    """Combining marks, which are no part of Python's \\w: without them Hindi falls apart at every vowel."""
    found = (code for code in range(0x300, 0x3100) if unicodedata.category(chr(code)).startswith("M"))
    runs = ([code for _, code in run] for _, run in groupby(enumerate(found), lambda each: each[1] - each[0]))
    return "".join(f"{chr(run[0])}-{chr(run[-1])}" for run in runs)


_MARKS = _marks()
_ASCII = re.compile(r"\w+", re.ASCII)
RUN = f"[\\w{_MARKS}]+"
"""A regular expression for letters, digits and marks that stand together."""
_RUN = re.compile(RUN)
_SIGN = re.compile(f"[{_UNBROKEN}]")
_PART = re.compile(f"[{_UNBROKEN}][{_MARKS}]*|[^{_UNBROKEN}]+")


def words(text: str) -> list[str]:
    """The words of `text` as they are written, without punctuation."""
    if text.isascii():
        return _ASCII.findall(text)
    found = _RUN.findall(text)
    return [part for run in found for part in signs(run)] if _SIGN.search(text) else found


def signs(run: str) -> list[str]:
    """The signs of scripts without blanks between words, each alone, and what stands between them."""
    return _PART.findall(run)


def unbroken(text: str) -> bool:
    """Whether most letters of `text` are of scripts without blanks between words."""
    return len(_SIGN.findall(text)) * 2 > sum(map(str.isalpha, text))
