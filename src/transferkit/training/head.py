"""A linear head on pooled features, solved in closed form and chosen by cross-validation."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from safetensors.numpy import load_file, save_file
from sklearn.model_selection import StratifiedKFold

from transferkit.training.calibration import best_scale
from transferkit.training.inference import Floats, softmax

Ints = npt.NDArray[np.int64]

STRENGTHS = (0.1, 0.3, 1.0, 3.0)
_MOST_COLUMNS = 4096


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

    def probabilities(self, features: Floats) -> Floats:
        """(rows, depths, width) to (rows, labels)."""
        return softmax(self.logits(features))

    def rescaled(self, factor: float) -> "Head":
        """The head with its logits multiplied by `factor`."""
        return Head(self.center, self.weights * factor, self.bias * factor)

    def save(self, path: Path) -> None:
        tensors = {"center": self.center, "weights": self.weights, "bias": self.bias}
        save_file({name: np.ascontiguousarray(value, dtype=np.float32) for name, value in tensors.items()}, path)

    @staticmethod
    def load(path: Path) -> "Head":
        tensors = load_file(path)
        return Head(tensors["center"], tensors["weights"], tensors["bias"])


@dataclass(frozen=True)
class Choice:
    """What cross-validation chose: depths, ridge strength and the accuracy it promised."""

    depths: tuple[int, ...]
    strength: float
    accuracy: float


def prepared(features: Floats, center: Floats) -> Floats:
    """Centre, scale every depth of every row to length one, flatten: (rows, depths * width)."""
    centred = features - center
    lengths = np.linalg.norm(centred, axis=-1, keepdims=True)
    return np.asarray((centred / np.maximum(lengths, 1e-9)).reshape(len(features), -1), dtype=np.float32)


def fit_head(features: Floats, labels: Ints, classes: int, seed: int) -> tuple[Head, Choice]:
    """Choose depths and strength by cross-validated accuracy on these rows alone, then fit on all of them.

    `features` is (rows, depths, width). The head is a ridge regression on one-hot labels (a least-squares
    support vector machine, Suykens & Vandewalle 1999): its closed form makes trying many depths and
    strengths cheaper than one run of an iterative solver. Out-of-fold scores set its temperature.
    """
    center = features.mean(axis=0)
    targets = np.eye(classes, dtype=np.float32)[labels]
    folds = _folds(labels, seed)
    scores: dict[tuple[tuple[int, ...], float], Floats] = {}
    for depths in candidates(features.shape[1], features.shape[2]):
        columns = prepared(features[:, depths], center[list(depths)])
        for strength, held_out in _out_of_fold(columns, targets, folds).items():
            scores[depths, strength] = held_out
    accuracy = {key: float((held_out.argmax(axis=1) == labels).mean()) for key, held_out in scores.items()}
    depths, strength = max(accuracy, key=lambda key: (accuracy[key], -len(key[0])))
    columns = prepared(features[:, depths], center[list(depths)])
    weights, bias = _solve(columns, targets, (strength,))[strength]
    scale = best_scale(scores[depths, strength], labels)
    head = Head(center[list(depths)], weights * scale, bias * scale)
    return head, Choice(depths, strength, accuracy[depths, strength])


def candidates(depths: int, width: int) -> list[tuple[int, ...]]:
    """Every depth alone, and as many evenly spread as fit into 4,096 columns together."""
    most = max(1, min(depths, _MOST_COLUMNS // width))
    spread = tuple(sorted({round(i) for i in np.linspace(depths - 1, 0, most)}))
    return list(dict.fromkeys([*((d,) for d in range(depths)), spread]))


def _folds(labels: Ints, seed: int) -> list[Ints]:
    smallest = int(np.bincount(labels)[np.unique(labels)].min())
    count = max(2, min(3 if len(labels) > 1000 else 5, smallest))
    splitter = StratifiedKFold(count, shuffle=True, random_state=seed)
    if smallest < 2:
        return [np.arange(i, len(labels), 2) for i in range(2)]
    return [held_out for _, held_out in splitter.split(labels, labels)]


def _out_of_fold(columns: Floats, targets: Floats, folds: Sequence[Ints]) -> dict[float, Floats]:
    """Scores of every row from a head that has not seen it, by strength."""
    held = {strength: np.zeros_like(targets) for strength in STRENGTHS}
    products = _Products.of(columns, targets) if columns.shape[1] <= len(columns) else None
    for fold in folds:
        if products is None:
            rest = np.setdiff1d(np.arange(len(columns)), fold)
            solved = _solve(columns[rest], targets[rest], STRENGTHS)
        else:
            # The sums over all rows minus those over the fold: every row is multiplied twice, not once a fold.
            solved = (products - _Products.of(columns[fold], targets[fold])).solve(STRENGTHS)
        for strength, (weights, bias) in solved.items():
            held[strength][fold] = columns[fold] @ weights + bias
    return held


def _solve(columns: Floats, targets: Floats, strengths: Sequence[float]) -> dict[float, tuple[Floats, Floats]]:
    """Ridge weights and bias per strength; through the rows' kernel where there are fewer rows than columns."""
    if columns.shape[1] <= len(columns):
        return _Products.of(columns, targets).solve(strengths)
    mean, answer = columns.mean(axis=0), targets.mean(axis=0)
    centred = columns - mean
    kernel = centred @ centred.T
    solved = {}
    for strength in strengths:
        weights = centred.T @ _shifted_solve(kernel, strength, targets - answer)
        solved[strength] = (weights, answer - mean @ weights)
    return solved


def _shifted_solve(matrix: Floats, strength: float, right: Floats) -> Floats:
    """(matrix + strength * I)^-1 right, by Cholesky (torch's is the fastest at float32)."""
    shifted = torch.from_numpy(matrix) + strength * torch.eye(len(matrix))
    solution: Floats = torch.cholesky_solve(torch.from_numpy(right), torch.linalg.cholesky(shifted)).numpy()
    return solution


@dataclass(frozen=True)
class _Products:
    """The sums a ridge regression needs: rows, columns, targets, and their inner products."""

    rows: int
    columns: Floats
    targets: Floats
    gram: Floats
    cross: Floats

    @staticmethod
    def of(columns: Floats, targets: Floats) -> "_Products":
        return _Products(
            len(columns), columns.sum(axis=0), targets.sum(axis=0), columns.T @ columns, columns.T @ targets
        )

    def __sub__(self, other: "_Products") -> "_Products":
        return _Products(
            self.rows - other.rows,
            self.columns - other.columns,
            self.targets - other.targets,
            self.gram - other.gram,
            self.cross - other.cross,
        )

    def solve(self, strengths: Sequence[float]) -> dict[float, tuple[Floats, Floats]]:
        mean = np.asarray(self.columns / self.rows, dtype=np.float32)
        answer = np.asarray(self.targets / self.rows, dtype=np.float32)
        gram = np.asarray(self.gram - self.rows * np.outer(mean, mean), dtype=np.float32)
        cross = np.asarray(self.cross - self.rows * np.outer(mean, answer), dtype=np.float32)
        solved = {}
        for strength in strengths:
            weights = _shifted_solve(gram, strength, cross)
            solved[strength] = (weights, answer - mean @ weights)
        return solved
