"""What columns hold, by their cells: texts, categories, numbers, dates, identifiers ..."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np

from transferkit.data.cell_forms import is_address, is_key, is_time, number, text
from transferkit.data.flags import is_blank
from transferkit.language.words import has_signs
from transferkit.table import printed
from transferkit.table.rows import Rows

_SAMPLE = 2_000
_NEARLY_ALL = 0.95
_FEWEST = 4
_REPEATS, _REPEATS_OF_SENTENCES = 2, 5
_WORDS_OF_A_TEXT = 3.0
_SIGNS_OF_A_WORD = 2
_FEW_NUMBERS, _FEW_SENTENCES = 30, 50


class Content(Enum):
    """What a column holds, in words that complete "holds"."""

    NOTHING = "nothing"
    CONSTANT = "one value"
    TIMES = "dates"
    ADDRESSES = "addresses of pages, people or files"
    KEYS = "identifiers"
    NUMBERS = "numbers"
    CATEGORIES = "few values that repeat"
    NAMES = "short texts"
    TEXTS = "texts"
    LISTS = "lists"


@dataclass(frozen=True)
class Column:
    """What a column holds, seen in a sample of its cells: `different` values in `filled` cells, which are this `share`
    of all, of so many `words` on average, and whether all of them are numbers, which are `whole` ones."""

    name: str
    content: Content
    filled: int = 0
    different: int = 0
    words: float = 0.0
    numbers: bool = False
    whole: bool = False
    share: float = 0.0

    @property
    def repeats(self) -> float:
        """How often a value stands in it on average."""
        return self.filled / max(1, self.different)


def of(rows: Rows, name: str) -> Column:
    """What the column `name` of raw `rows` holds.

    Of long tables cells at even distances are looked at: many files are sorted by their labels.
    """
    cells = rows[name]
    sample = [cells[i] for i in np.linspace(0, len(cells) - 1, min(len(cells), _SAMPLE)).astype(int)]
    there = [cell for cell in sample if not is_blank(cell) and text(cell) != name]
    if not there:
        return Column(name, Content.NOTHING)
    if _mostly(_is_list, there):
        return Column(name, Content.LISTS, len(there), share=len(there) / len(sample))
    texts = [text(cell) for cell in there]
    different = len(set(texts))
    values = [number(cell) for cell in there]
    numbers = all(value is not None for value in values)
    whole = numbers and all(float(value).is_integer() for value in values if value is not None)
    words = sum(map(_words, texts)) / len(texts)
    content = _content(there, texts, different, words, values if numbers else [])
    return Column(name, content, len(there), different, words, numbers, whole, len(there) / len(sample))


def different(rows: Rows, name: str) -> int:
    """How many different values the whole column has, empty cells aside."""
    return len({text(cell) for cell in rows[name] if not is_blank(cell)})


def filled(rows: Rows, name: str) -> int:
    """How many cells of the whole column are not empty."""
    return sum(not is_blank(cell) for cell in rows[name])


def _content(
    cells: Sequence[Any], texts: Sequence[str], different: int, words: float, numbers: Sequence[float | None]
) -> Content:
    repeats = len(texts) / different
    if different == 1 and len(texts) > 1:
        return Content.CONSTANT
    if _mostly(is_time, cells):
        return Content.TIMES
    if _mostly(is_address, cells):
        return Content.ADDRESSES
    if numbers:
        return _of_numbers([value for value in numbers if value is not None], different)
    sentences = words >= _WORDS_OF_A_TEXT
    keys = _mostly(is_key, cells)
    few = different <= _FEW_SENTENCES and repeats >= _REPEATS_OF_SENTENCES if sentences else repeats >= _REPEATS
    if few and not (keys and different > _FEW_NUMBERS):
        return Content.CATEGORIES
    if keys:
        return Content.KEYS
    return Content.TEXTS if sentences else Content.NAMES


def _of_numbers(values: Sequence[float], different: int) -> Content:
    steps = np.diff(values)
    if len(values) >= _FEWEST and ((steps > 0).all() or (steps < 0).all()) and all(map(float.is_integer, values)):
        return Content.KEYS  # they count the rows
    few = different <= _FEW_NUMBERS and len(values) / different >= _REPEATS
    return Content.CATEGORIES if few else Content.NUMBERS


def _words(cell: str) -> float:
    """Words of a text; where a script puts no blanks between them, two signs are about one."""
    return max(len(cell.split()), len(cell) / _SIGNS_OF_A_WORD) if has_signs(cell) else len(cell.split())


def _is_list(cell: Any) -> bool:
    if isinstance(cell, str):
        return printed.looks_so(cell)
    return isinstance(cell, list | tuple | dict | set | np.ndarray)


def _mostly(what: Callable[[Any], bool], cells: Sequence[Any]) -> bool:
    return sum(map(what, cells)) >= _NEARLY_ALL * len(cells)
