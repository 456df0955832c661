"""Novelty: share of the word pairs of the answers that their inputs do not have (Narayan et al. 2018, section 3)."""

import re
from itertools import pairwise
from typing import Any

import numpy as np

from transferkit.metrics import Floats, ratio

TITLE = "novelty"
HIGHER_IS_BETTER = True
SHAPES = ("TEXT",)
COMPARES_INPUTS = True

_WORD = re.compile(r"\w+")


def resampled(predictions: Any, references: Any, counts: Floats) -> Floats:
    """From 0 (all is copied) to 1, of all rows together; `references` are the inputs of every row, one or more."""
    rows = [_new(text, given) for text, given in zip(predictions, references, strict=True)]
    new, all_pairs = (counts @ np.array(rows, dtype=np.float64)).T
    return ratio(new, all_pairs)


def signature(predictions: Any, references: Any) -> str:
    """What it compares."""
    return "share of the word pairs written that the input does not have"


def _new(text: str, inputs: Any) -> tuple[int, int]:
    pairs, there = _pairs(text), {pair for each in inputs for pair in _pairs(each)}
    return sum(pair not in there for pair in pairs), len(pairs)


def _pairs(text: str) -> list[tuple[str, str]]:
    return list(pairwise(_WORD.findall(text.lower())))
