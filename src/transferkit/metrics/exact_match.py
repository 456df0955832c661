"""Exact match: share of answers that are a reference, but for case, signs and articles (Rajpurkar et al. 2016)."""

from typing import Any

import numpy as np
import numpy.typing as npt

from transferkit.arrays import Doubles
from transferkit.metrics import best_of, mean_of, scored
from transferkit.tagging.answers import equal, right_texts

TITLE = "exact match"
HIGHER_IS_BETTER = True
SHAPES = ("SPAN", "TEXT")


def rows_right(predictions: Any, references: Any) -> npt.NDArray[np.bool_]:
    """Which answers are right, (n,)."""
    right = [right_texts(texts) for texts in references]
    return np.array(best_of(equal, predictions, right)) > 0


def statistics(predictions: Any, references: Any) -> Doubles:
    """0 or 1 in every row."""
    return scored(rows_right(predictions, references))


def of_sums(sums: Doubles) -> Doubles:
    """The mean over rows."""
    return mean_of(sums)


def resampled(predictions: Any, references: Any, counts: Doubles) -> Doubles:
    """The metric of every resample: `counts` (resamples, n) to (resamples,)."""
    return of_sums(counts @ statistics(predictions, references))
