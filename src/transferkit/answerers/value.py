"""A number per row."""

from transferkit.arrays import Floats


def predictions(logits: Floats, prior: float = 0.0) -> Floats:
    """The numbers themselves, (rows, 1)."""
    return logits


def logits(predictions: Floats) -> Floats:
    return predictions
