"""ROUGE-2: F-measure over word pairs, stemmed (Lin 2004)."""

from typing import Any

from transferkit import rouge
from transferkit.metrics import Floats, best_of, mean

TITLE = "ROUGE-2"
HIGHER_IS_BETTER = True
SHAPES = ("TEXT",)
IS_SHARE = True


def resampled(predictions: Any, references: Any, counts: Floats) -> Floats:
    """From 0 to 1: the mean over rows, of several references the best."""
    return mean(best_of(rouge.f_measure("rouge2"), predictions, references), counts)


def signature(predictions: Any, references: Any) -> str:
    """Which variant it is."""
    return rouge.signature()
