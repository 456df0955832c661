"""One label per row: probabilities that sum to one."""

from typing import TYPE_CHECKING

from transferkit.answerers import Answering, of_texts
from transferkit.arrays import Floats, logs, softmax

if TYPE_CHECKING:
    from transferkit.encoding.readers import Read

READER = "texts"
merged = of_texts


def predictions(logits: Floats, prior: float = 0.0) -> Floats:
    """Probabilities, rows summing to one."""
    return softmax(logits)


def logits(predictions: Floats) -> Floats:
    """Log-probabilities."""
    return logs(predictions)


def answered(merged: Floats, read: "Read", answering: Answering) -> Floats:
    """Probabilities, (rows, labels)."""
    return predictions(merged, answering.prior)
