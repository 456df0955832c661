"""The languages of the verdict and the report: one language, one file.

The code has its sentences in English, `say("{rows} rows", rows=3)`, and each file of this folder translates them. What
other rooms write (findings, reasons, methods) is matched against `PATTERNS`, and stays English if none matches.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol, cast

from transferkit.errors import unknown

ENGLISH = "en"
_FIELD = re.compile(r"(\{[^{}]*\})")
_ITEM = r"(?:'[^']*'|(?:[^,'\s][^,']* )?\d[\d,]*|[^,'\s][^,']* \(\d[\d,]*\))"
_LIST = re.compile(rf"{_ITEM}(?:, {_ITEM})*")
_BETWEEN = re.compile(rf"(?<=['\d)]), (?={_ITEM}(?:, |$))")
_COUNT = re.compile(r" \((\d[\d,]*)\)")


class Language(Protocol):
    """What every file of this folder offers."""

    TAG: str
    """As HTML's `lang` has it: en, zh-CN."""

    BLANK: str
    """What stands between two sentences."""

    COLON: str
    """What stands between a name and what is said of it."""

    COMMA: str
    """What stands between the names of a list, all but the last two."""

    COUNT: str
    """What follows a name that stands so often."""

    AND: str
    """What stands between the last two names of a list."""

    MOMENT: str
    """A date and a time of day, as `strftime` takes it."""

    TEXTS: Mapping[str, str]
    """English -> this language, with the same fields in braces. Empty for English."""

    PATTERNS: Mapping[str, str]
    """Sentences of other rooms, with `{}` for what varies, `{#}` for a number and `{has|have}` for either, -> this
    language, where `{0}` is the first of what varies."""


@dataclass(frozen=True)
class Say:
    """Writes sentences in one language: call it with the English one and its fields."""

    language: Language

    def __call__(self, text: str, /, **fields: object) -> str:
        """`text` in this language, its fields in braces filled in."""
        return self.language.TEXTS.get(text, text).format(**fields)

    def count(self, number: int, one: str, many: str, /, **fields: object) -> str:
        """The one or the other by `number`, which is the field `{n}`, with commas between thousands."""
        return self(one if number == 1 else many, n=f"{number:,}", **fields)

    def listed(self, names: Iterable[str]) -> str:
        """`a`, `a and b`, `a, b and c`; "" for none. A word for `and` that is in no Latin letters has blanks only
        beside those."""
        *most, last = [*names] or [""]
        first, word = self.language.COMMA.join(most), self.language.AND
        if not word.isascii():
            word = f"{' ' * first[-1:].isascii()}{word.strip()}{' ' * last[:1].isascii()}"
        return f"{first}{word}{last}" if most else last

    def numbers(self, listed: str) -> str:
        """`3, 8, 12` with the commas of this language."""
        return listed.replace(", ", self.language.COMMA)

    def name(self, kind: str) -> str:
        """A name that is written with hyphens, as a heading."""
        return self.language.TEXTS.get(kind) or kind.replace("-", " ").capitalize()

    def joined(self, sentences: Iterable[str]) -> str:
        """Sentences as a paragraph."""
        return self.language.BLANK.join(sentences)

    def knows(self, text: str) -> bool:
        """Whether a sentence of another room is in this language, or can be."""
        return not self.language.PATTERNS or self.found(text) != text

    def found(self, text: str) -> str:
        """A sentence of another room in this language, or as it is where no pattern fits."""
        return self._fitted(text) or self._behind_name(text) or self.language.TEXTS.get(text, text)

    def _behind_name(self, text: str) -> str | None:
        """A sentence with the name of what it is about and a colon before it, as of several models."""
        name, _, sentence = text.partition(": ")
        fitted = self._fitted(sentence)
        return fitted and f"{name}{self.language.COLON}{fitted}"

    def _fitted(self, text: str) -> str | None:
        """What a pattern makes of `text`, None where none fits."""
        for pattern, ours in _compiled(self.language.TAG, tuple(self.language.PATTERNS.items())):
            if match := pattern.fullmatch(text):
                return ours.format(*map(self._part, match.groups()))
        return None

    def _part(self, text: str) -> str:
        """What varies in a sentence, in this language where it is a pattern itself; never by `TEXTS`, as it may be a
        name of the user's. A list of numbers, of names in quotes or of names with counts has the commas of the
        language."""
        fitted = self._fitted(text)
        return fitted or (self._listed(text) if _LIST.fullmatch(text) else text)

    def _listed(self, text: str) -> str:
        parted = _BETWEEN.sub(self.language.COMMA, text)
        return _COUNT.sub(lambda match: self.language.COUNT.format(match[1]), parted)


def names() -> list[str]:
    """Every language there is: the files of this folder."""
    return sorted(module.name for module in iter_modules(__path__))


def get(name: str) -> Say:
    """The language called `name`."""
    if name not in names():
        raise unknown("language", name, names())
    return Say(cast(Language, import_module(f"{__name__}.{name}")))


@cache
def _compiled(tag: str, patterns: tuple[tuple[str, str], ...]) -> list[tuple[re.Pattern[str], str]]:
    """Patterns as regular expressions, those with most that does not vary first: the more words, the surer."""
    ordered = sorted(patterns, key=lambda pair: -len(_FIELD.sub("", pair[0])))
    return [(re.compile("".join(map(_expression, _FIELD.split(text))), re.DOTALL), ours) for text, ours in ordered]


def _expression(part: str) -> str:
    if part[:1] == "{" and "|" in part:
        return f"(?:{'|'.join(map(re.escape, part[1:-1].split('|')))})"
    return {"{}": "(.*?)", "{#}": r"(\d(?:[\d,.]*\d)?)"}.get(part) or re.escape(part)
