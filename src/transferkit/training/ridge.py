"""Ridge regression from sums over rows: one pass over the rows answers for every fold, part and strength."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from transferkit.training.inference import Floats

Ints = npt.NDArray[np.int64]
# By strength: weights (columns, targets) and bias (targets,).
Solved = dict[float, tuple[Floats, Floats]]


@dataclass(frozen=True)
class Sums:
    """The sums a ridge regression needs: rows, columns, targets, and their inner products."""

    rows: int
    columns: Floats
    targets: Floats
    gram: Floats
    cross: Floats

    @staticmethod
    def of(columns: Floats, targets: Floats) -> "Sums":
        return Sums(len(columns), columns.sum(axis=0), targets.sum(axis=0), columns.T @ columns, columns.T @ targets)

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            self.rows + other.rows,
            self.columns + other.columns,
            self.targets + other.targets,
            self.gram + other.gram,
            self.cross + other.cross,
        )

    def part(self, chosen: slice) -> "Sums":
        """The sums over these columns alone."""
        return Sums(self.rows, self.columns[chosen], self.targets, self.gram[chosen, chosen], self.cross[chosen])

    def solve(self, strengths: Sequence[float]) -> Solved:
        mean = np.asarray(self.columns / self.rows, dtype=np.float32)
        answer = np.asarray(self.targets / self.rows, dtype=np.float32)
        gram = np.outer(-self.columns, mean)
        gram += self.gram
        cross = self.cross - np.outer(self.columns, answer)
        solved = {}
        for strength, weights in _shifted_solves(gram, strengths, cross):
            solved[strength] = (weights, answer - mean @ weights)
        return solved


def solve(columns: Floats, targets: Floats, strengths: Sequence[float]) -> Solved:
    """Ridge weights and bias per strength; through the rows' kernel where there are fewer rows than columns."""
    if columns.shape[1] <= len(columns):
        return Sums.of(columns, targets).solve(strengths)
    mean, answer = columns.mean(axis=0), targets.mean(axis=0)
    centred = columns - mean
    kernel = centred @ centred.T
    solved = {}
    for strength, duals in _shifted_solves(kernel, strengths, targets - answer):
        weights = centred.T @ duals
        solved[strength] = (weights, answer - mean @ weights)
    return solved


def sums_of_folds(columns: Floats, targets: Floats, folds: Sequence[Ints]) -> list[Sums] | None:
    """The sums over every fold, then those over the rows in none, if there are any. None where there are fewer rows
    than columns: then the kernel is smaller."""
    if columns.shape[1] > len(columns):
        return None
    others = np.setdiff1d(np.arange(len(columns)), np.concatenate(folds))
    return [Sums.of(columns[part], targets[part]) for part in (*folds, *([others] if len(others) else []))]


def out_of_fold(
    columns: Floats, targets: Floats, folds: Sequence[Ints], sums: Sequence[Sums] | None, strengths: Sequence[float]
) -> dict[float, Floats]:
    """Scores of every row of `folds`, by strength, from a regression that has not seen it; zeros for rows in none."""
    held = {strength: np.zeros_like(targets) for strength in strengths}
    for i in range(len(folds)):
        for strength, scores in of_fold(i, columns, targets, folds, sums, strengths).items():
            held[strength][folds[i]] = scores
    return held


def of_fold(
    i: int,
    columns: Floats,
    targets: Floats,
    folds: Sequence[Ints],
    sums: Sequence[Sums] | None,
    strengths: Sequence[float],
) -> dict[float, Floats]:
    """Scores of the rows of fold `i`, by strength, from a regression on all others."""
    if sums is None:
        rest = np.setdiff1d(np.arange(len(columns)), folds[i])
        solved = solve(columns[rest], targets[rest], strengths)
    else:
        solved = total([*sums[:i], *sums[i + 1 :]]).solve(strengths)
    return {strength: columns[folds[i]] @ weights + bias for strength, (weights, bias) in solved.items()}


def total(sums: Sequence[Sums]) -> Sums:
    first, *rest = sums
    for each in rest:
        first = first + each
    return first


def _shifted_solves(matrix: Floats, strengths: Sequence[float], right: Floats) -> Iterator[tuple[float, Floats]]:
    """(matrix + strength * I)^-1 right for every strength, by Cholesky (torch's is the fastest at float32)."""
    given, answers = torch.from_numpy(matrix), torch.from_numpy(right)
    shifted, factor = torch.empty_like(given), torch.empty_like(given)
    for strength in strengths:
        shifted.copy_(given).diagonal().add_(strength)
        torch.linalg.cholesky(shifted, out=factor)
        solution: Floats = torch.cholesky_solve(answers, factor).numpy()
        yield strength, solution
