"""Entity recall: the share of the true entities that are found, both ends and the type (CoNLL-2003)."""

from typing import Any

from transferkit.arrays import Doubles
from transferkit.metrics import entity_counts, ratio

TITLE = "entity recall"
HIGHER_IS_BETTER = True
SHAPES = ("TAGS",)


def statistics(predictions: Any, references: Any) -> Doubles:
    """What is counted in every row."""
    return entity_counts(predictions, references)


def of_sums(sums: Doubles) -> Doubles:
    """From 0 to 1, of all rows together."""
    right, _, true = sums.T
    return ratio(right, true)


def resampled(predictions: Any, references: Any, counts: Doubles) -> Doubles:
    """The metric of every resample: `counts` (resamples, n) to (resamples,)."""
    return of_sums(counts @ statistics(predictions, references))
