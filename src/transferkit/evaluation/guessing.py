"""What always giving the same answer would score, beside what the chosen route does."""

from dataclasses import dataclass, replace
from typing import Any

from transferkit import metrics
from transferkit.evaluation.dependence import INDEPENDENT, Dependence
from transferkit.evaluation.paired import compare
from transferkit.evaluation.results import Comparison, RouteResult
from transferkit.evaluation.scores import comparable
from transferkit.table.rows import Rows
from transferkit.tasks import Task


@dataclass(frozen=True)
class Guess:
    """The one answer that needs no text to be read, and a route beside it.

    `answer` is a label, None for the mean of numbers; `value` is what always giving it scores by `metric`, `reached`
    what the route does, and `comparison` the test of the one against the other.
    """

    answer: str | None
    metric: str
    value: float
    reached: float
    comparison: Comparison

    @property
    def as_good(self) -> bool:
        """Whether guessing scores no less than the route."""
        return self.comparison.difference <= 0

    @property
    def beaten(self) -> bool:
        """Whether the route is shown to be better."""
        return self.comparison.significant and not self.as_good


def guess(
    task: Task, learned: Rows, route: RouteResult, references: Any, dependence: Dependence = INDEPENDENT
) -> Guess | None:
    """The commonest label, or the mean, of the rows `learned` from beside `route`, on the rows of `references`; None
    where answers have no such form."""
    form = task.shape.form
    outputs = form.guess(task.references(learned), len(references))
    if outputs is None:
        return None
    metric = form.GUESSED_BY or task.main_metric
    value, reached = (
        metrics.compute(metric, *comparable(task, answers, references)) for answers in (outputs, route.outputs)
    )
    by = replace(task, main_metric=metric)
    tested = compare(by, (route.name, route.outputs), ("guess", outputs), references, dependence)
    answer = task.decode(outputs[:1], task.labels)[0] if form.NAMES else None
    named = answer[0] if isinstance(answer, list) else answer
    return Guess(named, metric, value, reached, tested)
