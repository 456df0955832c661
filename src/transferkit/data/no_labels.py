"""Labels that say that there is none, and such as may say so."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from transferkit.data.rows import Rows
from transferkit.data.values import PRINTED, names_in

_NO_CONSENSUS = ("gold_label", "-")
"""As SNLI and MultiNLI mark pairs on which the annotators do not agree."""
_DOUBTFUL = frozenset(("none", "null", "na", "n/a", "#n/a", "-", "--"))
_ANY_TEXT = ("TEXT", "SPAN")


def of(shape: str, column: str) -> frozenset[str]:
    """Texts in a `column` of targets of this shape that stand for no target: what an empty cell is printed as, unless
    any text may be one."""
    if shape in _ANY_TEXT:
        return frozenset()
    name, mark = _NO_CONSENSUS
    return PRINTED | {mark} if shape == "LABEL" and column.strip().casefold() == name else PRINTED


def said(cells: Sequence[Any], unlabelled: Collection[int]) -> str:
    """What stands in the cells of rows without a label where they are not empty: `, 'nan' in 3 of them`."""
    texts = (cells[i] for i in unlabelled)
    counts = Counter(text.strip() for text in texts if isinstance(text, str) and text.strip())
    return "".join(f", {text!r} in {count:,} of them" for text, count in counts.most_common(3))


def doubtful(rows: Rows, target: str) -> dict[str, list[int]]:
    """Labels that may say that there is none, as `None` and `N/A`, and the numbers of their rows."""
    found: dict[str, list[int]] = {}
    for number, cell in zip(rows.numbers, rows[target], strict=True):
        for label in names_in(cell):
            if label.casefold() in _DOUBTFUL:
                found.setdefault(label, []).append(int(number))
    return found
