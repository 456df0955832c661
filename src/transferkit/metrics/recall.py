"""Macro recall: TP_c / (TP_c + FN_c), averaged over the classes that occur.

A class that is predicted but never true counts as 0, as in scikit-learn's `recall_score(average="macro")`.
"""

from typing import Any

import numpy.typing as npt

from transferkit.metrics import Floats, class_counts, once, over_classes, ratio

TITLE = "macro recall"
HIGHER_IS_BETTER = True


def compute(probabilities: npt.NDArray[Any], references: npt.NDArray[Any]) -> float:
    """Macro-averaged recall, from 0 to 1. Shapes: (n, C) and (n,)."""
    return float(resampled(probabilities, references, once(references))[0])


def resampled(probabilities: npt.NDArray[Any], references: npt.NDArray[Any], counts: Floats) -> Floats:
    """The metric of every resample: `counts` (resamples, n) to (resamples,)."""
    right, predicted, true = class_counts(probabilities, references, counts)
    return over_classes(ratio(right, true), predicted, true)
