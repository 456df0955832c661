"""Several labels per row: a probability for each, and the one from which on labels are given."""

from typing import TYPE_CHECKING

import numpy as np

from transferkit.answerers import Answering, of_texts
from transferkit.arrays import Floats

if TYPE_CHECKING:
    from transferkit.encoding.readers import Read

READER = "texts"
merged = of_texts


def predictions(logits: Floats, prior: float = 0.0) -> Floats:
    """Probabilities, (rows, labels + 1); the last column is the one from which on labels are given."""
    whole = np.column_stack([logits, np.zeros(len(logits))]) + prior
    return np.asarray(1 / (1 + np.exp(-np.clip(whole, -30, 30))), dtype=np.float32)


def logits(predictions: Floats) -> Floats:
    """Log-odds, moved so that labels are given from 0 on."""
    clipped = np.clip(np.asarray(predictions, dtype=np.float64), 1e-6, 1 - 1e-6)
    odds = np.log(clipped) - np.log1p(-clipped)
    return np.asarray(odds[:, :-1] - odds[:, -1:], dtype=np.float32)


def answered(merged: Floats, read: "Read", answering: Answering) -> Floats:
    """Probabilities, and the one from which on labels are given, (rows, labels + 1)."""
    return predictions(merged, answering.prior)
