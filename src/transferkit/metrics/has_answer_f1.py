"""F1 over shared words of the questions that have an answer: HasAns_f1 of SQuAD 2's script (Rajpurkar et al. 2018)."""

from typing import Any

import numpy as np
import numpy.typing as npt

from transferkit.arrays import Doubles
from transferkit.metrics import best_of, mean_of, of_rows, of_some
from transferkit.tagging.answers import answerable, overlap, right_texts

TITLE = "F1, answerable"
HIGHER_IS_BETTER = True
SHAPES = ("SPAN",)


def applies(references: Any) -> npt.NDArray[np.bool_]:
    """Which rows it is of, (n,): none where all questions have an answer, or none has."""
    return of_rows(answerable(references))


def statistics(predictions: Any, references: Any) -> Doubles:
    """From 0 to 1 in every such row, of several references the best."""
    scores = best_of(overlap, predictions, [right_texts(texts) for texts in references])
    return of_some(scores, answerable(references))


def of_sums(sums: Doubles) -> Doubles:
    """The mean over such rows."""
    return mean_of(sums)


def resampled(predictions: Any, references: Any, counts: Doubles) -> Doubles:
    """The metric of every resample: `counts` (resamples, n) to (resamples,)."""
    return of_sums(counts @ statistics(predictions, references))
