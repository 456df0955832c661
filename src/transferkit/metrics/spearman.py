"""Spearman correlation: Pearson's of the ranks of answers and targets, ties sharing their mean rank.

Resamples keep the ranks that the rows have among all rows.
"""

from typing import Any

import numpy as np
from scipy.stats import rankdata

from transferkit.arrays import Doubles
from transferkit.metrics import Weighing, correlation

TITLE = "Spearman correlation"
HIGHER_IS_BETTER = True
LEAST = -1.0
SHAPES = ("VALUE",)


def on_one_scale(predictions: Any) -> Doubles:
    """Their ranks."""
    return np.asarray(rankdata(predictions, axis=0), dtype=np.float64)


def weighing(predictions: Any, references: Any) -> Weighing:
    """The metric of any resample, from the ranks of all rows."""
    ours, theirs = rankdata(np.asarray(predictions)[:, 0]), rankdata(references)
    return lambda counts: correlation(ours, theirs, counts)


def resampled(predictions: Any, references: Any, counts: Doubles) -> Doubles:
    """The metric of every resample: `counts` (resamples, n) to (resamples,)."""
    return weighing(predictions, references)(counts)
