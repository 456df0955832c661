"""F1 over the words that an answer shares with a reference, as SQuAD defines it (Rajpurkar et al. 2016)."""

from collections import Counter
from typing import Any

from transferkit.data.answers import right_texts, words
from transferkit.metrics import Floats, best_of, mean

TITLE = "token F1"
HIGHER_IS_BETTER = True
SHAPES = ("SPAN", "TEXT")


def resampled(predictions: Any, references: Any, counts: Floats) -> Floats:
    """From 0 to 1: the mean over rows, of several references the best; one without words is matched by none only."""
    return mean(best_of(_f1, predictions, [right_texts(given) for given in references]), counts)


def _f1(predicted: str, true: str) -> float:
    ours, theirs = words(predicted), words(true)
    if not ours or not theirs:
        return float(ours == theirs)
    same = (Counter(ours) & Counter(theirs)).total()
    return 2 * same / (len(ours) + len(theirs))
