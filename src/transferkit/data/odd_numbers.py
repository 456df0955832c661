"""Signs that numbers to learn are not what they were taken for, as findings."""

from collections.abc import Mapping

import numpy as np

from transferkit.data.columns import TaskColumns
from transferkit.shapes import Shape
from transferkit.table.prose import of
from transferkit.table.rows import Rows
from transferkit.table.splits import Finding

_FEWEST = 5
"""Rows that say something about a whole column."""


def total(rows: Rows, task: TaskColumns, name: str) -> list[Finding]:
    """A last row with the sum of all others, as spreadsheets have it, in the table called `name`."""
    if task.shape is not Shape.VALUE or len(rows) <= _FEWEST:
        return []
    *others, last = map(float, rows[task.target])
    if not last or not np.isclose(last, sum(others), rtol=1e-9, atol=0) or last in others:
        return []
    message = f"the number in the last row{of(name)} is the sum of all others ({rows.at(len(rows) - 1)})"
    action = "kept; if that row is a total, take it out"
    return [Finding("total-rows", "warning", message, (int(rows.numbers[-1]),), action)]


def other_scale(parts: Mapping[str, Rows], task: TaskColumns) -> list[Finding]:
    """Test numbers most of which lie beyond all that is learned."""
    learned, tested = (np.asarray(parts[name][task.target], dtype=np.float64) for name in ("train", "test"))
    if min(len(learned), len(tested)) < _FEWEST:
        return []
    beyond = int(((tested < learned.min()) | (tested > learned.max())).sum())
    if 2 * beyond <= len(tested):
        return []
    ranges = f"{learned.min():g} to {learned.max():g}; test {tested.min():g} to {tested.max():g}"
    message = f"{beyond:,} of {len(tested):,} numbers of test lie outside of those of train ({ranges})"
    action = "kept; if they are on another scale, write both on one"
    return [Finding("other-scale", "warning", message, (), action)]
