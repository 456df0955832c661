"""Folds for cross-validation on labelled rows: stratified by label, and no group is parted."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from transferkit.arrays import Ints

_MANY_ROWS = 1000


def folds(
    targets: npt.NDArray[Any], seed: int, groups: Sequence[Any] | Ints | None = None, count: int | None = None
) -> list[Ints]:
    """Disjoint positions to hold out in turn, each sorted, drawn by `seed`; at most `count` folds.

    `targets` are labels (rows,) as integers, label sets (rows, labels) with 1 where a label is given, or numbers
    (rows,). By default there are three folds above 1,000 rows, else five; fewer where there are not two rows for each,
    or no label with that many rows.

    `groups` (rows,) names what belongs together: all rows of a group are in one fold or in none. Every label of a row
    that is held out also occurs among the rows that are not. So the rows of a label with a single row (or group) are
    in no fold, and neither is the rest of that group: they are always trained on. There are no folds at all where
    nothing is left to hold out.
    """
    rows = len(targets)
    wanted = count or most(rows)
    group = _numbered(groups) if groups is not None else np.arange(rows)
    pairs = _labels_of_groups(targets, group)
    free = np.ones(int(group.max(initial=-1)) + 1, dtype=bool)
    free[pairs[_times(pairs[:, 1]) < 2, 0]] = False
    if len(free) < rows:
        fold = _by_groups(pairs, np.bincount(group), free, wanted, seed)
    elif np.issubdtype(targets.dtype, np.integer) and targets.ndim == 1:
        fold = _by_label(targets, free, wanted, seed)
    else:
        fold = np.where(free, _by_chance(rows, wanted, seed), -1)
    _let_every_label_train(fold, pairs)
    held_out = fold[group]
    parts = [np.flatnonzero(held_out == i) for i in range(int(fold.max(initial=-1)) + 1)]
    return [part for part in parts if 0 < len(part) < rows]


def most(rows: int) -> int:
    """Folds of so many rows, where nothing else is asked for: three above 1,000 rows, else five."""
    return 3 if rows > _MANY_ROWS else 5


def _numbered(groups: Sequence[Any] | Ints) -> Ints:
    """Numbers from 0 in the order in which groups are met first."""
    numbers: dict[Any, int] = {}
    return np.array([numbers.setdefault(group, len(numbers)) for group in groups], dtype=np.int64)


def _labels_of_groups(targets: npt.NDArray[Any], group: Ints) -> Ints:
    """Every group with every label of its rows, once: (pairs, 2). None for numbers."""
    if targets.ndim > 1:
        row, label = np.nonzero(targets > 0)
    elif np.issubdtype(targets.dtype, np.integer):
        row, label = np.arange(len(targets)), targets
    else:
        row = label = np.empty(0, dtype=np.int64)
    label = np.unique(label, return_inverse=True)[1]
    labels = int(label.max(initial=0)) + 1
    code = np.unique(group[row] * labels + label)
    return np.stack([code // labels, code % labels], axis=1)


def _times(label: Ints) -> Ints:
    """How often every entry of `label` is there."""
    return np.asarray(np.bincount(label)[label] if len(label) else label)


def _by_label(targets: Ints, free: npt.NDArray[np.bool_], wanted: int, seed: int) -> Ints:
    """The fold of every row, -1 for those not `free`: the folds of scikit-learn's StratifiedKFold, which refuses a
    label with fewer rows than folds."""
    fold = np.full(len(targets), -1, dtype=np.int64)
    _, first, label = np.unique(targets[free], return_index=True, return_inverse=True)
    if not len(first):
        return fold
    met = np.argsort(np.argsort(first))[label]
    folds = max(2, min(wanted, int(np.bincount(met).max())))
    ordered, random = np.sort(met), np.random.RandomState(seed)
    share = np.stack([np.bincount(ordered[i::folds], minlength=len(first)) for i in range(folds)])
    drawn = [np.arange(folds).repeat(counts) for counts in share.T]
    for numbers in drawn:
        random.shuffle(numbers)
    fold[np.flatnonzero(free)[np.argsort(met, kind="stable")]] = np.concatenate(drawn)
    return fold


def _by_chance(rows: int, wanted: int, seed: int) -> Ints:
    fold = np.empty(rows, dtype=np.int64)
    order = np.random.default_rng(seed).permutation(rows)
    for i, part in enumerate(np.array_split(order, max(2, min(wanted, rows // 2)))):
        fold[part] = i
    return fold


def _by_groups(pairs: Ints, sizes: Ints, free: npt.NDArray[np.bool_], wanted: int, seed: int) -> Ints:
    """The fold of every group, -1 for those not `free`.

    Groups with the rarest labels come first, large ones before small ones. Each goes where its rarest label has the
    fewest groups so far, and among such folds where there are the fewest rows (Sechidis et al. 2011, for groups).
    """
    fold = np.full(len(free), -1, dtype=np.int64)
    rarity = np.full(len(free), len(free))
    np.minimum.at(rarity, pairs[:, 0], _times(pairs[:, 1]))
    labels: list[list[int]] = [[] for _ in free]
    for group, label in pairs[np.argsort(-_times(pairs[:, 1]), kind="stable")].tolist():
        labels[group].append(label)  # the rarest last
    order = np.random.default_rng(seed).permutation(len(free))
    order = order[free[order]]
    order = order[np.lexsort((-sizes[order], rarity[order]))]
    folds = max(1, min(wanted, len(order)))
    rows, there = [0] * folds, [[0] * (int(pairs[:, 1].max(initial=0)) + 1) for _ in range(folds)]
    for group in order.tolist():
        rarest = labels[group][-1] if labels[group] else 0
        chosen = min(range(folds), key=lambda i: (there[i][rarest], rows[i]))
        fold[group] = chosen
        rows[chosen] += int(sizes[group])
        for label in labels[group]:
            there[chosen][label] += 1
    return fold


def _let_every_label_train(fold: Ints, pairs: Ints) -> None:
    """Take a group out of its fold, in place, for every label that one fold has altogether."""
    first = np.unique(pairs[:, 1], return_index=True)[1]
    group = pairs[first, 0][pairs[:, 1]] if len(pairs) else pairs[:, 0]
    parted = np.zeros(len(first), dtype=bool)
    np.logical_or.at(parted, pairs[:, 1], (fold[pairs[:, 0]] != fold[group]) | (fold[pairs[:, 0]] < 0))
    fold[pairs[first[~parted], 0]] = -1
