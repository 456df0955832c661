"""Routes over two labels with known rightness, and the choice among them."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from transferkit import tasks
from transferkit.evaluation import choosing
from transferkit.evaluation.choosing import Candidate
from transferkit.evaluation.results import VALIDATION, Choice, MeasuredCost, RouteResult
from transferkit.evaluation.scores import score

TASK = replace(tasks.get("text-classification"), labels=("no", "yes"))
ROWS = 400
TRUTH = np.arange(ROWS) % 2

MakeRoute = Callable[..., RouteResult]


def make_route(
    name: str, wrong: int | Sequence[int], speed: float, route: str = "parameter_transfer", seeds: Sequence[float] = ()
) -> RouteResult:
    """A route that misses the rows `wrong`, or the first so many."""
    missed = np.isin(np.arange(ROWS), range(wrong) if isinstance(wrong, int) else wrong)
    answers = np.where(missed, 1 - TRUTH, TRUTH)
    probabilities = np.where(answers[:, None] == [0, 1], 0.9, 0.1).astype(np.float32)
    cost = MeasuredCost(90_900_000, 22_700_000, 22_700_000, 61.5, speed, 1000 / speed)
    scores = score(TASK, probabilities, TRUTH, resamples=200)
    return RouteResult(name, route, f"{name} way", scores, cost, probabilities, tuple(seeds))


def chosen(routes: Sequence[RouteResult], margin: float = 1.0) -> Choice:
    """The choice among `routes` by rows on which they answer as on the others."""
    candidates = [Candidate(each.name, each.route, each.cost.texts_per_second, [each.outputs]) for each in routes]
    return choosing.choose(TASK, candidates, TRUTH, VALIDATION, margin)
