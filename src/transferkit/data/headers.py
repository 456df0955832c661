"""Names of columns that look like a row: a table whose first line was taken for its header."""

import math
from collections.abc import Sequence
from numbers import Real
from typing import Any

from transferkit.data.flags import is_blank
from transferkit.data.labels import written
from transferkit.errors import DataError, shown
from transferkit.language.words import has_signs
from transferkit.table.rows import Rows

_FEWEST = 4  # cells that say what a column is like
_MOST = 1_000
_WORDS_OF_A_TEXT, _WORDS_OF_A_SENTENCE = 2, 4
_SIGNS_OF_A_TEXT, _SIGNS_OF_A_SENTENCE = 5, 12  # of scripts without blanks
_YEARS = range(1900, 2101)
_SHORT = 0.1
_DIFFERENT = 0.5
_HALF = 0.5
_ASKING = ("?", "\uff1f")


def refuse(rows: Rows) -> None:
    """Raise `DataError` where one name of raw `rows` is like the values of its column, and another like the texts."""
    if are_numbered([*rows.columns]) or not any(map(_is_as_long_as_texts, rows.columns)):
        return
    cells = {name: _below(rows, name) for name in rows.columns}
    values = [name for name in cells if is_value(name, cells[name])]
    texts = [name for name in cells if name not in values and _is_text(name, cells[name])]
    if values and texts:
        at = f"{rows.source}: " if rows.source else ""
        raise DataError(
            f"{at}expected names of columns above the rows, found what looks like a row: {shown(texts[0], 60)} is like "
            f"the texts below it, {shown(values[0], 60)} like the values below it; put a line with the columns' names "
            "above it"
        )


def are_numbered(names: Sequence[str]) -> bool:
    """Whether names are numbers, as pandas gives them where there are none."""
    return all(name.isdecimal() for name in names)


def _below(rows: Rows, name: str) -> list[Any]:
    """The first cells of a column that are not empty, without rows that hold every column's name."""

    def is_header(i: int) -> bool:
        row = ((other, column[i]) for other, column in rows.columns.items())
        return all(isinstance(cell, str) and cell.strip() == other for other, cell in row)

    cells = rows[name][:_MOST]
    return [
        cell
        for i, cell in enumerate(cells)
        if not is_blank(cell) and not (isinstance(cell, str) and cell.strip() == name and is_header(i))
    ]


def is_value(name: str, cells: Sequence[Any]) -> bool:
    """Whether a name is a label that some of `cells` have, or a number as they all are."""
    cells = [value for cell in cells[:_MOST] for value in (cell if isinstance(cell, list) else [cell])]
    if len(cells) < _FEWEST or not all(isinstance(cell, str | Real) for cell in cells):
        return False
    name = name.strip()
    try:
        texts = [written(cell).strip() for cell in cells]
    except ValueError:  # a whole number beyond what Python writes out
        return False
    if name in texts and 2 <= len(set(texts)) <= _DIFFERENT * len(texts):  # one value alone ticks a box
        return True
    number, numbers = _number(name), [_number(text) for text in texts]
    known = [value for value in numbers if value is not None]
    if number is None or len(known) < len(numbers):
        return False
    return number not in _YEARS and min(known) <= number <= max(known)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _is_text(name: str, cells: Sequence[Any]) -> bool:
    return _is_as_long_as_texts(name) and _is_like(name, cells, _HALF)


def _is_as_long_as_texts(name: str) -> bool:
    return _is_long(name, _WORDS_OF_A_TEXT, _SIGNS_OF_A_TEXT)


def is_sentence(name: str, cells: Sequence[Any]) -> bool:
    """Whether a name is a sentence like the texts in `cells`, and not a question that they answer."""
    cells = cells[:_MOST]
    if not (_is_long(name, _WORDS_OF_A_SENTENCE, _SIGNS_OF_A_SENTENCE) and _is_like(name, cells, 1)):
        return False
    questions = sum(str(cell).rstrip().endswith(_ASKING) for cell in cells)
    return not name.endswith(_ASKING) or questions > _SHORT * len(cells)


def _is_long(name: str, words: int, signs: int) -> bool:
    return len(name.split()) >= words or (has_signs(name) and len(name) >= signs)


def _is_like(name: str, cells: Sequence[Any], share: float) -> bool:
    """Whether a name has this `share` of the length of the shorter ones of `cells`, most of which are different
    texts."""
    texts = [cell for cell in cells if isinstance(cell, str) and cell.strip()]
    if len(texts) < max(_FEWEST, _DIFFERENT * len(cells)) or len(set(texts)) < _DIFFERENT * len(texts):
        return False
    return all(size(name) >= share * _low([size(text) for text in texts]) for size in (len, _words))


def _words(text: str) -> int:
    return len(text.split())


def _low(sizes: Sequence[int]) -> int:
    return sorted(sizes)[int(_SHORT * len(sizes))]
