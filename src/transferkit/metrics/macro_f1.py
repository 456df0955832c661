"""Macro F1: 2 TP_c / (2 TP_c + FP_c + FN_c), averaged over the classes that occur.

The mean of the classes' F1 values (scikit-learn's `f1_score(average="macro")`),
not the F1 of mean precision and mean recall.
"""

from typing import Any

from transferkit.arrays import Doubles
from transferkit.metrics import class_counts, class_statistics, over_classes, ratio

TITLE = "macro F1"
HIGHER_IS_BETTER = True
SHAPES = ("LABEL", "LABELS")


def statistics(predictions: Any, references: Any) -> Any:
    """What is counted in every row."""
    return class_statistics(predictions, references)


def of_sums(sums: Doubles) -> Doubles:
    """From 0 to 1, of all rows together."""
    right, predicted, true = class_counts(sums)
    return over_classes(ratio(2 * right, predicted + true), predicted, true)


def resampled(predictions: Any, references: Any, counts: Doubles) -> Doubles:
    """The metric of every resample: `counts` (resamples, n) to (resamples,)."""
    return of_sums(counts @ statistics(predictions, references))
