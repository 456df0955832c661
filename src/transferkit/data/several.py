"""Columns whose cells seem to hold several labels each, in lists or with a sign between them."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from transferkit.data import decimals, label_sets
from transferkit.data.flags import is_blank, is_flag
from transferkit.data.separators import MARKS, Separator
from transferkit.errors import shown
from transferkit.table import printed, prose
from transferkit.table.rows import Rows

_MOST = 20_000
_MOST_SHOWN = 5
_NEARLY_ALL, _MOSTLY = 0.95, 0.9
_REPEATS, _WORDS_OF_A_NAME = 4, 4
_BETWEEN_NAMES = MARKS[:-1]  # `#` ends some names, C#


@dataclass(frozen=True)
class Several:
    """The names that the cells of a column hold; `sure` where they can hardly be anything but several labels a row."""

    names: tuple[str, ...]
    sure: bool

    def words(self, column: str) -> str:
        """What it looks like, as a sentence begins."""
        more = " ..." if len(self.names) > _MOST_SHOWN else ""
        listed = f"{prose.counted(len(self.names), 'name')}: {', '.join(self.names[:_MOST_SHOWN])}{more}"
        looks = "looks like" if self.sure else "may be"
        return f"column {shown(column, 60)} {looks} several labels per row ({listed})"


def seen(rows: Rows, name: str) -> Several | None:
    """The labels that the cells of the column `name` seem to hold; None where every cell is one, or something else."""
    cells = [cell for cell in rows[name][:_MOST] if not is_blank(cell)]
    if not cells:
        return None
    values = [_value(cell) for cell in cells]
    if sum(not isinstance(value, str) for value in values) >= _NEARLY_ALL * len(values):
        return _of_lists(values)
    texts = [value.strip() for value in values if isinstance(value, str)]
    if decimals.are_all(texts) and not _are_pairs_of_names(texts):
        return None
    found = [_of_texts(texts, signs) for signs in _BETWEEN_NAMES] if len(texts) == len(values) else []
    return next((several for several in found if several), None)


def _are_pairs_of_names(texts: Collection[str]) -> bool:
    """Whether `1,8` are two names rather than a decimal number: never one name twice, nor one that begins with 0, and
    mostly the same names before and behind the comma."""
    pairs = [text.split(",") for text in texts if "," in text]
    front, behind = ({pair[at].strip() for pair in pairs} for at in (0, -1))
    apart = all(len(pair) == 2 and pair[0].strip() != pair[1].strip() for pair in pairs)
    plain = not any(name.startswith("0") for name in front | behind)
    return apart and plain and 2 * len(front & behind) >= len(front | behind)


def _value(cell: Any) -> Any:
    """A cell as a list or a mapping where it is one, or has one written in it; all others as text."""
    if isinstance(cell, str) and printed.looks_so(cell):
        try:
            cell = printed.parsed(cell)
        except ValueError:
            return cell
    if isinstance(cell, dict | list):
        return cell
    if isinstance(cell, tuple | set | frozenset) or (isinstance(cell, np.ndarray) and cell.ndim == 1):
        return list(cell)
    return str(cell)


def _of_lists(values: Sequence[Any]) -> Several | None:
    try:
        lists: list[Any] = [label_sets.names_in(value) if isinstance(value, dict) else value for value in values]
    except (ValueError, TypeError):
        return None
    if not all(isinstance(held, list) for held in lists):
        return None
    kinds = set(map(type, chain.from_iterable(lists)))
    if not all(issubclass(kind, str | int) for kind in kinds):
        return None
    names = set(map(str, chain.from_iterable(lists)))
    if max(map(len, lists)) < 2 or all(map(is_flag, names)):
        return None
    return Several(tuple(sorted(names)), True)


def _of_texts(texts: Collection[str], signs: str) -> Several | None:
    """The names between `signs`, which stand in other cells too, alone or beside others."""
    cells = {cell: frozenset(Separator(signs).parted(cell)) for cell in set(texts)}
    together = [names for names in cells.values() if len(names) > 1]
    if not together or len(texts) == len(cells):
        return None
    names = Counter(name for text in texts for name in cells[text])
    words = sum(len(name.split()) for name in names) / len(names)
    if sum(names.values()) < _REPEATS * len(names) or words > _WORDS_OF_A_NAME or len(names) > len(cells):
        return None
    sets = Counter(name for held in cells.values() for name in held)
    again = sum(all(sets[name] > 1 for name in held) for held in together)
    if again < _MOSTLY * len(together):
        return None
    return Several(tuple(sorted(names)), len(names) < len(cells))
