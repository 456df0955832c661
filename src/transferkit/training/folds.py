"""Folds for cross-validation on labelled rows."""

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import StratifiedKFold

Ints = npt.NDArray[np.int64]
_MANY_ROWS = 1000


def folds(given: npt.NDArray[Any], seed: int) -> list[Ints]:
    """Positions held out in turn, every row once: three folds above 1,000 rows, else five, stratified by label."""
    rows = len(given)
    usual = 3 if rows > _MANY_ROWS else 5
    if given.dtype != np.int64:
        order = np.random.default_rng(seed).permutation(rows)
        return [np.sort(part) for part in np.array_split(order, max(2, min(usual, rows // 2)))]
    smallest = int(np.bincount(given)[np.unique(given)].min())
    if smallest < 2:
        return [np.arange(i, rows, 2) for i in range(2)]
    splitter = StratifiedKFold(max(2, min(usual, smallest)), shuffle=True, random_state=seed)
    return [held_out for _, held_out in splitter.split(given, given)]
