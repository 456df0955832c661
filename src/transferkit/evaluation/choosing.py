"""Answers to rows that no route learned from in; the best route, and the cheapest that is as good, out."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from transferkit import metrics
from transferkit.errors import ConfigError
from transferkit.evaluation.dependence import INDEPENDENT, Dependence
from transferkit.evaluation.differences import difference
from transferkit.evaluation.results import Choice, Interval
from transferkit.evaluation.scores import comparable, drawn_rows, intervals, mean_interval
from transferkit.tasks import Task

BASELINE = "baseline"
"""The `route` of the row every transfer has to beat."""

SECOND = ("log_loss", "rmse")
"""What a tie with the baseline is looked at by, the first of these that the task has."""

_RESAMPLES = 500
_ALIKE = 1.1
"""Sizes and speeds that differ by less than this factor are alike: they differ by chance, or by a few settings."""


@dataclass(frozen=True)
class Candidate:
    """A route to choose from: `outputs` are its answers to the rows to choose by, one entry per seed, `speed` the texts
    it answers in a second, `size` the bytes of its model."""

    name: str
    route: str
    speed: float
    outputs: Sequence[Any]
    size: int = 0


def choose(
    task: Task,
    candidates: Sequence[Candidate],
    references: Any,
    by: str,
    margin: float,
    dependence: Dependence = INDEPENDENT,
) -> Choice:
    """The best of `candidates` by the main metric on these rows, and the cheapest that is not inferior to it.

    `best` has the best mean over seeds; of equals it is the first in `by_preference`. A faster route is as good where
    the 95 % interval of its paired difference to `best` excludes a loss of `margin` points of the main metric
    (non-inferiority, see `Choice`). A baseline that some route significantly beats is never the cheapest. Raises
    `ConfigError` without candidates or rows.
    """
    if not candidates or not len(references):
        raise ConfigError("expected at least one route and one row to choose by, found none")
    main = task.main_metric
    values = {candidate.name: _values(main, task, candidate, references) for candidate in candidates}
    sign = 1 if metrics.get(main).HIGHER_IS_BETTER else -1
    means = {name: float(found.mean()) for name, found in values.items()}
    top = max(means.values(), key=lambda mean: sign * mean)
    tied = [candidate for candidate in candidates if level(means[candidate.name], top)]
    best = by_preference(task, tied, references)[0]
    with_baseline = best.route != BASELINE and any(candidate.route == BASELINE for candidate in tied)
    losses = {
        candidate.name: _between(task, candidate, best, references, dependence)
        for candidate in candidates
        if candidate is not best
    }
    scores = {candidate.name: _score(task, candidate, references, dependence) for candidate in candidates}
    least = margin * metrics.point(main)
    cheapest = _cheapest(task, candidates, best, losses, least, references, dependence)
    tie_by = _second(task) or "" if with_baseline else ""
    return Choice(best.name, cheapest, by, len(references), least, scores, losses, tie_by, dependence.effect)


def by_preference(task: Task, candidates: Sequence[Candidate], references: Any) -> list[Candidate]:
    """`candidates` in the order in which ties by the main metric are broken.

    A baseline, being the cheaper, goes before all transferred routes but those that are better than it by a `SECOND`
    measure. Among transferred routes the smaller goes first, then the faster; among models of like size and speed the
    one asked for first: speed, being measured, would choose another one the next time.
    """
    baselines = [candidate for candidate in candidates if candidate.route == BASELINE]
    others = _cheaper_first([candidate for candidate in candidates if candidate.route != BASELINE])
    second = _second(task)
    if not baselines or not others:
        return [*baselines, *others]
    ahead: set[str] = set()
    if second is not None:
        means = {candidate.name: _mean(second, task, candidate, references) for candidate in candidates}
        least = min(means[candidate.name] for candidate in baselines)
        ahead = {each.name for each in others if means[each.name] < least and not level(means[each.name], least)}
    first, last = ([each for each in others if (each.name in ahead) is wanted] for wanted in (True, False))
    return [*first, *baselines, *last]


def _second(task: Task) -> str | None:
    return next((name for name in SECOND if name in task.metrics and name != task.main_metric), None)


def _cheaper_first(candidates: Sequence[Candidate]) -> list[Candidate]:
    left, ordered = list(candidates), []
    while left:
        least = min(candidate.size for candidate in left)
        pool = [candidate for candidate in left if candidate.size <= _ALIKE * least]
        fastest = max(candidate.speed for candidate in pool)
        first = next(candidate for candidate in pool if _ALIKE * candidate.speed >= fastest)
        ordered.append(first)
        left.remove(first)
    return ordered


def level(one: float, other: float) -> bool:
    """Whether two means are equal, whatever the order in which they were summed."""
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)


def unchosen(task: Task, names: Sequence[str], by: str, margin: float, effect: float = 1.0) -> Choice:
    """What stands for a choice where there are no rows to choose by, or nothing to choose from: the first of `names`,
    and no cheapest unless it is the only one. `margin` is in points, and `effect` as in `choose`."""
    least = margin * metrics.point(task.main_metric)
    return Choice(names[0], names[0] if len(names) == 1 else None, by, 0, least, effect=effect)


def quoted(
    task: Task,
    candidates: Sequence[Candidate],
    references: Any,
    best: str,
    seed: int = 0,
    dependence: Dependence = INDEPENDENT,
) -> Interval:
    """The main metric of the chosen route, `best`, where all rows have been chosen by, without the optimism of that.

    In every bootstrap resample of the rows, or groups, the best route is chosen, by its mean over seeds, and is worth
    what it reaches with the first seed on the rows outside the resample; the value is the mean of that (bootstrap bias
    corrected cross-validation, Tsamardinos et al. 2018). Of routes that are equally good it is what each is worth,
    where the best score of all would be too high. The interval is that of the chosen route's score, its near end moved
    along with the value, as far as the metric goes.
    """
    main, sign = task.main_metric, 1 if metrics.get(task.main_metric).HIGHER_IS_BETTER else -1
    candidates = by_preference(task, candidates, references)  # of equals the first is taken
    worth = [_in_and_out(main, task, candidate, references, seed, dependence) for candidate in candidates]
    inside, outside = (np.stack([pair[i] for pair in worth]) for i in (0, 1))
    taken = (sign * inside).argmax(axis=0)
    value = float(np.nanmean(outside[taken, np.arange(len(taken))]))  # a resample may have drawn every row
    chosen = next(candidate for candidate in candidates if candidate.name == best)
    interval = intervals([main], *comparable(task, chosen.outputs[0], references), dependence=dependence)[main]
    moved = value - interval.value
    least, most = metrics.ends(main)
    return Interval(value, max(least, interval.low + min(moved, 0.0)), min(most, interval.high + max(moved, 0.0)))


def _in_and_out(
    metric: str, task: Task, candidate: Candidate, references: Any, seed: int, dependence: Dependence
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """`metric` of the rows in every resample, the mean over seeds, and of the rows outside it, with the first seed."""
    inside, outside = [], []
    weighings = _weighings(metric, task, candidate, references)
    for counts in drawn_rows(len(references), _RESAMPLES, np.random.default_rng(seed), dependence.groups):
        inside.append(np.mean([weigh(counts) for weigh in weighings], axis=0))
        outside.append(weighings[0]((counts == 0).astype(np.float64)))
    return np.concatenate(inside), np.concatenate(outside)


def _weighings(metric: str, task: Task, candidate: Candidate, references: Any) -> list[metrics.Weighing]:
    """How `metric` is made of rows, for every seed."""
    return [metrics.weighing(metric, *comparable(task, outputs, references)) for outputs in candidate.outputs]


def _values(metric: str, task: Task, candidate: Candidate, references: Any) -> npt.NDArray[np.float64]:
    """`metric` of every seed."""
    return np.array([metrics.compute(metric, *comparable(task, outputs, references)) for outputs in candidate.outputs])


def _mean(metric: str, task: Task, candidate: Candidate, references: Any) -> float:
    return float(_values(metric, task, candidate, references).mean())


def _score(task: Task, candidate: Candidate, references: Any, dependence: Dependence) -> Interval:
    """The mean over seeds."""
    answered = [comparable(task, outputs, references) for outputs in candidate.outputs]
    return mean_interval(task.main_metric, answered, dependence)


def _between(task: Task, one: Candidate, other: Candidate, references: Any, dependence: Dependence) -> Interval:
    (ours, truth), (theirs, _) = (comparable(task, candidate.outputs[0], references) for candidate in (one, other))
    return difference(task.main_metric, ours, theirs, truth, dependence=dependence)


def _cheapest(
    task: Task,
    candidates: Sequence[Candidate],
    best: Candidate,
    losses: Mapping[str, Interval],
    margin: float,
    references: Any,
    dependence: Dependence,
) -> str | None:
    beaten = any(
        _between(task, candidate, other, references, dependence).low > 0
        for other in candidates
        if other.route == BASELINE
        for candidate in candidates
        if candidate.route != BASELINE
    )
    faster = [
        candidate
        for candidate in candidates
        if candidate.speed > best.speed and not (beaten and candidate.route == BASELINE)
    ]
    as_good = [candidate for candidate in faster if losses[candidate.name].low > -margin]
    if as_good:
        return max(as_good, key=lambda candidate: candidate.speed).name
    return best.name if all(losses[candidate.name].high < -margin for candidate in faster) else None
