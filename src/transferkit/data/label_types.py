"""The type that labels had in the user's table, in which answers give them back: inside, every label is a text."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from numbers import Integral, Real
from pathlib import Path
from typing import Any

import numpy as np

from transferkit.data.labels import written
from transferkit.reading import compression
from transferkit.table.splits import LabelType
from transferkit.table.values import missing

_UNTYPED = (".csv", ".tsv", ".tab", ".txt")
"""Files in which everything is text."""
_TRUTHS = {"true": True, "false": False}


def type_of(cells: Sequence[Any], names: Collection[str], source: str) -> LabelType:
    """The type of the labels called `names`, which the column `cells` of the table `source` has.

    It is the one that they have there, and in a file in which everything is text the one that pandas would read. Whole
    numbers that pandas keeps as floats are `int`.
    """
    texts = set(map(type, cells)) <= {str}
    found = {_type(cell) for cell in _single(set(cells) if texts else cells)}
    if found == {"str"} and compression.stored_suffix(Path(source)) in _UNTYPED:
        kinds: Iterable[LabelType] = ("bool", "int", "float")
    elif "str" in found or not found:
        return "str"
    elif found == {"bool"}:
        kinds = ("bool",)
    else:
        kinds = ("int", "float") if "bool" not in found else ()
    return next((kind for kind in kinds if all(_is(name, kind) for name in names)), "str")


def typed(name: str, kind: LabelType) -> Any:
    """The label called `name` in its type."""
    match kind:
        case "int":
            return int(name)
        case "float":
            return float(name)
        case "bool":
            return _TRUTHS[name.lower()]
        case "str":
            return name


def _is(name: str, kind: LabelType) -> bool:
    """Whether `name` is a label of that type as it is written."""
    try:
        value = typed(name, kind)
    except (ValueError, KeyError):
        return False
    return kind == "bool" or written(value) == name


def _single(cells: Iterable[Any]) -> Iterator[Any]:
    """The cells, one by one where a cell is a list of them, without those that say nothing."""
    for cell in cells:
        if isinstance(cell, list | tuple | set | np.ndarray) and not (isinstance(cell, np.ndarray) and not cell.ndim):
            yield from (item for item in cell if not missing(item))
        elif not missing(cell):
            yield cell


def _type(cell: Any) -> str:
    if isinstance(cell, bool | np.bool_):
        return "bool"
    return "number" if isinstance(cell, Integral | Real) else "str"
