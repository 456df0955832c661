"""Macro recall: TP_c / (TP_c + FN_c), averaged over the classes that occur.

A class that is predicted but never true counts as 0, as in scikit-learn's `recall_score(average="macro")`.
"""

from typing import Any

from transferkit.arrays import Doubles
from transferkit.metrics import class_counts, over_classes, ratio

TITLE = "macro recall"
HIGHER_IS_BETTER = True
SHAPES = ("LABEL", "LABELS")


def resampled(predictions: Any, references: Any, counts: Doubles) -> Doubles:
    """The metric of every resample: `counts` (resamples, n) to (resamples,)."""
    right, predicted, true = class_counts(predictions, references, counts)
    return over_classes(ratio(right, true), predicted, true)
