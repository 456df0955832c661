"""Macro F1: 2 TP_c / (2 TP_c + FP_c + FN_c), averaged over the classes that occur.

The mean of the classes' F1 values (scikit-learn's `f1_score(average="macro")`),
not the F1 of mean precision and mean recall.
"""

from typing import Any

from transferkit.arrays import Doubles
from transferkit.metrics import class_counts, over_classes, ratio

TITLE = "macro F1"
HIGHER_IS_BETTER = True
SHAPES = ("LABEL", "LABELS")


def resampled(predictions: Any, references: Any, counts: Doubles) -> Doubles:
    """The metric of every resample: `counts` (resamples, n) to (resamples,)."""
    right, predicted, true = class_counts(predictions, references, counts)
    return over_classes(ratio(2 * right, predicted + true), predicted, true)
