"""What a cell holds -> what a task takes: text for inputs, a label or None for targets."""

from collections.abc import Sequence
from numbers import Real
from typing import Any

import numpy as np

from transferkit.data.rows import Rows
from transferkit.errors import DataError

_NESTED = (dict, list, tuple, set, np.ndarray)


def inputs(cells: Sequence[Any], column: str, rows: Rows) -> list[Any]:
    """Cells as text: numbers are written out, missing ones (None, NaN) are ""."""
    if all(type(cell) is str for cell in cells):
        return list(cells)
    return [_input(cell, column, rows, i) for i, cell in enumerate(cells)]


def _input(cell: Any, column: str, rows: Rows, position: int) -> Any:
    if isinstance(cell, str):
        return str(cell)
    if missing(cell):
        return ""
    if isinstance(cell, bytes):
        return cell.decode("utf-8", "replace")
    if isinstance(cell, _NESTED):
        where = f"{rows.source}: " if rows.source else ""
        raise DataError(
            f"{where}row {rows.numbers[position]}, column {column!r}: expected text, "
            f"found a {type(cell).__name__}; name a column that holds text"
        )
    return str(cell)


def targets(cells: Sequence[Any]) -> list[Any]:
    """Cells as targets: text is stripped; None, NaN and blank text are None.

    Whole numbers that a missing neighbour turned into floats (1.0) become integers again.
    """
    if all(type(cell) is str for cell in cells):
        return [cell.strip() or None for cell in cells]
    cleaned = [_target(cell) for cell in cells]
    floats = [cell for cell in cleaned if isinstance(cell, float)]
    if floats and all(cell.is_integer() for cell in floats):
        return [int(cell) if isinstance(cell, float) else cell for cell in cleaned]
    return cleaned


def single(targets: Sequence[Any], column: str, rows: Rows) -> None:
    """Raise `DataError` with row and column where a target is not one label."""
    for i, target in enumerate(targets):
        if isinstance(target, _NESTED):
            where = f"{rows.source}: " if rows.source else ""
            raise DataError(
                f"{where}row {rows.numbers[i]}, column {column!r}: expected one label, "
                f"found a {type(target).__name__}; give every row a single label or name another column with --label"
            )


def _target(cell: Any) -> Any:
    if isinstance(cell, str):
        return cell.strip() or None
    return None if missing(cell) else cell


def missing(cell: Any) -> bool:
    """Whether `cell` is None, NaN or another value that stands for nothing."""
    if cell is None or type(cell).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(cell, Real) and bool(cell != cell)


def label_key(target: Any) -> str:
    """A target as a comparable text: 1 and "1" are one label, the order of several labels is of no account."""
    if isinstance(target, list | tuple | set):
        return "\x1f".join(sorted(map(str, target)))
    return str(target)
