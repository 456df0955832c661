"""Labels that say that there is none, and such as may say so."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from transferkit.shapes import Shape
from transferkit.table.values import PRINTED

_NO_CONSENSUS = ("gold_label", "-")
"""As SNLI and MultiNLI mark pairs on which the annotators do not agree."""
_DOUBTFUL = frozenset(
    (
        "none",
        "null",
        "(null)",
        "(none)",
        "<null>",
        "<none>",
        "na",
        "n/a",
        "#n/a",
        "-",
        "--",
        "?",
        "\\n",
        "unknown",
        "无",
        "空",
    )
)


_EMPTY_CELLS = PRINTED | {"NULL", "null", "<NULL>", "<null>", "(null)", "#N/A", "\\N"}
"""What pandas, databases and spreadsheets write for an empty cell, and hardly anybody for a text."""


def of(shape: Shape, column: str) -> frozenset[str]:
    """Texts in a `column` of targets of this shape that stand for no target: what an empty cell is printed as, unless
    any text may be one."""
    if shape.form.AS_TEXTS:
        return frozenset()
    name, mark = _NO_CONSENSUS
    return PRINTED | {mark} if shape is Shape.LABEL and column.strip().casefold() == name else PRINTED


def said(cells: Sequence[Any], nothing: Collection[str]) -> str:
    """Which of the texts that say `nothing` stand in the `cells` of rows without a label: `, 'nan' in 3 of them`."""
    counts = Counter(text for cell in cells if isinstance(cell, str) and (text := cell.strip()) in nothing)
    return "".join(f", {text!r} in {count:,} of them" for text, count in counts.most_common(3))


def is_empty_cell(text: str) -> bool:
    """Whether a text is what an empty cell is written as."""
    return text in _EMPTY_CELLS


def is_doubtful(label: str) -> bool:
    """Whether a label may say that there is none, as `None` and `N/A`."""
    return label.casefold() in _DOUBTFUL
