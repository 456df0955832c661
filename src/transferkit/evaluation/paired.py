"""Is one predictor really better than another? Tests on the same rows."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest

from transferkit import metrics
from transferkit.errors import ConfigError
from transferkit.evaluation.results import Comparison
from transferkit.evaluation.scores import comparable, resampled
from transferkit.tasks import Shape, Task


def compare(task: Task, a: tuple[str, Any], b: tuple[str, Any], references: Any) -> Comparison:
    """A test of the main metric of two routes, (name, outputs) each, on the same labelled rows.

    One label per row: `mcnemar`. Anything else: `paired_bootstrap`. Raises `ConfigError` where rows differ.
    """
    (name_a, outputs_a), (name_b, outputs_b) = a, b
    if not len(outputs_a) == len(outputs_b) == len(references):
        raise ConfigError(
            f"expected predictions of {name_a} and {name_b} on the same {len(references)} rows, "
            f"found {len(outputs_a)} and {len(outputs_b)}"
        )
    if task.shape is Shape.LABEL and task.main_metric == "accuracy":
        difference, p_value = mcnemar(outputs_a, outputs_b, np.asarray(references))
        return Comparison(name_a, name_b, difference, p_value, "exact McNemar")
    (of_a, truth), (of_b, _) = comparable(task, outputs_a, references), comparable(task, outputs_b, references)
    difference, p_value = paired_bootstrap(task.main_metric, of_a, of_b, truth)
    return Comparison(name_a, name_b, difference, p_value, "paired bootstrap")


def mcnemar(a: npt.NDArray[Any], b: npt.NDArray[Any], truth: npt.NDArray[Any]) -> tuple[float, float]:
    """Difference of the accuracies of two (rows, labels) predictions, and the p-value of the exact McNemar test.

    Only rows that exactly one of them gets right count; under the null hypothesis either is right on
    half of those, so p is the two-sided binomial tail (McNemar 1947; the exact form is recommended for
    classifiers by Dietterich 1998).
    """
    right_a, right_b = a.argmax(axis=1) == truth, b.argmax(axis=1) == truth
    only_a, only_b = int((right_a & ~right_b).sum()), int((right_b & ~right_a).sum())
    discordant = only_a + only_b
    p_value = float(binomtest(only_a, discordant, 0.5).pvalue) if discordant else 1.0
    return (only_a - only_b) / max(len(truth), 1), p_value


def paired_bootstrap(
    metric: str, a: Any, b: Any, references: Any, *, resamples: int = 2000, seed: int = 0
) -> tuple[float, float]:
    """Difference of a metric of two predictions for the same rows, and its two-sided p-value.

    Draws rows with replacement, the same ones for both, and counts how often the difference, shifted to mean
    zero, lies as far out as the one observed (Efron and Tibshirani 1993, chapter 16; Koehn 2004 for text
    metrics). Never below 1 / (resamples + 1). Lower-is-better metrics are turned around: more is better.
    """
    sign = 1.0 if metrics.get(metric).HIGHER_IS_BETTER else -1.0
    (value_a, drawn_a), (value_b, drawn_b) = (resampled(metric, each, references, resamples, seed) for each in (a, b))
    observed, drawn = sign * (value_a - value_b), sign * (drawn_a - drawn_b)
    extreme = int((np.abs(drawn - drawn.mean()) >= abs(observed) - 1e-12).sum())
    return observed, (extreme + 1) / (resamples + 1)


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
