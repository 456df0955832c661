"""F1 over the words that an answer shares with a reference, as SQuAD defines it (Rajpurkar et al. 2016)."""

from typing import Any

from transferkit.arrays import Doubles
from transferkit.metrics import best_of, mean_of, scored
from transferkit.tagging.answers import overlap, right_texts

TITLE = "token F1"
HIGHER_IS_BETTER = True
SHAPES = ("SPAN", "TEXT")


def statistics(predictions: Any, references: Any) -> Doubles:
    """From 0 to 1 in every row, of several references the best; one without words is matched by none only."""
    return scored(best_of(overlap, predictions, [right_texts(texts) for texts in references]))


def of_sums(sums: Doubles) -> Doubles:
    """The mean over rows."""
    return mean_of(sums)


def resampled(predictions: Any, references: Any, counts: Doubles) -> Doubles:
    """The metric of every resample: `counts` (resamples, n) to (resamples,)."""
    return of_sums(counts @ statistics(predictions, references))
