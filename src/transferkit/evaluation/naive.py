"""What a random split that ignores duplicates would have claimed: the baseline, judged both ways."""

from collections.abc import Callable

import numpy as np

from transferkit import metrics
from transferkit.data.rows import Rows
from transferkit.evaluation.results import NaiveClaim
from transferkit.predictors import Predictor
from transferkit.tasks import Task


def naive_claim(
    split: tuple[Rows, Rows, float] | None, task: Task, true: float, train: Callable[[Rows], Predictor]
) -> NaiveClaim | None:
    """`split` is naive train, naive test and the share of the latter's rows that also stand in the former.

    None where there is nothing to tell: no naive split, or no leaked row in it.
    """
    if split is None or split[2] == 0:
        return None
    learn, test, leaked = split
    probabilities = train(learn).predict(test).probabilities
    references = np.asarray(task.references(test))
    claimed = metrics.get(task.main_metric).compute(probabilities, references)
    return NaiveClaim(leaked=leaked, claimed=float(claimed), true=true)
