"""Expected calibration error: sum over bins of n_b/n |accuracy_b - confidence_b|.

15 equal-width bins ((b-1)/15, b/15] over the probability of the predicted label: Guo et al. 2017,
"On Calibration of Modern Neural Networks" (arXiv:1706.04599), equation 3. Of several labels every one of every row
counts with its own probability, against whether it holds.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from transferkit.arrays import Doubles, Ints
from transferkit.metrics import Weighing, of_labels

TITLE = "calibration error"
HIGHER_IS_BETTER = False
SHAPES = ("LABEL", "LABELS")
BINS = 15


def weighing(predictions: Any, references: Any) -> Weighing:
    """The metric of any resample, from how far every row is off in its bin."""
    truth, rows = np.asarray(references), np.arange(len(references))
    gap = np.zeros((len(rows), BINS))
    if truth.ndim > 1:
        probabilities, _ = of_labels(predictions, truth)
        for probability, holds in zip(probabilities.T, truth.T, strict=True):
            gap[rows, _bins(probability)] += (holds - probability) / truth.shape[1]
    else:
        bins, confidence, right = binned(predictions, truth)
        gap[rows, bins] = right - confidence
    return lambda counts: np.asarray(np.abs(counts @ gap).sum(axis=1) / counts.sum(axis=1))


def resampled(predictions: Any, references: Any, counts: Doubles) -> Doubles:
    """The metric of every resample: `counts` (resamples, n) to (resamples,)."""
    return weighing(predictions, references)(counts)


def _bins(probabilities: Doubles) -> Ints:
    """The bin of each, 0 to 14."""
    return np.clip(np.ceil(probabilities * BINS).astype(np.int64) - 1, 0, BINS - 1)


def binned(probabilities: npt.NDArray[Any], references: npt.NDArray[Any]) -> tuple[Ints, Doubles, Doubles]:
    """Bin (0 to 14), confidence and rightness (0 or 1) of every row, each (n,)."""
    confidence = np.asarray(probabilities.max(axis=1), dtype=np.float64)
    right = probabilities.argmax(axis=1) == np.asarray(references)
    return _bins(confidence), confidence, right.astype(np.float64)
