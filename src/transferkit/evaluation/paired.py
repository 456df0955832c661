"""Is one predictor really better than another? Tests on the same rows."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest

from transferkit.errors import ConfigError
from transferkit.evaluation.results import Comparison

BLOCK_CELLS = 4_000_000


def compare(
    a: str,
    a_probabilities: npt.NDArray[Any],
    b: str,
    b_probabilities: npt.NDArray[Any],
    references: npt.NDArray[Any] | Sequence[int],
) -> Comparison:
    """Exact McNemar test of the accuracies of `a` and `b` on the same labelled rows.

    Only rows that exactly one of them gets right count; under the null hypothesis either is right on
    half of those, so p is the two-sided binomial tail (McNemar 1947; the exact form is recommended for
    classifiers by Dietterich 1998). Probabilities are (rows, labels), `references` (rows,) label indices.
    """
    truth = np.asarray(references)
    if not len(a_probabilities) == len(b_probabilities) == len(truth):
        raise ConfigError(
            f"expected predictions of {a} and {b} on the same {len(truth)} rows, "
            f"found {len(a_probabilities)} and {len(b_probabilities)}"
        )
    right_a = a_probabilities.argmax(axis=1) == truth
    right_b = b_probabilities.argmax(axis=1) == truth
    only_a, only_b = int((right_a & ~right_b).sum()), int((right_b & ~right_a).sum())
    discordant = only_a + only_b
    p_value = float(binomtest(only_a, discordant, 0.5).pvalue) if discordant else 1.0
    return Comparison(a, b, (only_a - only_b) / max(len(truth), 1), p_value, "exact McNemar")


def paired_bootstrap(
    values_a: npt.NDArray[Any] | Sequence[float],
    values_b: npt.NDArray[Any] | Sequence[float],
    *,
    resamples: int = 10_000,
    seed: int = 0,
) -> float:
    """Two-sided p-value for the mean of per-row values of `a` against those of `b` on the same rows.

    Resamples the differences shifted to mean zero and counts how often their mean lies as far out as
    the one observed (Efron and Tibshirani 1993, chapter 16; Koehn 2004 for text metrics).
    Never below 1 / (resamples + 1).
    """
    difference = np.asarray(values_a, dtype=np.float64) - np.asarray(values_b, dtype=np.float64)
    observed = abs(difference.mean())
    shifted = difference - difference.mean()
    random, extreme, block = np.random.default_rng(seed), 0, max(1, BLOCK_CELLS // len(difference))
    for start in range(0, resamples, block):
        drawn = random.integers(len(shifted), size=(min(block, resamples - start), len(shifted)))
        extreme += int((np.abs(shifted[drawn].mean(axis=1)) >= observed - 1e-12).sum())
    return (extreme + 1) / (resamples + 1)


def holm(comparisons: Sequence[Comparison]) -> list[Comparison]:
    """The same comparisons with p-values corrected for their number (Holm 1979).

    The k-th smallest of m is multiplied by m - k + 1, never falls below a smaller one's, and is at most 1.
    """
    m = len(comparisons)
    corrected, floor = list(comparisons), 0.0
    for rank, i in enumerate(sorted(range(m), key=lambda i: comparisons[i].p_value)):
        floor = max(floor, min(1.0, (m - rank) * comparisons[i].p_value))
        test = comparisons[i].test if m == 1 else f"{comparisons[i].test}, Holm-corrected for {m} comparisons"
        corrected[i] = replace(comparisons[i], p_value=floor, test=test)
    return corrected
