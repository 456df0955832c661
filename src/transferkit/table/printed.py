"""Lists and mappings as text: JSON, and what Python, NumPy and pandas print, read back.

NumPy prints an array of texts without commas, which Python would read as one text: `['a' 'b']` is "ab" there.
"""

import ast
import json
import math
import re
from typing import Any

_TOKEN = re.compile(
    r"""\s*(?:(?P<mark>[\[\](){},:=])
    |(?P<text>[rbuRBU]?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))
    |(?P<number>[+-]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))
    |(?P<word>[A-Za-z_][\w.<>]*)
    |(?P<gap>\.\.\.))""",
    re.VERBOSE | re.DOTALL,
)
_WORDS: dict[str, Any] = {
    "np.True_": True,
    "np.False_": False,
    "None": None,
    "null": None,
    "True": True,
    "true": True,
    "False": False,
    "false": False,
} | dict.fromkeys(("nan", "NaN", "NaT"), math.nan)
_TEXT = r"""(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_TUPLE = re.compile(rf"\(\s*{_TEXT}\s*(?:,\s*{_TEXT}\s*)*,?\s*\)", re.DOTALL)
_ENDS = {"[": "]", "(": ")", "{": "}"}
_DEEPEST = 50


def looks_so(text: str) -> bool:
    """Whether `text` stands in brackets or braces, or as a tuple of texts in parentheses."""
    stripped = text.strip()
    ends = len(stripped) > 1 and (stripped[0], stripped[-1])
    return ends in (("[", "]"), ("{", "}")) or bool(_TUPLE.fullmatch(stripped))


def parsed(text: str) -> Any:
    """The value that `text` writes out. Raises `ValueError` where it is none, or was printed with parts left out."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    reader = _Reader(text)
    value = reader.value(0)
    if reader.next() is not None:
        raise ValueError("more follows than one value")
    return value


def mapping(text: str) -> dict[Any, Any] | None:
    """The mapping that `text` writes out, None for any other text."""
    if not (looks_so(text) and text.lstrip().startswith("{")):
        return None
    try:
        found = parsed(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


class _Reader:
    """Walks through the tokens of a text."""

    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0

    def next(self) -> "re.Match[str] | None":
        """The next token, None at the end; it stays the next one until it is `taken`."""
        found = _TOKEN.match(self._text, self._at)
        if found is None and self._text[self._at :].strip():
            raise ValueError(f"no value begins with {self._text[self._at : self._at + 20].strip()!r}")
        return found

    def taken(self, mark: str = "") -> "re.Match[str]":
        """The next token, which is `mark` if one is given."""
        found = self.next()
        if found is None or (mark and found["mark"] != mark):
            raise ValueError(f"expected {mark or 'a value'}, found {found[0].strip() if found else 'the end'}")
        self._at = found.end()
        return found

    def is_next(self, mark: str) -> bool:
        found = self.next()
        return found is not None and found["mark"] == mark

    def value(self, depth: int) -> Any:
        if depth > _DEEPEST:
            raise ValueError("too deep")
        found = self.taken()
        if found["gap"]:
            raise ValueError("parts were left out (...) when it was printed")
        if found["text"]:
            return ast.literal_eval(found["text"])
        if found["number"]:
            return float(found["number"]) if set(".eE") & set(found["number"]) else int(found["number"])
        if found["word"]:
            return self._word(found["word"], depth)
        opening = found["mark"]
        if opening == "{":
            return self._mapping(depth)
        if opening in _ENDS:
            return self._items(_ENDS[opening], depth)
        raise ValueError(f"expected a value, found {opening}")

    def _word(self, word: str, depth: int) -> Any:
        if word in _WORDS:
            return _WORDS[word]
        package, _, name = word.rpartition(".")
        if name != "array" and package not in ("np", "numpy"):
            raise ValueError(f"no value is written {word}")
        self.taken("(")
        inner = self.value(depth + 1)
        while not self.is_next(")"):  # dtype=object
            self.taken()
        self.taken(")")
        return inner

    def _items(self, end: str, depth: int) -> list[Any]:
        items = []
        while not self.is_next(end):
            items.append(self.value(depth + 1))
            found = self.next()
            if found is not None and found["mark"] == ",":
                self.taken()
            elif found is not None and found["mark"] != end and not found[0][0].isspace():
                raise ValueError(f"expected a comma or a blank before {found[0]}")
        self.taken(end)
        return items

    def _mapping(self, depth: int) -> dict[Any, Any] | list[Any]:
        """A mapping, or a set of texts as a list."""
        items: dict[Any, Any] = {}
        while not self.is_next("}"):
            key = self.value(depth + 1)
            if not items and isinstance(key, str) and not self.is_next(":"):
                if self.is_next(","):
                    self.taken()
                return [key, *self._items("}", depth)]
            if isinstance(key, list | dict):
                raise ValueError("expected a name before a colon")
            self.taken(":")
            items[key] = self.value(depth + 1)
            if self.is_next(","):
                self.taken()
        self.taken("}")
        return items
