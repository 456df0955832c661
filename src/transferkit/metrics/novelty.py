"""Novelty: share of the word pairs of the answers that their inputs do not have (Narayan et al. 2018, section 3)."""

from itertools import pairwise
from typing import Any

import numpy as np

from transferkit.arrays import Doubles
from transferkit.language.words import composed, words
from transferkit.metrics import ratio

TITLE = "novelty"
HIGHER_IS_BETTER = None
SHAPES = ("TEXT",)
COMPARES_INPUTS = True


def statistics(predictions: Any, references: Any) -> Doubles:
    """New word pairs and all of them in every row; `references` are the inputs of every row, one or more."""
    rows = [_new(text, inputs) for text, inputs in zip(predictions, references, strict=True)]
    return np.array(rows, dtype=np.float64)


def of_sums(sums: Doubles) -> Doubles:
    """From 0 (all is copied) to 1, of all rows together."""
    return ratio(sums[:, 0], sums[:, 1])


def resampled(predictions: Any, references: Any, counts: Doubles) -> Doubles:
    """The metric of every resample: `counts` (resamples, n) to (resamples,)."""
    return of_sums(counts @ statistics(predictions, references))


def signature(predictions: Any, references: Any) -> str:
    """What it compares."""
    return "share of the word pairs written that the input does not have"


def _new(text: str, inputs: Any) -> tuple[int, int]:
    pairs, there = _pairs(text), {pair for source in inputs for pair in _pairs(source)}
    return sum(pair not in there for pair in pairs), len(pairs)


def _pairs(text: str) -> list[tuple[str, str]]:
    return list(pairwise(words(composed(text.lower()))))
