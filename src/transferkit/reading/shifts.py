"""Encodings whose bytes are all ASCII: what leaves it by signs of its own looks like UTF-8 that is fine."""

import re

from transferkit.reading import plausibility

_ESCAPES = {
    "iso2022_jp": re.compile(rb"\x1b\$[@B]"),
    "iso2022_kr": re.compile(rb"\x1b\$\)C"),
}
_HZ = re.compile(rb"~\{(?:[\x21-\x77][\x21-\x7e])+~\}")
_UTF_7 = re.compile(rb"\+(?:[A-Za-z0-9+/]{3,})-?")
_NO_UTF_7 = re.compile(rb"\+(?![A-Za-z0-9+/]{3}|-)")
_FEWEST = 3
_LEAST = -10.5
"""Of a sign beyond ASCII on average, where a text makes sense."""


def of(chunk: bytes) -> str:
    """The encoding that a part of a file is in, if its signs for leaving ASCII say so; "" if not."""
    if b"\x1b$" in chunk:
        encoding = next((name for name, escape in _ESCAPES.items() if escape.search(chunk)), "")
        if encoding:
            return encoding
    if b"~{" in chunk and _HZ.search(chunk):
        return "hz"
    return "utf_7" if b"+" in chunk and chunk.isascii() and _is_utf_7(chunk) else ""


def _is_utf_7(chunk: bytes) -> bool:
    """Whether every `+` begins signs in base64 that make sense, and several do."""
    pieces = _UTF_7.findall(chunk)
    if len(pieces) < _FEWEST or _NO_UTF_7.search(chunk):
        return False
    try:
        text = b" ".join(pieces).decode("utf-7")
    except UnicodeError:
        return False
    signs = "".join(sign for sign in text if not sign.isascii())
    return len(signs) >= len(pieces) and plausibility.of(signs) >= _LEAST * len(signs)
