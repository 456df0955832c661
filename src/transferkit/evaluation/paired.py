"""Is one predictor really better than another? Tests on the same rows."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import bdtr, betainc

from transferkit import metrics
from transferkit.errors import ConfigError
from transferkit.evaluation.dependence import INDEPENDENT, Dependence
from transferkit.evaluation.results import LEVEL, Comparison
from transferkit.evaluation.scores import CHUNK_CELLS, comparable
from transferkit.tasks import Task

_ROUNDING = 1e-9
"""Differences of this share of the largest value of a metric are those of rounding."""


def compare(
    task: Task, a: tuple[str, Any], b: tuple[str, Any], references: Any, dependence: Dependence = INDEPENDENT
) -> Comparison:
    """A test of the main metric of two routes, (name, outputs) each, on the same labelled rows.

    One label per row: `mcnemar`. Anything else: `paired_randomization`. Raises `ConfigError` where rows differ.
    """
    (name_a, outputs_a), (name_b, outputs_b) = a, b
    if not len(outputs_a) == len(outputs_b) == len(references):
        raise ConfigError(
            f"expected predictions of {name_a} and {name_b} on the same {len(references)} rows, "
            f"found {len(outputs_a)} and {len(outputs_b)}"
        )
    if task.shape.form.ONE_CLASS and task.main_metric == "accuracy":
        difference, p_value = mcnemar(outputs_a, outputs_b, np.asarray(references), dependence)
        name = "mid-p McNemar" if dependence.there else "exact McNemar"
        return Comparison(name_a, name_b, difference, p_value, name)
    (of_a, truth), (of_b, _) = comparable(task, outputs_a, references), comparable(task, outputs_b, references)
    difference, p_value = paired_randomization(task.main_metric, of_a, of_b, truth, dependence=dependence)
    return Comparison(name_a, name_b, difference, p_value, "approximate randomization")


def mcnemar(
    a: npt.NDArray[Any], b: npt.NDArray[Any], truth: npt.NDArray[Any], dependence: Dependence = INDEPENDENT
) -> tuple[float, float]:
    """Difference of the accuracies of two (rows, labels) predictions, and the p-value of the McNemar test.

    Only rows that exactly one of them gets right count; under the null hypothesis either is right on
    half of those, so p is the two-sided binomial tail (McNemar 1947; the exact form is recommended for
    classifiers by Dietterich 1998). With `dependence` there are fewer of them, which are no whole numbers, and p is
    the mid-p value (Fagerland, Lydersen and Laake 2013).
    """
    right_a, right_b = a.argmax(axis=1) == truth, b.argmax(axis=1) == truth
    only_a, only_b = int((right_a & ~right_b).sum()), int((right_b & ~right_a).sum())
    discordant = only_a + only_b
    effect = dependence.of_mean(right_a.astype(np.float64) - right_b)
    p_value = _tail(min(only_a, only_b), discordant, effect, exact=not dependence.there)
    return (only_a - only_b) / max(len(truth), 1), p_value


def _tail(fewer: int, discordant: int, effect: float, exact: bool) -> float:
    """The p-value of so few wins among `discordant` rows."""
    if exact:
        return min(1.0, 2 * float(bdtr(fewer, discordant, 0.5)))
    least, rows = fewer / effect, discordant / effect
    at_most, below = (float(betainc(rows - k, k + 1, 0.5)) if k > -1 else 0.0 for k in (least, least - 1))
    return min(1.0, at_most + below) if discordant else 1.0


def paired_randomization(
    metric: str,
    a: Any,
    b: Any,
    references: Any,
    *,
    resamples: int = 2000,
    seed: int = 0,
    dependence: Dependence = INDEPENDENT,
) -> tuple[float, float]:
    """Difference of a metric of two predictions for the same rows, and its two-sided p-value.

    Exchanges the two predictions of rows drawn at random, which changes nothing where neither is better, and counts
    how often the difference is as large as the one observed (approximate randomization, Noreen 1989; Yeh 2000).
    Where there are no more than `resamples` ways to exchange n rows, each is tried once: p is never below 2 / 2^n
    then, and else never below 1 / (resamples + 1). Groups of rows are exchanged whole, and the design effect of folds
    widens what is due to chance by its root.
    Lower-is-better metrics are turned around: more is better. Raises `ConfigError` for metrics that compare answers
    with what was asked, and for those of which neither more nor less is better.
    """
    member = metrics.get(metric)
    if metrics.compares_inputs(metric):
        raise ConfigError(f"{metric} compares with what was asked, not with what is right, so it cannot be tested")
    if member.HIGHER_IS_BETTER is None:
        raise ConfigError(f"{metric} describes answers: none of its values is better than another to be tested for")
    rows, random = len(references), np.random.default_rng(seed)
    groups = np.arange(rows) if dependence.groups is None else dependence.groups
    units = int(groups.max()) + 1
    a, b = (metrics.on_one_scale(metric, predictions) for predictions in (a, b))
    if isinstance(a, np.ndarray) and np.array_equal(a, b):
        return 0.0, 1.0  # whatever sums in another order would round to
    weigh, drawn, largest = metrics.weighing(metric, _joined(a, b), _joined(references, references)), [], 0.0
    block, ways = max(1, CHUNK_CELLS // rows), resamples + 1
    every = np.arange(2**units)[:, None] >> np.arange(units) & 1 if units < ways.bit_length() else None
    ways = ways if every is None else len(every)
    for start in range(0, ways, block):
        size = min(block, ways - start)
        exchanged = random.integers(2, size=(size, units)) if every is None else every[start : start + size]
        exchanged = exchanged[:, groups]
        if not start:
            exchanged[0] = 0
        first = np.hstack([1.0 - exchanged, exchanged])
        values = weigh(np.vstack([first, 1 - first]))
        of_first, of_second = np.split(values, 2)
        drawn.append(of_first - of_second)
        largest = max(largest, float(np.abs(values).max()))
    differences = np.concatenate(drawn) * (1.0 if member.HIGHER_IS_BETTER else -1.0)
    observed = float(differences[0])
    by_chance = dependence.effect**0.5 * np.abs(differences)
    return observed, int((by_chance >= abs(observed) - _ROUNDING * largest).sum()) / ways


def least_significant(rows: int, comparisons: int, effect: float = 1.0) -> int:
    """On how many of `rows` two routes have to differ, always in favour of the same one, until any test can tell them
    apart after the correction for the number of `comparisons`; more than there are where none can."""
    return next(
        differing for differing in range(1, rows + 2) if _tells(differing, comparisons, effect) or differing > rows
    )


def _tells(differing: int, comparisons: int, effect: float) -> bool:
    return _tail(0, differing, effect, exact=effect == 1) * max(1, comparisons) < LEVEL


def _joined(a: Any, b: Any) -> Any:
    """The rows of `a`, then those of `b`."""
    return np.concatenate([a, b]) if isinstance(a, np.ndarray) and isinstance(b, np.ndarray) else [*a, *b]


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
