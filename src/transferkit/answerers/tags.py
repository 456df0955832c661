"""A tag per word, (rows, most words, tags): NaN where a row has no such word."""

from collections.abc import Sequence

from transferkit.arrays import Floats, logs, softmax
from transferkit.encoding.encoded import Encoded
from transferkit.encoding.word_windows import filled, merged


def answered(logits: Floats, encoded: Encoded, labels: Sequence[str]) -> Floats:
    """Probabilities of all tags for every word, (rows, most words, tags), from the logits of windows."""
    return filled(predictions(merged(logits, encoded)), encoded, labels)


def predictions(logits: Floats, prior: float = 0.0) -> Floats:
    """Probabilities over the tags of every word."""
    return softmax(logits)


def logits(predictions: Floats) -> Floats:
    """Log-probabilities."""
    return logs(predictions)
