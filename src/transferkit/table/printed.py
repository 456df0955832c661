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
        value = parsed(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


class _Reader:
    """Walks through the tokens of a text."""

    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0

    def next(self) -> "re.Match[str] | None":
        """The next token, None at the end; it stays the next one until it is `taken`."""
        token = _TOKEN.match(self._text, self._at)
        if token is None and self._text[self._at :].strip():
            raise ValueError(f"no value begins with {self._text[self._at : self._at + 20].strip()!r}")
        return token

    def taken(self, mark: str = "") -> "re.Match[str]":
        """The next token, which is `mark` if one is given."""
        token = self.next()
        if token is None or (mark and token["mark"] != mark):
            raise ValueError(f"expected {mark or 'a value'}, found {token[0].strip() if token else 'the end'}")
        self._at = token.end()
        return token

    def is_next(self, mark: str) -> bool:
        token = self.next()
        return token is not None and token["mark"] == mark

    def value(self, depth: int) -> Any:
        if depth > _DEEPEST:
            raise ValueError("too deep")
        token = self.taken()
        if token["gap"]:
            raise ValueError("parts were left out (...) when it was printed")
        if token["text"]:
            return ast.literal_eval(token["text"])
        if token["number"]:
            return float(token["number"]) if set(".eE") & set(token["number"]) else int(token["number"])
        if token["word"]:
            return self._word(token["word"], depth)
        opening = token["mark"]
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
            token = self.next()
            if token is not None and token["mark"] == ",":
                self.taken()
            elif token is not None and token["mark"] != end and not token[0][0].isspace():
                raise ValueError(f"expected a comma or a blank before {token[0]}")
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
