"""How a route does on rows that it has not learned from, in a line while the run goes on."""

from typing import Any

from transferkit import metrics
from transferkit.evaluation.dependence import INDEPENDENT, Dependence
from transferkit.evaluation.results import Interval
from transferkit.evaluation.scores import comparable, intervals
from transferkit.tasks import Task

_BESIDE = ("macro_f1", "log_loss")


def words(task: Task, outputs: Any, references: Any, dependence: Dependence = INDEPENDENT) -> str:
    """accuracy 0.861 [.832, .889]  macro F1 0.850  log loss 0.412: the main metric, and what stands beside it in the
    table."""
    ours, truth = comparable(task, outputs, references)
    main = intervals([task.main_metric], ours, truth, dependence=dependence)[task.main_metric]
    beside = {name: metrics.compute(name, ours, truth) for name in _BESIDE if name in task.metrics}
    values = {task.main_metric: figures(main), **{name: f"{value:.3f}" for name, value in beside.items()}}
    return "  ".join(f"{metrics.get(name).TITLE} {value}" for name, value in values.items())


def figures(interval: Interval) -> str:
    """0.861 [.832, .889]."""
    low, high = (f"{end:.3f}".replace("0.", ".", 1) for end in (interval.low, interval.high))
    return f"{interval.value:.3f} [{low}, {high}]"
