"""One label per row: probabilities that sum to one."""

from transferkit.arrays import Floats, logs, softmax


def predictions(logits: Floats, prior: float = 0.0) -> Floats:
    """Probabilities, rows summing to one."""
    return softmax(logits)


def logits(predictions: Floats) -> Floats:
    """Log-probabilities."""
    return logs(predictions)
