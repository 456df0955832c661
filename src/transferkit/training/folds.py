"""Folds for cross-validation on labelled rows."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
_MANY_ROWS = 1000


def folds(
    given: npt.NDArray[Any], seed: int, groups: Sequence[Any] | Ints | None = None, count: int | None = None
) -> list[Ints]:
    """Positions held out in turn, every row once: three folds above 1,000 rows, else five, stratified by label.

    `groups` (rows,) says which rows belong together. None is parted then, and labels come as they fall: a fold may
    have all rows of one. With fewer than two groups for every fold they do not count.
    """
    rows = len(given)
    usual = count or (3 if rows > _MANY_ROWS else 5)
    if groups is not None and (found := _by_group(groups, usual, seed)):
        return found
    if given.dtype != np.int64:
        order = np.random.default_rng(seed).permutation(rows)
        return [np.sort(part) for part in np.array_split(order, max(2, min(usual, rows // 2)))]
    smallest = int(np.bincount(given)[np.unique(given)].min())
    if smallest < 2:
        return [np.arange(i, rows, 2) for i in range(2)]
    from sklearn.model_selection import StratifiedKFold  # brings pandas and SciPy's statistics along

    splitter = StratifiedKFold(max(2, min(usual, smallest)), shuffle=True, random_state=seed)
    return [held_out for _, held_out in splitter.split(given, given)]


def _by_group(groups: Sequence[Any] | Ints, count: int, seed: int) -> list[Ints] | None:
    """None where every row is a group, or there are too few of them."""
    numbers: dict[Any, int] = {}
    group = np.array([numbers.setdefault(each, len(numbers)) for each in groups])
    if not 2 * count <= len(numbers) < len(group):
        return None
    fold = (np.random.default_rng(seed).permutation(len(numbers)) % count)[group]
    return [np.flatnonzero(fold == i) for i in range(count)]
