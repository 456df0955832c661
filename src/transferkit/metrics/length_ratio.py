"""Words of the answers over words of the references: above 1 they are too long."""

from typing import Any

import numpy as np

from transferkit.metrics import Floats, ratio

TITLE = "length ratio"
HIGHER_IS_BETTER = None
SHAPES = ("TEXT",)


def statistics(predictions: Any, references: Any) -> Floats:
    """Words of the answer and of the reference in every row; of several references the first."""
    ours = np.array([len(text.split()) for text in predictions], dtype=np.float64)
    theirs = np.array([len(given[0].split()) if given else 0 for given in references], dtype=np.float64)
    return np.column_stack([ours, theirs])


def of_sums(sums: Floats) -> Floats:
    """Of all rows together."""
    return ratio(sums[:, 0], sums[:, 1])


def resampled(predictions: Any, references: Any, counts: Floats) -> Floats:
    """The metric of every resample: `counts` (resamples, n) to (resamples,)."""
    return of_sums(counts @ statistics(predictions, references))


def signature(predictions: Any, references: Any) -> str:
    """What it compares."""
    return "words written over words of the references, 1 is best"
