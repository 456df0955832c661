"""Entity precision: the share of the entities found that are right, both ends and the type (CoNLL-2003)."""

from typing import Any

from transferkit.metrics import Floats, entity_counts, ratio

TITLE = "entity precision"
HIGHER_IS_BETTER = True
SHAPES = ("TAGS",)


def resampled(predictions: Any, references: Any, counts: Floats) -> Floats:
    """The metric of every resample: `counts` (resamples, n) to (resamples,)."""
    right, predicted, _ = entity_counts(predictions, references, counts)
    return ratio(right, predicted)
