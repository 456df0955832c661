"""Ridge regression from sums over rows: one pass over the rows answers for every fold, part and strength.

Tables are read a block of rows at a time, so that they need not fit in memory.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import torch

from transferkit.arrays import Floats, Ints

BLOCK_BYTES = 32 * 2**20
"""Of a table, at most, that are held at once."""

# By strength: weights (columns, targets) and bias (targets,).
Solved = dict[float, tuple[Floats, Floats]]


class Columns(Protocol):
    """A table of numbers (rows, columns) that is made as it is read, like an array otherwise."""

    @property
    def shape(self) -> tuple[int, ...]:
        """(rows, columns)."""

    def __getitem__(self, rows: Ints) -> Floats:
        """Some rows."""


Table = Floats | Columns


def blocks(rows: Ints, columns: int) -> Iterator[Ints]:
    """`rows` in parts of which a table with so many float32 `columns` may be held."""
    most = max(1, BLOCK_BYTES // (4 * max(1, columns)))
    for start in range(0, len(rows), most):
        yield rows[start : start + most]


@dataclass(frozen=True)
class Sums:
    """The sums a ridge regression needs: rows, columns, targets, and their inner products, each row as often as its
    weight says."""

    rows: float
    columns: Floats
    targets: Floats
    gram: Floats
    cross: Floats

    @staticmethod
    def of(columns: Floats, targets: Floats, weights: Floats | None = None) -> "Sums":
        if weights is None:
            counted, total, answers = columns, float(len(columns)), targets.sum(axis=0)
        else:
            counted, total = columns * weights[:, None], float(weights.sum(dtype=np.float64))
            answers = (targets * weights[:, None]).sum(axis=0)
        return Sums(total, counted.sum(axis=0), answers, counted.T @ columns, counted.T @ targets)

    @staticmethod
    def over(columns: Table, targets: Floats, rows: Ints, weights: Floats | None = None) -> "Sums":
        """The sums over some rows, read block by block."""
        first, *others = blocks(rows, columns.shape[1])
        sums = Sums.of(columns[first], targets[first], _some(weights, first))
        total = sums.rows
        for block in others:
            more = Sums.of(columns[block], targets[block], _some(weights, block))
            total += more.rows
            for ours, theirs in zip(sums._arrays, more._arrays, strict=True):
                ours += theirs
        return replace(sums, rows=total)

    @property
    def _arrays(self) -> tuple[Floats, ...]:
        return self.columns, self.targets, self.gram, self.cross

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


def solve(columns: Table, targets: Floats, strengths: Sequence[float], weights: Floats | None = None) -> Solved:
    """Ridge weights and bias per strength; through the rows' kernel where there are fewer rows than columns. The error
    of every row is times its weight in `weights` (rows,), if there are any."""
    everything = np.arange(columns.shape[0])
    if columns.shape[1] <= len(everything):
        return Sums.over(columns, targets, everything, weights).solve(strengths)
    whole = columns[everything]
    mean, answer = _mean(whole, weights), _mean(targets, weights)
    centred, errors = whole - mean, targets - answer
    if weights is not None:
        root = np.sqrt(weights)[:, None]
        centred, errors = centred * root, errors * root
    kernel = centred @ centred.T
    solved = {}
    for strength, duals in _shifted_solves(kernel, strengths, errors):
        coefficients: Floats = np.asarray(centred.T @ duals, dtype=np.float32)
        solved[strength] = (coefficients, np.asarray(answer - mean @ coefficients, dtype=np.float32))
    return solved


def sums_of_folds(
    columns: Table, targets: Floats, folds: Sequence[Ints], weights: Floats | None = None
) -> list[Sums] | None:
    """The sums over every fold, then those over the rows in none, if there are any. None where there are fewer rows
    than columns: then the kernel is smaller."""
    if columns.shape[1] > columns.shape[0]:
        return None
    others = np.setdiff1d(np.arange(columns.shape[0]), np.concatenate(folds))
    return [Sums.over(columns, targets, part, weights) for part in (*folds, *([others] if len(others) else []))]


def out_of_fold(
    columns: Table,
    targets: Floats,
    folds: Sequence[Ints],
    sums: Sequence[Sums] | None,
    strengths: Sequence[float],
    weights: Floats | None = None,
) -> dict[float, Floats]:
    """Scores of every row of `folds`, by strength, from a regression that has not seen it; zeros for rows in none."""
    held = {strength: np.zeros_like(targets) for strength in strengths}
    for i in range(len(folds)):
        for strength, scores in of_fold(i, columns, targets, folds, sums, strengths, weights).items():
            held[strength][folds[i]] = scores
    return held


def of_fold(
    i: int,
    columns: Table,
    targets: Floats,
    folds: Sequence[Ints],
    sums: Sequence[Sums] | None,
    strengths: Sequence[float],
    weights: Floats | None = None,
) -> dict[float, Floats]:
    """Scores of the rows of fold `i`, by strength, from a regression on all others."""
    if sums is None:
        rest = np.setdiff1d(np.arange(columns.shape[0]), folds[i])
        solved = solve(columns[rest], targets[rest], strengths, _some(weights, rest))
    else:
        solved = total([*sums[:i], *sums[i + 1 :]]).solve(strengths)
    return scored(columns, folds[i], solved)


def scored(columns: Table, rows: Ints, solved: Solved) -> dict[float, Floats]:
    """Scores of some rows, (rows, targets), by strength."""
    scores: dict[float, list[Floats]] = {strength: [] for strength in solved}
    for block in blocks(rows, columns.shape[1]):
        read = columns[block]
        for strength, (weights, bias) in solved.items():
            scores[strength].append(read @ weights + bias)
    return {strength: np.concatenate(parts) for strength, parts in scores.items()}


def total(sums: Sequence[Sums]) -> Sums:
    first, *rest = sums
    for more in rest:
        first = first + more
    return first


def _shifted_solves(matrix: Floats, strengths: Sequence[float], right: Floats) -> Iterator[tuple[float, Floats]]:
    """(matrix + strength * I)^-1 right for every strength, by Cholesky (torch's is the fastest at float32)."""
    unshifted, answers = torch.from_numpy(matrix), torch.from_numpy(right)
    shifted, factor = torch.empty_like(unshifted), torch.empty_like(unshifted)
    for strength in strengths:
        shifted.copy_(unshifted).diagonal().add_(strength)
        torch.linalg.cholesky(shifted, out=factor)
        solution: Floats = torch.cholesky_solve(answers, factor).numpy()
        yield strength, solution


def _some(weights: Floats | None, rows: Ints) -> Floats | None:
    return None if weights is None else weights[rows]


def _mean(values: Floats, weights: Floats | None) -> Floats:
    return np.asarray(np.average(values, axis=0, weights=weights), dtype=np.float32)
