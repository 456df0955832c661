"""Routes with scores in; how each compares with the baseline and with the chosen one out."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from transferkit.errors import ConfigError
from transferkit.evaluation.choosing import BASELINE
from transferkit.evaluation.dependence import INDEPENDENT, Dependence
from transferkit.evaluation.paired import compare, holm
from transferkit.evaluation.results import Comparison, RouteResult
from transferkit.tasks import Task


def compared(
    task: Task, routes: Sequence[RouteResult], best: str, references: Any, dependence: Dependence = INDEPENDENT
) -> tuple[RouteResult, ...]:
    """`routes` with their comparisons with the baseline and with `best`, on the rows that they are evaluated on.

    The tests are paired, on the first seed's predictions; p-values are Holm-corrected for the routes compared, and the
    best and the baseline have one, the larger of both corrections. Nothing is chosen here.
    """
    if not routes:
        raise ConfigError("expected at least one finished route to compare, found none")
    chosen = next(route for route in routes if route.name == best)
    baseline = next((route for route in routes if route.route == BASELINE), None)
    with_baseline = _against(task, baseline, routes, references, dependence) if baseline else {}
    with_best = _against(task, chosen, routes, references, dependence)
    if baseline and chosen is not baseline:
        # The same pair in both: it has one p-value, the more careful one.
        ours, theirs = with_baseline[best], with_best[baseline.name]
        p_value = max(ours.p_value, theirs.p_value)
        with_baseline[best], with_best[baseline.name] = (replace(c, p_value=p_value) for c in (ours, theirs))
    return tuple(
        replace(route, against_baseline=with_baseline.get(route.name), against_best=with_best.get(route.name))
        for route in routes
    )


def main_value(route: RouteResult, task: Task) -> float:
    """The main metric of `route`: its mean over seeds, or the one value there is."""
    return float(np.mean(route.seed_values)) if route.seed_values else route.scores.metrics[task.main_metric].value


def _against(
    task: Task, other: RouteResult, routes: Sequence[RouteResult], references: Any, dependence: Dependence
) -> dict[str, Comparison]:
    rivals = [route for route in routes if route.name != other.name]
    ours = other.name, other.outputs
    comparisons = [compare(task, (route.name, route.outputs), ours, references, dependence) for route in rivals]
    return {comparison.a: comparison for comparison in holm(comparisons)}
