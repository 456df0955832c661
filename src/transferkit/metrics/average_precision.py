"""Average precision: sum over thresholds of (R_k - R_(k-1)) P_k for every label, averaged over labels.

scikit-learn's `average_precision_score(average="macro")`; labels without a true row are left out.
"""

from typing import Any

import numpy as np

from transferkit.arrays import Doubles
from transferkit.metrics import of_labels

TITLE = "average precision"
HIGHER_IS_BETTER = True
SHAPES = ("LABELS",)


def resampled(predictions: Any, references: Any, counts: Doubles) -> Doubles:
    """The metric of every resample: `counts` (resamples, n) to (resamples,)."""
    (scores, _), truth = of_labels(predictions, references), np.asarray(references, dtype=np.float64)
    values = [_of_label(scores[:, c], truth[:, c], counts) for c in range(truth.shape[1])]
    with np.errstate(invalid="ignore"):
        means = np.nanmean(np.stack(values), axis=0) if truth.any() else np.zeros(len(counts))
    return np.asarray(np.nan_to_num(means))


def _of_label(scores: Doubles, truth: Doubles, counts: Doubles) -> Doubles:
    """(resamples,), NaN where no drawn row has the label."""
    order = np.argsort(-scores, kind="stable")
    ordered = scores[order]
    # Rows of equal score lie above one threshold: each sees the precision at the last of them.
    last = np.searchsorted(-ordered, -ordered, side="right") - 1
    weights = counts[:, order]
    right = weights * truth[order]
    precision = np.cumsum(right, axis=1) / np.maximum(np.cumsum(weights, axis=1), 1)
    total = right.sum(axis=1)
    gained = (precision[:, last] * right).sum(axis=1)
    return np.asarray(np.divide(gained, total, out=np.full(len(counts), np.nan), where=total > 0))
