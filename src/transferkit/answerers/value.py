"""A number per row."""

from typing import TYPE_CHECKING

from transferkit.answerers import Answering, of_texts
from transferkit.arrays import Floats

if TYPE_CHECKING:
    from transferkit.encoding.readers import Read

READER = "texts"
merged = of_texts


def predictions(logits: Floats, prior: float = 0.0) -> Floats:
    """The numbers themselves, (rows, 1)."""
    return logits


def logits(predictions: Floats) -> Floats:
    return predictions


def answered(merged: Floats, read: "Read", answering: Answering) -> Floats:
    """Numbers, (rows, 1)."""
    return predictions(merged, answering.prior)
