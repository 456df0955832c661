"""How much a row counts in training: the column of weights read, checked, and made relative."""

import math
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np

from transferkit.arrays import Floats
from transferkit.errors import DataError, shown
from transferkit.table import prose
from transferkit.table.column_names import WEIGHT
from transferkit.table.rows import Rows
from transferkit.table.splits import Finding
from transferkit.table.values import missing

MOST = 1e15


def read(rows: Rows, columns: Mapping[str, str], teaching: bool = True) -> Rows:
    """`rows` with weights as numbers from 0 on, if they have any; numbers may be written as text (0.5, 2e-3).

    Raises `DataError` with row numbers where a cell is empty or no such number, and where rows that are `teaching` all
    have the weight 0.
    """
    if WEIGHT not in rows:
        return rows
    values, where = [weight(cell) for cell in rows[WEIGHT]], f"{rows.source}: " if rows.source else ""
    odd = [i for i, value in enumerate(values) if value is None]
    if odd:
        cell = rows[WEIGHT][odd[0]]
        empty = missing(cell) or not str(cell).strip()
        raise DataError(
            f"{where}column {columns[WEIGHT]!r}: expected a weight in every row, a number from 0 to {MOST:g}, found "
            f"{'an empty cell' if empty else shown(cell, 40)} ({prose.shown(int(rows.numbers[i]) for i in odd)}); "
            "write how much that row counts in training, 0 for not at all, or name another column"
        )
    if teaching and values and not any(values):
        raise DataError(
            f"{where}column {columns[WEIGHT]!r}: expected a weight above zero in some row, found 0 in all "
            f"{len(rows):,}; write how much each row counts in training, or name another column"
        )
    return replace(rows, columns={**rows.columns, WEIGHT: values})


def weight(cell: Any) -> float | None:
    """The weight in `cell`; None where there is none. A list, as tables with a word per row have it, that repeats one
    weight is that weight."""
    if isinstance(cell, list | tuple | np.ndarray):
        found = {weight(item) for item in np.atleast_1d(np.asarray(cell, dtype=object))}
        return found.pop() if len(found) == 1 else None
    number = isinstance(cell, Real | Decimal) and not isinstance(cell, bool | np.bool_)
    if missing(cell) or not (number or (isinstance(cell, str) and "_" not in cell)):
        return None
    try:
        value = float(cell)
    except (ValueError, ArithmeticError):
        return None
    return value if 0 <= value <= MOST else None


def unknown(rows: Rows) -> Rows:
    """`rows` without labels, which count as much as rows with them do on average."""
    return replace(rows, columns={**rows.columns, WEIGHT: [None] * len(rows)})


def teaching(rows: Rows) -> Rows:
    """Those of `rows` whose weight is not 0."""
    if WEIGHT not in rows or all(value != 0 for value in rows[WEIGHT]):
        return rows
    return rows.take([i for i, value in enumerate(rows[WEIGHT]) if value != 0])


def left_out(rows: Rows, name: str) -> tuple[Rows, list[Finding]]:
    """`rows` that teach, and a finding about the others."""
    kept = teaching(rows)
    if len(kept) == len(rows):
        return kept, []
    numbers = tuple(int(number) for number, value in zip(rows.numbers, rows[WEIGHT], strict=True) if value == 0)
    has = prose.verb(len(numbers), "has", "have")
    message = f"{prose.counted(len(numbers))}{prose.of(name)} {has} the weight 0 ({prose.shown(numbers)})"
    return kept, [Finding("weights", "fixed", message, numbers, "left out: such rows teach nothing")]


def findings(train: Rows, columns: Mapping[str, str]) -> list[Finding]:
    """How far the weights of the rows to train on lie apart."""
    if WEIGHT not in train or not len(train):
        return []
    least, most = min(train[WEIGHT]), max(train[WEIGHT])
    said = f"all {least:g}" if least == most else f"from {least:g} to {most:g}"
    message = f"column {columns[WEIGHT]!r}: weights of {prose.counted(len(train))} to train on, {said}"
    action = "they change nothing" if least == most else "used in training; scores count every row once"
    return [Finding("weights", "info", message, (), action)]


def of(rows: Rows) -> Floats | None:
    """The weight of every row relative to their mean, (rows,); None where all count the same.

    Only ratios matter: the mean over rows with a weight of their own is one. Rows without (unlabelled ones) have one.
    """
    values = [value for value in rows.columns.get(WEIGHT, ()) if value is not None]
    if len(set(values)) < 2:
        return None
    mean = math.fsum(values) / len(values)
    ratios = np.array([1.0 if value is None else value / mean for value in rows[WEIGHT]])
    return np.where(ratios > 0, np.maximum(ratios, np.finfo(np.float32).tiny), 0.0).astype(np.float32)
