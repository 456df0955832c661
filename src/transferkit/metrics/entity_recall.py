"""Entity recall: the share of the true entities that are found, both ends and the type (CoNLL-2003)."""

from typing import Any

from transferkit.metrics import Floats, entity_counts, ratio

TITLE = "entity recall"
HIGHER_IS_BETTER = True
SHAPES = ("TAGS",)


def resampled(predictions: Any, references: Any, counts: Floats) -> Floats:
    """The metric of every resample: `counts` (resamples, n) to (resamples,)."""
    right, _, true = entity_counts(predictions, references, counts)
    return ratio(right, true)
