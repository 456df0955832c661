"""Exact match of the questions that have an answer: HasAns_exact of SQuAD 2's script (Rajpurkar et al. 2018)."""

from typing import Any

from transferkit.data.answers import equal, right_texts
from transferkit.metrics import Floats, best_of, mean_of, of_some

TITLE = "exact, answerable"
HIGHER_IS_BETTER = True
SHAPES = ("SPAN",)


def applies(references: Any) -> bool:
    """Where some questions have an answer and others have none."""
    return any(references) and not all(references)


def statistics(predictions: Any, references: Any) -> Floats:
    """From 0 to 1 in every such row, of several references the best."""
    found = best_of(equal, predictions, [right_texts(given) for given in references])
    return of_some(found, [bool(given) for given in references])


def of_sums(sums: Floats) -> Floats:
    """The mean over such rows."""
    return mean_of(sums)


def resampled(predictions: Any, references: Any, counts: Floats) -> Floats:
    """The metric of every resample: `counts` (resamples, n) to (resamples,)."""
    return of_sums(counts @ statistics(predictions, references))
