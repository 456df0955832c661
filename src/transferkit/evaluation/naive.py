"""What a random split that ignores duplicates would have claimed: the baseline, judged both ways."""

from collections.abc import Callable
from typing import Any

from transferkit import metrics
from transferkit.evaluation.results import Interval, NaiveClaim
from transferkit.evaluation.scores import score
from transferkit.predictors import Predictor
from transferkit.table.rows import Rows
from transferkit.table.values import names_in
from transferkit.tasks import Task


def naive_claim(
    split: tuple[Rows, Rows, float] | None, task: Task, true: Interval, train: Callable[[Rows], Predictor]
) -> NaiveClaim | None:
    """`split` is naive train, naive test and the share of the latter's rows that also appear in the former.

    None where there is nothing to report: no naive split, or one that lacks a label, no leaked row in it, or a claim
    that is not better than the interval of the true value allows, or whose own interval has the true value in it.
    """
    split = _of_known_labels(split, task)
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


def _of_known_labels(split: tuple[Rows, Rows, float] | None, task: Task) -> tuple[Rows, Rows, float] | None:
    """Without rows whose labels cleaning took out of train; None where the rest of train lacks one of the labels."""
    if split is None or not task.shape.form.NAMES:
        return split
    known = set(task.labels)

    def named(target: Any) -> set[str]:
        return set(task.encode_target(target, ())) if task.shape.form.OF_WORDS else set(names_in(target))

    learn, test = (
        part.take([i for i, target in enumerate(part[task.target]) if named(target) <= known]) for part in split[:2]
    )
    there = {name for target in learn[task.target] for name in named(target)}
    return (learn, test, split[2]) if there == known and len(test) else None
