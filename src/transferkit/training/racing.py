"""What is best for these rows, found by cross-validation that soon leaves out what lags behind."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from transferkit.arrays import Floats, Ints
from transferkit.training import linear
from transferkit.training.objectives import ShapeKind

_ENOUGH = 1000  # rows held out, to tell candidates apart at first
_KEPT = 2
_LAG = 0.01  # of the quality, which is a share
_LAST = 2

Entry = tuple[str, float]
"""The name of a candidate and a strength."""


@dataclass
class Race:
    """Candidates are `inputs` (rows, terms) by name, each with one of `strengths`. `targets` are as `kind` gives them,
    `taught` as `linear.fitted` takes them; `weights`
    (rows,) says how much each row counts, None for all the same."""

    inputs: Mapping[str, csr_matrix]
    targets: npt.NDArray[Any]
    taught: npt.NDArray[Any]
    kind: ShapeKind
    labels: int
    folds: Sequence[Ints]
    strengths: Sequence[float]
    weights: Floats | None = None
    scores: dict[tuple[Entry, int], Floats] = field(default_factory=dict)

    def winner(self) -> Entry:
        """The best by all folds of those that lead by the first ones.

        At first, every candidate runs with the strength nearest to 1, on as many folds as have 1,000 rows. The best
        two of them, if not more than 0.01 apart, look for a better strength there. Without folds, the first candidate
        wins.
        """
        middle = min(self.strengths, key=lambda strength: (abs(np.log(strength)), strength))
        if not self.folds:
            return next(iter(self.inputs)), middle
        some = self._leading_folds()
        at_first = self._ordered(((name, middle) for name in self.inputs), some)
        best = self._quality(at_first[0], some)
        near = [entry for entry in at_first[:_KEPT] if self._quality(entry, some) >= best - _LAG]
        settled = self._ordered((self._settled(entry, some) for entry in near), some)
        return self._ordered(settled[:_LAST], len(self.folds))[0]

    def held_out(self, entry: Entry, folds: int) -> tuple[Floats, Ints]:
        """Scores of the rows of the first `folds` folds from machines that have not seen them, and those rows."""
        # One after the other: liblinear has one generator of random numbers for all threads.
        scores = [self._of_fold(entry, i) for i in range(folds)]
        return np.concatenate(scores), np.concatenate(self.folds[:folds])

    def _of_fold(self, entry: Entry, i: int) -> Floats:
        if (entry, i) not in self.scores:
            inputs, fold = self.inputs[entry[0]], self.folds[i]
            rest = np.setdiff1d(np.arange(len(self.targets)), fold)
            own = None if self.weights is None else self.weights[rest]
            weights, bias = linear.fitted(inputs[rest], self.taught[rest], self.labels, entry[1], own)
            self.scores[entry, i] = np.asarray(inputs[fold] @ weights + bias, dtype=np.float32)
        return self.scores[entry, i]

    def _quality(self, entry: Entry, folds: int) -> float:
        scores, rows = self.held_out(entry, folds)
        own = None if self.weights is None else self.weights[rows]
        return self.kind.quality(scores, self.targets[rows], own)

    def _ordered(self, entries: Iterator[Entry] | Sequence[Entry], folds: int) -> list[Entry]:
        """The best first; of equally good ones, what came first."""
        return sorted(entries, key=lambda entry: -self._quality(entry, folds))

    def _settled(self, entry: Entry, folds: int) -> Entry:
        """The entry with the strength that no neighbour betters."""
        ordered, name = sorted(self.strengths), entry[0]
        for step in (-1, 1):
            at = ordered.index(entry[1]) + step
            while 0 <= at < len(ordered) and self._quality((name, ordered[at]), folds) > self._quality(entry, folds):
                entry, at = (name, ordered[at]), at + step
        return entry

    def _leading_folds(self) -> int:
        sizes = np.cumsum([len(fold) for fold in self.folds])
        return min(len(self.folds), int(np.searchsorted(sizes, _ENOUGH)) + 1)
