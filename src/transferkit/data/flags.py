"""Columns of 0 and 1, one for every label, and cells that hold such flags -> the labels that hold."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from transferkit.errors import shown
from transferkit.table.rows import Rows
from transferkit.table.values import is_none

_HOLDS = {"1": True, "0": False, "1.0": True, "0.0": False, "true": True, "false": False}
_UNKNOWN = ("-1", "-1.0")
_COUNTERS = ("", "id", "index", "idx", "uid", "unnamed:_0")
SPLIT_FLAGS = ("is_train", "is_test", "is_dev", "is_valid", "is_val", "is_validation")
"""Usual names of columns of 0 and 1 that say which split a row is of."""


def is_flag(cell: Any) -> bool:
    """Whether a cell says that something holds or not, or that this is not known (-1, or nothing there)."""
    return is_blank(cell) or _plain(cell) in _HOLDS or _plain(cell) in _UNKNOWN


def flag(cell: Any) -> bool | None:
    """Whether it holds, None where that is not known. Raises `ValueError` for what says neither."""
    if is_blank(cell) or _plain(cell) in _UNKNOWN:
        return None
    if _plain(cell) not in _HOLDS:
        raise ValueError(f"expected 0 or 1, found {shown(cell, 40)}")
    return _HOLDS[_plain(cell)]


def held(cells: Mapping[str, Any]) -> list[str] | None:
    """The names whose flags hold, None where none of them is known: an empty cell says no beside others that are not.

    Raises `ValueError` for what is no flag, and for -1 beside flags that are known.
    """
    flags = {name: flag(cell) for name, cell in cells.items()}
    known = [name for name, holds in flags.items() if holds is not None]
    if known and any(_plain(cell) in _UNKNOWN for cell in cells.values()):
        raise ValueError("expected 0 or 1 for every label, or -1 for all of them, found both")
    return [name for name in known if flags[name]] if known else None


def columns(rows: Rows, others: Sequence[str]) -> tuple[list[str], list[str]]:
    """Which columns beside `others` have 0 and 1 only, and which are left over; one that numbers rows or
    names their splits is neither."""
    neither = (*_COUNTERS, *SPLIT_FLAGS)
    left = [name for name in rows.columns if name not in others and _usual(name) not in neither]
    flag_columns = [name for name in left if all(map(is_flag, rows[name])) and not all(map(is_blank, rows[name]))]
    return flag_columns, [name for name in left if name not in flag_columns]


def _usual(name: str) -> str:
    return name.strip().casefold().replace(" ", "_")


def is_blank(cell: Any) -> bool:
    """Whether nothing stands in a cell."""
    return is_none(cell) or (isinstance(cell, str) and not cell.strip())


def _plain(cell: Any) -> str:
    return str(cell).strip().lower() if isinstance(cell, str | int | float | bool | np.generic) else ""
