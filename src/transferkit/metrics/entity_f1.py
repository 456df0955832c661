"""Entity F1: 2 TP / (2 TP + FP + FN) over entities, right only with both ends and the type (CoNLL-2003)."""

from typing import Any

from transferkit.metrics import Floats, entity_counts, ratio

TITLE = "entity F1"
HIGHER_IS_BETTER = True
SHAPES = ("TAGS",)


def resampled(predictions: Any, references: Any, counts: Floats) -> Floats:
    """The metric of every resample: `counts` (resamples, n) to (resamples,)."""
    right, predicted, true = entity_counts(predictions, references, counts)
    return ratio(2 * right, predicted + true)
