"""ROUGE-2: F-measure over word pairs, stemmed (Lin 2004)."""

from typing import Any

from transferkit import rouge
from transferkit.arrays import Doubles
from transferkit.metrics import best_of, mean_of, scored

TITLE = "ROUGE-2"
HIGHER_IS_BETTER = True
SHAPES = ("TEXT",)
IS_SHARE = True


def statistics(predictions: Any, references: Any) -> Doubles:
    """From 0 to 1 in every row, of several references the best."""
    return scored(best_of(rouge.f_measure("rouge2"), predictions, references))


def of_sums(sums: Doubles) -> Doubles:
    """The mean over rows."""
    return mean_of(sums)


def resampled(predictions: Any, references: Any, counts: Doubles) -> Doubles:
    """The metric of every resample: `counts` (resamples, n) to (resamples,)."""
    return of_sums(counts @ statistics(predictions, references))


def signature(predictions: Any, references: Any) -> str:
    """Which variant it is."""
    return rouge.signature()
