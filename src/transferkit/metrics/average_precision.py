"""Average precision: sum over thresholds of (R_k - R_(k-1)) P_k for every label, averaged over labels.

scikit-learn's `average_precision_score(average="macro")`; labels without a true row are left out.
"""

from typing import Any

import numpy as np

from transferkit.arrays import Doubles
from transferkit.metrics import Weighing, of_labels

TITLE = "average precision"
HIGHER_IS_BETTER = True
SHAPES = ("LABELS",)


def weighing(predictions: Any, references: Any) -> Weighing:
    """The metric of any resample, from the rows of every label in the order of their scores."""
    (scores, _), truth = of_labels(predictions, references), np.asarray(references, dtype=np.float64)
    per_label = [_of_label(scores[:, c], truth[:, c]) for c in range(truth.shape[1])]

    def weigh(counts: Doubles) -> Doubles:
        if not truth.any():
            return np.zeros(len(counts))
        with np.errstate(invalid="ignore"):
            return np.asarray(np.nan_to_num(np.nanmean(np.stack([of_one(counts) for of_one in per_label]), axis=0)))

    return weigh


def resampled(predictions: Any, references: Any, counts: Doubles) -> Doubles:
    """The metric of every resample: `counts` (resamples, n) to (resamples,)."""
    return weighing(predictions, references)(counts)


def _of_label(scores: Doubles, truth: Doubles) -> Weighing:
    """To (resamples,), NaN where no drawn row has the label."""
    order = np.argsort(-scores, kind="stable")
    ordered, true = scores[order], truth[order]
    # Rows of equal score lie above one threshold: each sees the precision at the last of them.
    last = np.searchsorted(-ordered, -ordered, side="right") - 1

    def weigh(counts: Doubles) -> Doubles:
        weights = counts[:, order]
        right = weights * true
        precision = np.cumsum(right, axis=1) / np.maximum(np.cumsum(weights, axis=1), 1)
        total = right.sum(axis=1)
        gained = (precision[:, last] * right).sum(axis=1)
        return np.asarray(np.divide(gained, total, out=np.full(len(counts), np.nan), where=total > 0))

    return weigh
