"""Estimators of texts that are given rows of numbers, as scikit-learn's own checks have them: every number is written
as a word, which names its column and about how large it is."""

from string import ascii_lowercase
from typing import Any, Self

import numpy as np
from scipy.sparse import issparse
from sklearn.utils.validation import check_is_fitted

from transferkit import TransferClassifier, TransferFeatures, TransferRegressor


def worded(x: Any) -> Any:
    """A text per row; what has no rows and columns of finite numbers stays what it is."""
    if issparse(x):
        return x
    table = np.asarray(x, dtype=np.float64)
    if table.ndim != 2:
        raise ValueError("expected 2D array: Reshape your data")
    sizes = np.clip(np.nan_to_num(np.round(table * 2), nan=0) + 13, 0, 25).astype(int)
    return [" ".join(ascii_lowercase[j % 26] + ascii_lowercase[size] for j, size in enumerate(row)) for row in sizes]


def _width(x: Any) -> int:
    return int((*np.asarray(x).shape, 0)[1]) if not issparse(x) else x.shape[1]


class _OfNumbers:
    _width: int

    def fit(self, X: Any, y: Any = None, **given: Any) -> Self:  # noqa: N803
        self._width = _width(X)
        super().fit(worded(X), y, **given)  # type: ignore[misc]
        return self

    def _again(self, x: Any) -> Any:
        check_is_fitted(self)
        texts = worded(x)
        if _width(x) != self._width:
            raise ValueError(f"expected {self._width} numbers in a row as in fit, found {_width(x)}")
        return texts

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()  # type: ignore[misc]
        tags.input_tags.two_d_array = True
        return tags


class Classifier(_OfNumbers, TransferClassifier):
    def fit(self, X: Any, y: Any, groups: Any = None, times: Any = None, sample_weight: Any = None) -> Self:  # noqa: N803
        return super().fit(X, y, groups=groups, times=times, sample_weight=sample_weight)

    def _outputs(self, x: Any) -> Any:
        return super()._outputs(self._again(x))


class Regressor(_OfNumbers, TransferRegressor):
    def fit(self, X: Any, y: Any, groups: Any = None, times: Any = None, sample_weight: Any = None) -> Self:  # noqa: N803
        return super().fit(X, y, groups=groups, times=times, sample_weight=sample_weight)

    def _outputs(self, x: Any) -> Any:
        return super()._outputs(self._again(x))


class Features(_OfNumbers, TransferFeatures):
    def transform(self, X: Any) -> Any:  # noqa: N803
        return super().transform(self._again(X))
