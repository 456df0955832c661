"""Groups, times and weights as scikit-learn gives them -> columns of `Rows`."""

from collections.abc import Mapping, Set
from dataclasses import replace
from numbers import Real
from typing import Any

import numpy as np

from transferkit.arrays import Ints
from transferkit.data import memberships, weights
from transferkit.errors import DataError, shown
from transferkit.fitting.targets import as_array
from transferkit.table import prose
from transferkit.table.column_names import WEIGHT
from transferkit.table.rows import Rows


def with_memberships(rows: Rows, cells_by_name: Mapping[str, Any]) -> Rows:
    """`rows` with the columns of groups and times in `cells_by_name`."""
    columns = {name: list(values) for name, values in cells_by_name.items() if values is not None}
    for name, cells in columns.items():
        if len(cells) != len(rows):
            raise DataError(f"expected {name}s for each of {prose.counted(len(rows), 'text')}, found {len(cells)}")
    named = {name: f"{name}s" for name in columns}
    return memberships.read(replace(rows, columns={**rows.columns, **columns}), named)


def weighted(rows: Rows, sample_weights: Any) -> tuple[Rows, Ints]:
    """`rows` with weights, without those of weight 0, and the positions of the others."""
    everything = np.arange(len(rows))
    if sample_weights is None:
        return rows, everything
    sample_weights = as_array(sample_weights)
    one, many = isinstance(sample_weights, Real), prose.counted(len(rows), "text")
    expected = f"expected a weight for each of {many}"
    if getattr(sample_weights, "ndim", 1) != 1 and not one:
        raise DataError(f"{expected}, found an array of shape {sample_weights.shape}")
    if not one and (isinstance(sample_weights, str | bytes | Mapping | Set) or not hasattr(sample_weights, "__len__")):
        raise DataError(f"{expected}, found {shown(sample_weights, 60)}")
    cells = [sample_weights] * len(rows) if one else list(sample_weights)
    if len(cells) != len(rows):
        raise DataError(f"{expected}, found {len(cells)}")
    rows = weights.read(replace(rows, columns={**rows.columns, WEIGHT: cells}), {WEIGHT: "sample_weight"})
    kept = everything[np.asarray(rows[WEIGHT], dtype=bool)]
    return rows.take(kept), kept
