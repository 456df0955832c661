"""A linear head on pooled features, solved in closed form and chosen by cross-validation."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from transferkit.arrays import Floats, Ints
from transferkit.cache.depths import Depths, InMemory
from transferkit.networks.head import Head, prepared
from transferkit.training import folds as cross_validation
from transferkit.training import ridge
from transferkit.training.objectives import ShapeKind

STRENGTHS = (0.2, 0.7, 2.5)
_MOST_COLUMNS = 4096
_CHEAP_COLUMNS = 1024
_GRAMS = 4  # besides those of every fold: their total, centred, with a strength on its diagonal, and factorised
_SCORES = 8  # tables of (rows, targets): targets, scores by strength, those of the best, and what quality makes of them


@dataclass(frozen=True)
class Choice:
    """What cross-validation chose: depths, ridge strength and the quality it promised (accuracy; micro F1; R2); `prior`
    as in `Adjustment`."""

    depths: tuple[int, ...]
    strength: float
    quality: float
    prior: float = 0.0


@dataclass(frozen=True)
class _Prepared:
    """The columns of some depths, made of `features` as they are read."""

    features: Depths
    depths: tuple[int, ...]
    center: Floats

    @property
    def shape(self) -> tuple[int, int]:
        rows, _, width = self.features.shape
        return rows, len(self.depths) * width

    def __getitem__(self, rows: Ints) -> Floats:
        return prepared(self.features.read(rows, self.depths), self.center[list(self.depths)])


def fit_head(
    features: Floats | Depths,
    truth: npt.NDArray[Any],
    kind: ShapeKind,
    seed: int,
    groups: Sequence[Any] | Ints | None = None,
    weights: Floats | None = None,
) -> tuple[Head, Choice]:
    """Choose depths and strength by cross-validation on these rows alone, then fit on all of them.

    `features` is (rows, depths, width), `truth` the targets, `groups` what folds do not part (see `folds`), unless
    there are no folds then. Where no row can be held out at all, it is the widest candidate of middle strength.
    `weights` (rows,) says how much each row counts, None for all the same.

    The head is a ridge regression on them (on one-hot labels, a least-squares support vector machine, Suykens &
    Vandewalle 1999): its closed form makes trying many depths and strengths cheaper than one run of an iterative
    solver. Out-of-fold scores set its temperature.

    Features are read block by block, and of many rows again for every candidate: what is held grows with the rows by
    their targets and scores alone.
    """
    features = InMemory(features) if isinstance(features, np.ndarray) else features
    center, targets = _mean(features, weights), kind.regressed(truth)
    folds = cross_validation.folds(truth, seed, groups) or cross_validation.folds(truth, seed)
    if not folds:
        return _unproven_head(features, center, truth, kind, weights)
    evident = np.sort(np.concatenate(folds))
    own = None if weights is None else weights[evident]
    best: _Found | None = None
    for candidate in _tried(features, center, targets, truth, folds, kind, weights):
        for strength, held_out in candidate.scores.items():
            quality = kind.quality(held_out[evident], truth[evident], own)
            if best is None or (quality, -len(candidate.depths)) > (best.quality, -len(best.depths)):
                best = _Found(candidate.depths, strength, quality, held_out, candidate.sums)
    assert best is not None
    depths, strength = best.depths, best.strength
    if best.sums:
        solved = ridge.total(best.sums).solve((strength,))[strength]
    else:
        solved = ridge.solve(_table(features, depths, center), targets, (strength,), weights)[strength]
    adjustment = kind.from_scores(best.scores[evident], truth[evident], own)
    head = Head(center[list(depths)], *solved).adjusted(adjustment)
    return head, Choice(depths, strength, best.quality, adjustment.prior)


@dataclass(frozen=True)
class _Tried:
    """Out-of-fold scores of a candidate by strength, and its sums where they may be used again."""

    depths: tuple[int, ...]
    scores: dict[float, Floats]
    sums: Sequence[ridge.Sums] | None


@dataclass(frozen=True)
class _Found:
    depths: tuple[int, ...]
    strength: float
    quality: float
    scores: Floats
    sums: Sequence[ridge.Sums] | None


def _tried(
    features: Depths,
    center: Floats,
    targets: Floats,
    truth: npt.NDArray[Any],
    folds: Sequence[Ints],
    kind: ShapeKind,
    weights: Floats | None,
) -> Iterator[_Tried]:
    """Every candidate, one after the other."""
    _, depths_there, width = features.shape
    tried = candidates(depths_there, width)
    # A depth's columns are the same alone and among others, so the sums over those of the widest candidate answer for
    # its parts.
    widest = tried[-1]
    together = ridge.sums_of_folds(_table(features, widest, center), targets, folds, weights)
    for depths in tried:
        columns = _table(features, depths, center)
        if together and set(depths) <= set(widest):
            part = _part(widest, depths, width)
            sums: Sequence[ridge.Sums] | None = [whole.part(part) for whole in together]
        else:
            sums = ridge.sums_of_folds(columns, targets, folds, weights)
        scores = _held_out(columns, targets, truth, folds, sums, kind, weights)
        yield _Tried(depths, scores, together if depths == widest else None)


def _table(features: Depths, depths: tuple[int, ...], center: Floats) -> ridge.Table:
    """The columns of `depths`: as an array if it is no larger than a block, else as something to be read."""
    table = _Prepared(features, depths, center)
    rows, columns = table.shape
    return table[np.arange(rows)] if 4 * rows * columns <= ridge.BLOCK_BYTES else table


def _mean(features: Depths, weights: Floats | None) -> Floats:
    """That of all rows, (depths, width)."""
    rows, depths, width = features.shape
    total = np.zeros((depths, width), dtype=np.float64)
    for block in ridge.blocks(np.arange(rows), depths * width):
        read = features.read(block, range(depths))
        counted = read if weights is None else read * weights[block, None, None]
        total += counted.sum(axis=0, dtype=np.float64)
    return np.asarray(total / (rows if weights is None else weights.sum(dtype=np.float64)), dtype=np.float32)


def _unproven_head(
    features: Depths, center: Floats, truth: npt.NDArray[Any], kind: ShapeKind, weights: Floats | None
) -> tuple[Head, Choice]:
    rows, depths_there, width = features.shape
    depths, strength = candidates(depths_there, width)[-1], STRENGTHS[1]
    columns = _table(features, depths, center)
    solved = ridge.solve(columns, kind.regressed(truth), (strength,), weights)
    scores = ridge.scored(columns, np.arange(rows), solved)[strength]
    adjustment = kind.from_own_scores(scores, truth, weights)
    head = Head(center[list(depths)], *solved[strength]).adjusted(adjustment)
    return head, Choice(depths, strength, kind.quality(np.zeros_like(scores), truth, weights), adjustment.prior)


def _held_out(
    columns: ridge.Table,
    targets: Floats,
    truth: npt.NDArray[Any],
    folds: Sequence[Ints],
    sums: Sequence[ridge.Sums] | None,
    kind: ShapeKind,
    weights: Floats | None,
) -> dict[float, Floats]:
    """Out-of-fold scores by strength; where solving is costly, all strengths race on the first fold for the rest."""
    if sums is None or columns.shape[1] <= _CHEAP_COLUMNS:
        return ridge.out_of_fold(columns, targets, folds, sums, STRENGTHS, weights)
    first = ridge.of_fold(0, columns, targets, folds, sums, STRENGTHS, weights)
    own = None if weights is None else weights[folds[0]]
    strength = max(first, key=lambda candidate: kind.quality(first[candidate], truth[folds[0]], own))
    held = np.zeros_like(targets)
    held[folds[0]] = first[strength]
    for i in range(1, len(folds)):
        held[folds[i]] = ridge.of_fold(i, columns, targets, folds, sums, (strength,), weights)[strength]
    return {strength: held}


def fitting_bytes(rows: int, depths: int, width: int, targets: int) -> int:
    """About how much memory `fit_head` needs at its peak, whatever holds the features."""
    spread = candidates(depths, width)[-1]
    columns = len(spread) * width
    held = 4 * min(4 * rows * columns, ridge.BLOCK_BYTES)  # a block as it is read, prepared, and of a single depth
    if rows >= columns:
        held += 4 * columns**2 * (cross_validation.most(rows) + _GRAMS)
    else:
        held += 4 * (_GRAMS * rows**2 + 2 * rows * columns)
    return held + 4 * rows * targets * _SCORES


def _part(widest: tuple[int, ...], depths: tuple[int, ...], width: int) -> slice:
    """Where the columns of `depths`, all of `widest` or one of them, stand among those of `widest`."""
    start = 0 if depths == widest else widest.index(depths[0]) * width
    return slice(start, start + len(depths) * width)


def candidates(depths: int, width: int) -> list[tuple[int, ...]]:
    """Every depth alone, and as many evenly spread as fit into 4,096 columns together."""
    most = max(1, min(depths, _MOST_COLUMNS // width))
    spread = tuple(sorted({round(i) for i in np.linspace(depths - 1, 0, most)}))
    return list(dict.fromkeys([*((d,) for d in range(depths)), spread]))
