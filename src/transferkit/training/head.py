"""A linear head on pooled features, solved in closed form and chosen by cross-validation."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file, save_file

from transferkit.training import folds as cross_validation
from transferkit.training import ridge, unproven
from transferkit.training.inference import Floats
from transferkit.training.shapes import Adjustment, ShapeKind

Ints = npt.NDArray[np.int64]

STRENGTHS = (0.2, 0.7, 2.5)
_NEVER = -30.0
_MOST_COLUMNS = 4096
_CHEAP_COLUMNS = 1024


@dataclass(frozen=True)
class Head:
    """logits = unit(features - center) @ weights + bias, `unit` scaling every depth to length one.

    `center` is (depths, width), `weights` (depths * width, labels), `bias` (labels,).
    """

    center: Floats
    weights: Floats
    bias: Floats

    @property
    def parameters(self) -> int:
        return int(self.center.size + self.weights.size + self.bias.size)

    def logits(self, features: Floats) -> Floats:
        """(rows, depths, width) to (rows, labels)."""
        return np.asarray(prepared(features, self.center) @ self.weights + self.bias)

    def widened(self, labels: int) -> "Head":
        """The head with scores for `labels` labels: those that it has not seen are never the likeliest."""
        more = labels - len(self.bias)
        bias = np.pad(self.bias, (0, more), constant_values=_NEVER)
        return Head(self.center, np.pad(self.weights, ((0, 0), (0, more))), bias.astype(np.float32))

    def adjusted(self, adjustment: Adjustment) -> "Head":
        """The head with its logits adjusted."""
        bias = self.bias * adjustment.scale + adjustment.shift
        return Head(self.center, self.weights * adjustment.scale, np.asarray(bias, dtype=np.float32))

    def save(self, path: Path) -> None:
        tensors = {"center": self.center, "weights": self.weights, "bias": self.bias}
        save_file({name: np.ascontiguousarray(value, dtype=np.float32) for name, value in tensors.items()}, path)

    @staticmethod
    def load(path: Path) -> "Head":
        tensors = load_file(path)
        return Head(tensors["center"], tensors["weights"], tensors["bias"])


@dataclass(frozen=True)
class Choice:
    """What cross-validation chose: depths, ridge strength and the quality it promised (accuracy; micro F1; R2)."""

    depths: tuple[int, ...]
    strength: float
    quality: float


def prepared(features: Floats, center: Floats) -> Floats:
    """Centre, scale every depth of every row (or word) to length one, flatten: (..., depths * width)."""
    centred = features - center
    lengths = np.linalg.norm(centred, axis=-1, keepdims=True)
    return np.asarray((centred / np.maximum(lengths, 1e-9)).reshape(*features.shape[:-2], -1), dtype=np.float32)


def fit_head(
    features: Floats, given: npt.NDArray[Any], kind: ShapeKind, seed: int, groups: Sequence[Any] | Ints | None = None
) -> tuple[Head, Choice]:
    """Choose depths and strength by cross-validation on these rows alone, then fit on all of them.

    `features` is (rows, depths, width), `given` the targets, `groups` what folds do not part (see `folds`), unless
    there are no folds then. Where no row can be held out at all, it is the widest candidate of middle strength. The
    head is a ridge regression on them (on one-hot labels, a least-squares support vector machine, Suykens &
    Vandewalle 1999): its closed form makes trying many depths and strengths cheaper than one run of an iterative
    solver. Out-of-fold scores set its temperature.
    """
    center = features.mean(axis=0)
    targets = kind.regressed(given)
    folds = cross_validation.folds(given, seed, groups) or cross_validation.folds(given, seed)
    if not folds:
        return _unproven_head(features, given, kind)
    evident = np.sort(np.concatenate(folds))
    tried = candidates(features.shape[1], features.shape[2])
    # A depth's columns are the same alone and among others, so the widest candidate's, and the sums over them,
    # answer for its parts.
    widest, width = tried[-1], features.shape[2]
    everything = prepared(features[:, widest], center[list(widest)])
    together = ridge.sums_of_folds(everything, targets, folds)
    scores: dict[tuple[tuple[int, ...], float], Floats] = {}
    for depths in tried:
        if set(depths) <= set(widest):
            part = _part(widest, depths, width)
            columns = everything[:, part]
            sums = [each.part(part) for each in together] if together else ridge.sums_of_folds(columns, targets, folds)
        else:
            columns = prepared(features[:, depths], center[list(depths)])
            sums = ridge.sums_of_folds(columns, targets, folds)
        for strength, held_out in _held_out(columns, targets, given, folds, sums, kind).items():
            scores[depths, strength] = held_out
    quality = {key: kind.quality(held_out[evident], given[evident]) for key, held_out in scores.items()}
    depths, strength = max(quality, key=lambda key: (quality[key], -len(key[0])))
    if together and depths == widest:
        weights, bias = ridge.total(together).solve((strength,))[strength]
    else:
        columns = prepared(features[:, depths], center[list(depths)])
        weights, bias = ridge.solve(columns, targets, (strength,))[strength]
    adjustment = kind.from_scores(scores[depths, strength][evident], given[evident])
    head = Head(center[list(depths)], weights, bias).adjusted(adjustment)
    return head, Choice(depths, strength, quality[depths, strength])


def _unproven_head(features: Floats, given: npt.NDArray[Any], kind: ShapeKind) -> tuple[Head, Choice]:
    depths, strength = candidates(features.shape[1], features.shape[2])[-1], STRENGTHS[1]
    center = features[:, depths].mean(axis=0)
    columns = prepared(features[:, depths], center)
    weights, bias = ridge.solve(columns, kind.regressed(given), (strength,))[strength]
    scores = np.asarray(columns @ weights + bias)
    head = Head(center, weights, bias).adjusted(unproven.adjustment(kind, scores, given))
    return head, Choice(depths, strength, kind.quality(np.zeros_like(scores), given))


def _held_out(
    columns: Floats,
    targets: Floats,
    given: npt.NDArray[Any],
    folds: Sequence[Ints],
    sums: Sequence[ridge.Sums] | None,
    kind: ShapeKind,
) -> dict[float, Floats]:
    """Out-of-fold scores by strength; where solving is costly, all strengths race on the first fold for the rest."""
    if sums is None or columns.shape[1] <= _CHEAP_COLUMNS:
        return ridge.out_of_fold(columns, targets, folds, sums, STRENGTHS)
    first = ridge.of_fold(0, columns, targets, folds, sums, STRENGTHS)
    strength = max(first, key=lambda each: kind.quality(first[each], given[folds[0]]))
    held = np.zeros_like(targets)
    held[folds[0]] = first[strength]
    for i in range(1, len(folds)):
        held[folds[i]] = ridge.of_fold(i, columns, targets, folds, sums, (strength,))[strength]
    return {strength: held}


def _part(widest: tuple[int, ...], depths: tuple[int, ...], width: int) -> slice:
    """Where the columns of `depths`, all of `widest` or one of them, stand among those of `widest`."""
    start = 0 if depths == widest else widest.index(depths[0]) * width
    return slice(start, start + len(depths) * width)


def candidates(depths: int, width: int) -> list[tuple[int, ...]]:
    """Every depth alone, and as many evenly spread as fit into 4,096 columns together."""
    most = max(1, min(depths, _MOST_COLUMNS // width))
    spread = tuple(sorted({round(i) for i in np.linspace(depths - 1, 0, most)}))
    return list(dict.fromkeys([*((d,) for d in range(depths)), spread]))
