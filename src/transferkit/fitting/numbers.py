"""A number per text."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from transferkit import tasks
from transferkit.arrays import Doubles, Ints
from transferkit.errors import DataError
from transferkit.fitting.targets import listed
from transferkit.table.rows import Rows
from transferkit.table.values import missing
from transferkit.tasks import Task

_TASK = "text-regression"


@dataclass(frozen=True)
class Numbers:
    """`values` (rows,)."""

    values: Doubles

    def __len__(self) -> int:
        return len(self.values)

    def take(self, positions: Ints) -> "Numbers":
        return Numbers(self.values[positions])

    @property
    def task(self) -> Task:
        task = tasks.get(_TASK)
        return replace(task, labels=task.collect_labels(Rows({}, np.arange(0))))

    @property
    def cells(self) -> list[Any]:
        return list(self.values.tolist())


def read(y: Any) -> Numbers:
    """`y` as numbers. Raises `DataError` for what is no list of numbers, and for a row without one."""
    values, reader = [], tasks.get(_TASK).read_target
    for number, cell in enumerate(listed(y, "a number"), start=1):
        if missing(cell):
            raise DataError(f"expected a number for every text, found none for item {number} (NaN); leave it out")
        if isinstance(cell, complex):
            raise DataError(
                f"Complex data not supported: expected a number for every text, found {cell} for item {number}"
            )
        try:
            values.append(reader(cell))
        except ValueError as error:
            raise DataError(f"item {number}: {error}") from None
    return Numbers(np.asarray(values, dtype=np.float64))
