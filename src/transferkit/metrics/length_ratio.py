"""Words of the answers over words of the references (signs, in scripts without blanks): above 1 they are too long."""

from typing import Any

import numpy as np

from transferkit.arrays import Doubles
from transferkit.language.words import has_signs, signs
from transferkit.metrics import ratio

TITLE = "length ratio"
HIGHER_IS_BETTER = None
SHAPES = ("TEXT",)


def statistics(predictions: Any, references: Any) -> Doubles:
    """Words of the answer and of the reference in every row; of several references the first."""
    ours = np.array([_length(text) for text in predictions], dtype=np.float64)
    theirs = np.array([_length(texts[0]) if texts else 0 for texts in references], dtype=np.float64)
    return np.column_stack([ours, theirs])


def of_sums(sums: Doubles) -> Doubles:
    """Of all rows together."""
    return ratio(sums[:, 0], sums[:, 1])


def resampled(predictions: Any, references: Any, counts: Doubles) -> Doubles:
    """The metric of every resample: `counts` (resamples, n) to (resamples,)."""
    return of_sums(counts @ statistics(predictions, references))


def signature(predictions: Any, references: Any) -> str:
    """What it compares."""
    return "words written over words of the references, 1 is best"


def _length(text: str) -> int:
    words = text.split()
    return sum(len(signs(word)) for word in words) if has_signs(text) else len(words)
