"""What rows are labelled with, as scikit-learn gives it: one label, several, or a number. One kind, one file beside."""

import warnings
from collections.abc import Mapping, Set
from typing import Any, Protocol, Self

import numpy as np
import numpy.typing as npt
from scipy.sparse import issparse
from sklearn.exceptions import DataConversionWarning

from transferkit.arrays import Ints
from transferkit.errors import DataError, shown
from transferkit.tasks import Task


class Targets(Protocol):
    """Those of some rows."""

    def __len__(self) -> int:
        """Of how many rows."""

    def take(self, positions: Ints) -> Self:
        """Those of the rows at `positions`."""

    @property
    def task(self) -> Task:
        """What is to be learned of them. Raises `DataError` where there is nothing to tell apart."""

    @property
    def cells(self) -> list[Any]:
        """The target of every row as the task has it."""


def listed(y: Any, wanted: str) -> list[Any]:
    """One target per row, of whatever holds them in an order of its own; a column becomes a list with scikit-learn's
    warning. Raises `DataError` for all else; `wanted` says what a target is."""
    if y is None:
        raise DataError(
            f"expected {wanted} for every text: this estimator requires y to be passed, but the target y is None"
        )
    y = as_array(y)
    alone = isinstance(y, str | bytes) or (isinstance(y, np.ndarray) and y.ndim == 0)
    if alone or isinstance(y, Mapping | Set) or issparse(y) or not hasattr(y, "__len__"):
        raise DataError(f"expected a list with {wanted} for every text, found {shown(y, 60)}")
    if hasattr(y, "columns"):
        y = np.asarray(y)
    if isinstance(y, np.ndarray) and y.ndim > 1:
        if y.size != len(y):
            raise DataError(f"expected {wanted} per text, found an array of shape {y.shape}")
        warnings.warn(
            "A column-vector y was passed when a 1d array was expected; change the shape of y to (rows,), for example "
            "with ravel()",
            DataConversionWarning,
            stacklevel=2,
        )
        y = y.ravel()
    return list(y)


def as_array(values: Any) -> Any:
    """`values` as an array, where they are of a library that numpy reads; those of pandas, lists and all else stay."""
    return np.asarray(values) if hasattr(values, "__array__") and not hasattr(values, "iloc") else values


def require_one_type(labels: npt.NDArray[Any] | list[Any]) -> None:
    """Raise `DataError` where some labels are text and others numbers, so that they have no order."""
    texts = [label for label in labels if isinstance(label, str)]
    others = [label for label in labels if not isinstance(label, str)]
    if texts and others:
        raise DataError(
            f"expected labels of one type, found text ({shown(texts[0], 40)}) and numbers ({shown(others[0], 40)}); "
            "write them alike"
        )
