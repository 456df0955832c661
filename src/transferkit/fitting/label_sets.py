"""Several labels per text, or none: a matrix of 0 and 1 with a column for every label, or lists of labels."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import issparse

from transferkit import tasks
from transferkit.arrays import Doubles, Ints
from transferkit.data.labels import written
from transferkit.errors import DataError, shown
from transferkit.fitting.targets import as_array, listed, require_one_type
from transferkit.table.values import missing
from transferkit.tasks import Task

_SEVERAL = (list, tuple, set, frozenset, np.ndarray)
_FLAGS = (0, 1)
_LIMITS = (1e-15, 1 - 3e-8)
"""Of probabilities: what is nearer to 1 is 1 among numbers of 32 bits, and would have infinite odds."""


@dataclass(frozen=True)
class LabelSets:
    """`holds` (rows, labels) says which of `names` (labels,) a row has; `as_lists` says that they were given so."""

    names: npt.NDArray[Any]
    holds: npt.NDArray[np.bool_]
    as_lists: bool

    def __len__(self) -> int:
        return len(self.holds)

    def take(self, positions: Ints) -> "LabelSets":
        return replace(self, holds=self.holds[positions])

    @property
    def task(self) -> Task:
        if not self.holds.any():
            raise DataError("expected labels in some row, found none in all of them; give rows that have labels")
        if self.holds.all():
            raise DataError(f"expected rows without {self.names[0]}, found it in all of them, as all other labels")
        return replace(tasks.get("multi-label-classification"), labels=tuple(map(written, self.names)))

    @property
    def cells(self) -> list[Any]:
        names = [written(name) for name in self.names]
        return [[names[i] for i in row.nonzero()[0].tolist()] for row in self.holds]


def are_several(y: Any) -> bool:
    """Whether `y` gives a text several labels: it has more than one column, or its cells are lists."""
    if issparse(y):
        return True
    if hasattr(y, "columns"):
        return len(y.columns) > 1
    y = as_array(y)
    if isinstance(y, np.ndarray) and y.ndim != 1:
        return y.ndim > 1 and y.shape[1] > 1
    return not isinstance(y, str | bytes) and hasattr(y, "__iter__") and any(map(_is_list, y))


def _is_list(cell: Any) -> bool:
    return isinstance(cell, _SEVERAL) and not (isinstance(cell, np.ndarray) and cell.ndim == 0)


def read(y: Any) -> LabelSets:
    """`y` as sets of labels. Raises `DataError` for what is neither a matrix of 0 and 1 nor lists of labels."""
    if issparse(y):
        return _of_flags(y.toarray(), range(y.shape[1]))
    if hasattr(y, "columns"):
        return _of_flags(np.asarray(y), list(y.columns))
    if isinstance(y := as_array(y), np.ndarray) and y.ndim > 1:
        return _of_flags(y, range(y.shape[1]))
    cells = listed(y, "a list of labels")
    wide = _width(cells)
    return _of_flags(np.asarray([list(cell) for cell in cells]), range(wide)) if wide else _of_lists(cells)


def _width(cells: Sequence[Any]) -> int:
    """How many labels rows have a 0 or 1 for; 0 where they do not."""
    if not all(isinstance(cell, list | tuple | np.ndarray) for cell in cells):
        return 0
    width = {len(cell) for cell in cells}
    flags = all(not isinstance(item, str) and item in _FLAGS for cell in cells for item in cell)
    return max(width) if flags and len(width) == 1 and max(width) > 1 else 0


def _of_flags(matrix: npt.NDArray[Any], columns: Sequence[Any]) -> LabelSets:
    if matrix.ndim != 2:
        raise DataError(f"expected a matrix of 0 and 1, (texts, labels), found an array of shape {matrix.shape}")
    odd = [(i, cell) for i, row in enumerate(matrix.tolist(), start=1) for cell in row if cell not in _FLAGS]
    if odd:
        number, cell = odd[0]
        raise DataError(
            f"expected 0 or 1 for every label of a text, found {shown(cell, 40)} in row {number}; of one label per "
            "text give one column"
        )
    names = np.asarray(columns, dtype=object if any(isinstance(name, str) for name in columns) else None)
    if len({written(name) for name in names}) < len(names):
        raise DataError(f"expected a column for every label, found two of one name in {shown(list(names), 200)}")
    return LabelSets(names, matrix.astype(bool), as_lists=False)


def _of_lists(cells: Sequence[Any]) -> LabelSets:
    for number, cell in enumerate(cells, start=1):
        if not _is_list(cell):
            raise DataError(
                f"expected a list of labels for every text, [] for none, found {shown(cell, 60)} for item {number}"
            )
        for label in cell:
            if missing(label) or not isinstance(label, str | int | float | np.generic):
                raise DataError(f"expected text or numbers as labels, found {shown(label, 60)} for item {number}")
    labels = [label for cell in cells for label in cell]
    require_one_type(labels)
    names = np.unique(np.asarray(labels)) if labels else np.asarray([], dtype=object)
    numbers = {name: i for i, name in enumerate(names.tolist())}
    holds = np.zeros((len(cells), len(names)), dtype=bool)
    for row, cell in zip(holds, cells, strict=True):
        row[[numbers[label] for label in cell]] = True
    return LabelSets(names, holds, as_lists=True)


def answers(given: npt.NDArray[np.bool_], names: npt.NDArray[Any], as_lists: bool) -> npt.NDArray[Any]:
    """Which labels are `given` (texts, labels), in the form of y: a matrix of 0 and 1, or an array of lists."""
    if not as_lists:
        return given.astype(np.int64)
    found = np.empty(len(given), dtype=object)
    found[:] = [names[row].tolist() for row in given]
    return found


def decisions(outputs: Any) -> Doubles:
    """Log-odds of every label, (texts, labels), moved so that those from 0 on are given. `outputs` (texts, labels + 1)
    are probabilities, of which the last is the one from which on labels are given."""
    found = np.clip(np.asarray(outputs, dtype=np.float64), *_LIMITS)
    odds = np.log(found) - np.log1p(-found)
    return np.asarray(odds[:, :-1] - odds[:, -1:])


def flags(y: Any, names: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Lists of labels as a matrix of 0 and 1 with a column for each of `names`, and for every other label one that
    they have."""
    read_again = read(y)
    known = {name: i for i, name in enumerate(names.tolist())}
    places = [known.setdefault(name, len(known)) for name in read_again.names.tolist()]
    found = np.zeros((len(read_again), len(known)), dtype=np.int64)
    found[:, places] = read_again.holds
    return found
