"""Macro precision: TP_c / (TP_c + FP_c), averaged over the classes that occur.

A class that is never predicted counts as 0, as in scikit-learn's `precision_score(average="macro")`.
"""

from typing import Any

from transferkit.arrays import Doubles
from transferkit.metrics import class_counts, over_classes, ratio

TITLE = "macro precision"
HIGHER_IS_BETTER = True
SHAPES = ("LABEL", "LABELS")


def resampled(predictions: Any, references: Any, counts: Doubles) -> Doubles:
    """The metric of every resample: `counts` (resamples, n) to (resamples,)."""
    right, predicted, true = class_counts(predictions, references, counts)
    return over_classes(ratio(right, predicted), predicted, true)
