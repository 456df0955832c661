"""F1 over the words that an answer shares with a reference, as SQuAD defines it (Rajpurkar et al. 2016)."""

from collections import Counter
from typing import Any

from transferkit.data.answers import right_texts, words
from transferkit.metrics import Floats, best_of, mean_of, scored

TITLE = "token F1"
HIGHER_IS_BETTER = True
SHAPES = ("SPAN", "TEXT")


def statistics(predictions: Any, references: Any) -> Floats:
    """From 0 to 1 in every row, of several references the best; one without words is matched by none only."""
    return scored(best_of(_f1, predictions, [right_texts(given) for given in references]))


def of_sums(sums: Floats) -> Floats:
    """The mean over rows."""
    return mean_of(sums)


def resampled(predictions: Any, references: Any, counts: Floats) -> Floats:
    """The metric of every resample: `counts` (resamples, n) to (resamples,)."""
    return of_sums(counts @ statistics(predictions, references))


def _f1(predicted: str, true: str) -> float:
    ours, theirs = words(predicted), words(true)
    if not ours or not theirs:
        return float(ours == theirs)
    same = (Counter(ours) & Counter(theirs)).total()
    return 2 * same / (len(ours) + len(theirs))
