"""Label-ranking average precision: of the labels ranked at or above each true one, the share that are true.

scikit-learn's `label_ranking_average_precision_score`: mean over a row's true labels, then over rows;
rows without a true label, or with all labels true, count as 1.
"""

from typing import Any

import numpy as np
from scipy.stats import rankdata

from transferkit.arrays import Doubles
from transferkit.metrics import mean_of, of_labels, scored

TITLE = "label ranking"
HIGHER_IS_BETTER = True
SHAPES = ("LABELS",)


def statistics(predictions: Any, references: Any) -> Doubles:
    """From 0 to 1 in every row."""
    (scores, _), truth = of_labels(predictions, references), np.asarray(references) > 0
    return scored([_of_row(*row) for row in zip(scores, truth, strict=True)])


def of_sums(sums: Doubles) -> Doubles:
    """The mean over rows."""
    return mean_of(sums)


def resampled(predictions: Any, references: Any, counts: Doubles) -> Doubles:
    """The metric of every resample: `counts` (resamples, n) to (resamples,)."""
    return of_sums(counts @ statistics(predictions, references))


def _of_row(scores: Doubles, truth: Any) -> float:
    if truth.all() or not truth.any():
        return 1.0
    among_all = rankdata(-scores, "max")[truth]
    among_true = rankdata(-scores[truth], "max")
    return float((among_true / among_all).mean())
