"""What a random split that ignores duplicates would have claimed: the baseline, judged both ways."""

from collections.abc import Callable

from transferkit import metrics
from transferkit.evaluation.results import Interval, NaiveClaim
from transferkit.evaluation.scores import score
from transferkit.predictors import Predictor
from transferkit.table.rows import Rows
from transferkit.tasks import Task


def naive_claim(
    split: tuple[Rows, Rows, float] | None, task: Task, true: Interval, train: Callable[[Rows], Predictor]
) -> NaiveClaim | None:
    """`split` is naive train, naive test and the share of the latter's rows that also stand in the former.

    None where there is nothing to report: no naive split, no leaked row in it, or a claim that is not better than the
    interval of the true value allows, or whose own interval has the true value in it.
    """
    if split is None or split[2] == 0:
        return None
    learn, test, leaked = split
    outputs = train(learn).predict(test).outputs
    claimed = score(task, outputs, task.references(test), inputs=task.asked(test)).metrics[task.main_metric]
    if metrics.get(task.main_metric).HIGHER_IS_BETTER:
        flattering = claimed.value > true.high and claimed.low > true.value
    else:
        flattering = claimed.value < true.low and claimed.high < true.value
    return NaiveClaim(leaked=leaked, claimed=claimed.value, true=true.value) if flattering else None
