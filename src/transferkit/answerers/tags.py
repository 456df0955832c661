"""A tag per word, (rows, most words, tags): NaN where a row has no such word."""

from collections.abc import Sequence

import numpy as np

from transferkit.answerers import Answering
from transferkit.arrays import Floats, logs, softmax, stacked
from transferkit.encoding import word_windows
from transferkit.encoding.encoded import Encoded
from transferkit.encoding.readers import Read

READER = "words"


def merged(lines: Sequence[Floats], read: Read, answering: Answering) -> Floats:
    """Logits, (rows, most words, tags), of every word those of the window in which it has most around it."""
    if not len(lines):
        return np.zeros((0, 1, len(answering.labels)), dtype=np.float32)
    return word_windows.merged(answering.finish(stacked(lines)), read.examples.encoded)


def answered(merged: Floats, read: Read, answering: Answering) -> Floats:
    """Probabilities of all tags for every word, (rows, most words, tags)."""
    return probabilities(merged, read.examples.encoded, answering.labels)


def probabilities(logits: Floats, encoded: Encoded, labels: Sequence[str]) -> Floats:
    """From logits of words, (rows, most words, tags), also for words without a token of their own."""
    return word_windows.filled(predictions(logits), encoded, labels)


def predictions(logits: Floats, prior: float = 0.0) -> Floats:
    """Probabilities over the tags of every word."""
    return softmax(logits)


def logits(predictions: Floats) -> Floats:
    """Log-probabilities."""
    return logs(predictions)
