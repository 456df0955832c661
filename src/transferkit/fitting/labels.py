"""One label per text, in whatever type."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils.multiclass import check_classification_targets

from transferkit import tasks
from transferkit.arrays import Doubles, Ints
from transferkit.data.labels import written
from transferkit.errors import DataError, shown
from transferkit.fitting.targets import listed, require_one_type
from transferkit.table.values import missing
from transferkit.tasks import Task


@dataclass(frozen=True)
class Labels:
    """`values` (rows,)."""

    values: npt.NDArray[Any]

    def __len__(self) -> int:
        return len(self.values)

    def take(self, positions: Ints) -> "Labels":
        return Labels(self.values[positions])

    @property
    def classes(self) -> npt.NDArray[Any]:
        """The different ones, in their order."""
        return np.unique(self.values)

    @property
    def task(self) -> Task:
        classes = self.classes
        if len(classes) < 2:
            raise DataError(f"expected at least two classes, found one class: {classes.tolist()}")
        return replace(tasks.get("text-classification"), labels=tuple(map(written, classes)))

    @property
    def cells(self) -> list[Any]:
        return [written(label) for label in self.values]


def read(y: Any) -> Labels:
    """`y` as labels. Raises `DataError` for what is no list of labels, and for a row without one."""
    cells = listed(y, "one label")
    for number, label in enumerate(cells, start=1):
        if missing(label):
            raise DataError(f"expected a label for every text, found none for item {number}; leave it out")
        if not isinstance(label, str | int | float | np.generic):
            raise DataError(f"expected text or numbers as labels, found {shown(label, 60)} for item {number}")
    require_one_type(cells)
    texts_of_python = isinstance(y, np.ndarray) and y.dtype.hasobject and all(isinstance(cell, str) for cell in cells)
    labels = np.asarray(cells, dtype=object if texts_of_python else None)
    try:
        check_classification_targets(labels)
    except ValueError as error:
        raise DataError(f"expected labels of classes; scikit-learn says: {str(error).split('. ')[0]}") from None
    return Labels(labels)


def probabilities(outputs: Any) -> Doubles:
    """(rows, classes) as a predictor gives them, each row summing to one as far as doubles can."""
    found = np.asarray(outputs, dtype=np.float64)
    return np.asarray(found / found.sum(axis=1, keepdims=True))


def logs(probabilities: Doubles) -> Doubles:
    """Log-probabilities, all of them finite."""
    return np.asarray(np.log(np.maximum(probabilities, np.finfo(np.float64).tiny)))


def decisions(outputs: Any) -> Doubles:
    """Of two classes the log-odds of the second one, (rows,), above 0 where it is the likelier; of more the
    log-probability of each, (rows, classes)."""
    found = logs(probabilities(outputs))
    return np.asarray(found[:, 1] - found[:, 0] if found.shape[1] == 2 else found)
