"""Routes with scores in; the best, the cheapest that is as good, and what may be claimed out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from transferkit import metrics
from transferkit.errors import ConfigError
from transferkit.evaluation.paired import compare, holm
from transferkit.evaluation.results import Comparison, RouteResult
from transferkit.evaluation.verdict import better, verdict, worse
from transferkit.tasks import Task

BASELINE = "baseline"
"""The `route` of the row every transfer has to beat."""


@dataclass(frozen=True)
class Ranked:
    """`routes` in the order given, compared; `best` and `cheapest` are names of theirs."""

    routes: tuple[RouteResult, ...]
    best: str
    cheapest: str
    verdict: str


def rank(task: Task, routes: Sequence[RouteResult], references: Any) -> Ranked:
    """Compare every route with the baseline and with the best one.

    `best` has the best main metric (its mean over seeds where there are several). `cheapest` answers most
    texts per second among those not significantly worse than `best`; that is never a baseline which some route
    significantly beats. The tests are paired, on the first
    seed's predictions for the test rows; p-values are Holm-corrected for the routes compared, and the best and the
    baseline have one, the larger of both corrections.
    """
    if not routes:
        raise ConfigError("expected at least one finished route to rank, found none")
    sign = 1 if metrics.get(task.main_metric).HIGHER_IS_BETTER else -1
    best = max(routes, key=lambda route: (sign * main_value(route, task), route.cost.texts_per_second))
    baseline = next((route for route in routes if route.route == BASELINE), None)
    with_baseline = _against(task, baseline, routes, references) if baseline else {}
    with_best = _against(task, best, routes, references)
    if baseline and best is not baseline:
        # The same pair in both: it has one p-value, the more careful one.
        ours, theirs = with_baseline[best.name], with_best[baseline.name]
        p_value = max(ours.p_value, theirs.p_value)
        with_baseline[best.name], with_best[baseline.name] = (replace(c, p_value=p_value) for c in (ours, theirs))
    compared = tuple(
        replace(route, against_baseline=with_baseline.get(route.name), against_best=with_best.get(route.name))
        for route in routes
    )
    beaten = any(better(route.against_baseline) for route in compared)
    as_good = [each for each in compared if not worse(each.against_best) and not (beaten and each.route == BASELINE)]
    cheapest = max(as_good, key=lambda route: route.cost.texts_per_second)
    words = verdict(task, compared, best.name, cheapest.name, baseline.name if baseline else None)
    return Ranked(compared, best.name, cheapest.name, words)


def main_value(route: RouteResult, task: Task) -> float:
    """The main metric of `route`: its mean over seeds, or the one value there is."""
    return float(np.mean(route.seed_values)) if route.seed_values else route.scores.metrics[task.main_metric].value


def _against(task: Task, other: RouteResult, routes: Sequence[RouteResult], references: Any) -> dict[str, Comparison]:
    rivals = [route for route in routes if route.name != other.name]
    found = [compare(task, (route.name, route.outputs), (other.name, other.outputs), references) for route in rivals]
    return {comparison.a: comparison for comparison in holm(found)}
