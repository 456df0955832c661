"""Texts as scikit-learn gives them -> `Rows`: a list, an array, a Series, or a table of one or two columns."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import issparse

from transferkit.data import given_texts
from transferkit.errors import DataError
from transferkit.table.rows import Rows

_SEVERAL = (list, tuple, np.ndarray)


@dataclass(frozen=True)
class Given:
    """`rows` of texts or pairs of texts, and the `names` of the columns of the table that they stood in, if any."""

    rows: Rows
    names: tuple[str, ...] | None = None

    @property
    def columns(self) -> int:
        """1 of texts, 2 of pairs."""
        return 2 if "text_pair" in self.rows else 1


def read(x: Any, pairs: bool | None = None) -> Given:
    """`x` as rows. Two columns, of a table or of an array, are (text, text_pair). Raises `DataError` for what is no
    text, and for what a model of `pairs`, or of single texts, does not take (None: any)."""
    return Given(given_texts.rows_of(_items(x), pairs), _names(x))


def _items(x: Any) -> list[Any]:
    if issparse(x):
        raise DataError("expected texts, found a sparse matrix; give the texts themselves, not their counts")
    if hasattr(x, "columns") and not isinstance(x, type):
        return _side_by_side([x.iloc[:, i] if hasattr(x, "iloc") else x[name] for i, name in enumerate(x.columns)])
    if isinstance(x, np.ndarray) and x.ndim > 1:
        return _side_by_side([x[:, i] for i in range(x.shape[1])])
    return [_alone(item) for item in given_texts.listed(x)]


def _side_by_side(columns: list[Any]) -> list[Any]:
    if len(columns) not in (1, 2):
        raise DataError(
            f"expected one column of texts, or two for pairs of texts, found {len(columns)}; name the column, as in "
            "X['text'], or in ColumnTransformer"
        )
    listed = [given_texts.listed(column) for column in columns]
    return listed[0] if len(listed) == 1 else list(zip(*listed, strict=True))


def _alone(item: Any) -> Any:
    """The text of a row of one cell."""
    several = isinstance(item, _SEVERAL) and not (isinstance(item, np.ndarray) and item.ndim == 0)
    return item[0] if several and len(item) == 1 else item


def _names(x: Any) -> tuple[str, ...] | None:
    """As scikit-learn has them: only where all are text."""
    names = tuple(getattr(x, "columns", ()))
    return names if names and all(isinstance(name, str) for name in names) else None
