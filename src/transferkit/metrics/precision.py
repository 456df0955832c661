"""Macro precision: TP_c / (TP_c + FP_c), averaged over the classes that occur.

A class that is never predicted counts as 0, as in scikit-learn's `precision_score(average="macro")`.
"""

from typing import Any

from transferkit.arrays import Doubles
from transferkit.metrics import class_counts, class_statistics, over_classes, ratio

TITLE = "macro precision"
HIGHER_IS_BETTER = True
SHAPES = ("LABEL", "LABELS")


def statistics(predictions: Any, references: Any) -> Any:
    """What is counted in every row."""
    return class_statistics(predictions, references)


def of_sums(sums: Doubles) -> Doubles:
    """From 0 to 1, of all rows together."""
    right, predicted, true = class_counts(sums)
    return over_classes(ratio(right, predicted), predicted, true)


def resampled(predictions: Any, references: Any, counts: Doubles) -> Doubles:
    """The metric of every resample: `counts` (resamples, n) to (resamples,)."""
    return of_sums(counts @ statistics(predictions, references))
