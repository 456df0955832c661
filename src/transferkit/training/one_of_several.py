"""One label of several, of a row or of a word: what texts with a label and words with a tag have in common."""

from typing import Any

import numpy as np
import numpy.typing as npt

from transferkit.arrays import Floats
from transferkit.networks.adjustment import Adjustment
from transferkit.training.calibration import best_scale


def regressed(targets: npt.NDArray[Any]) -> Floats:
    """One column per label, 1 for the one given."""
    return np.asarray(np.eye(int(targets.max()) + 1, dtype=np.float32)[targets])


def quality(scores: Floats, targets: npt.NDArray[Any], weights: Floats | None = None) -> float:
    """Accuracy."""
    return float(np.average(scores.argmax(axis=1) == targets, weights=weights))


def tempered(scores: Floats, targets: npt.NDArray[Any], weights: Floats | None = None) -> Adjustment:
    """The temperature of least log loss."""
    return Adjustment(best_scale(scores, targets, weights))


def balanced(targets: npt.NDArray[np.int64], labels: int, weights: Floats | None = None) -> Floats:
    """rows / (labels * count), both by the `weights` of the rows: a rare label counts as much as a frequent one."""
    known = targets >= 0
    counts = np.bincount(targets[known], None if weights is None else weights[known], minlength=labels)
    return np.asarray(counts.sum() / (labels * np.where(counts > 0, counts, 1)), dtype=np.float32)
