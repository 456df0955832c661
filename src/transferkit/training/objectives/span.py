"""A span of the context: every token says how well the answer starts there, and how well it ends there.

Targets of rows are characters (rows, 2): UNLABELLED where there is none, -1 where the answer is nothing. The losses
see tokens, (windows, 2); logits are (windows, most tokens, 2), NaN beyond a window.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from transferkit import metrics
from transferkit.answerers import span as answering
from transferkit.arrays import Floats
from transferkit.encoding.examples import UNLABELLED, Examples
from transferkit.networks.adjustment import Adjustment
from transferkit.table.rows import Rows
from transferkit.tasks import Task
from transferkit.training.losses import Loss, Schedule
from transferkit.training.losses.hard_spans import HardSpans
from transferkit.training.losses.soft_spans import SoftSpans
from transferkit.training.options import TrainingOptions

PROBLEM_TYPE = "question_answering"
STOP_ON = "token_f1"
_NOTHING = -1


def targets(rows: Rows, task: Task) -> npt.NDArray[Any]:
    """The answer that most annotators give, the first of several."""
    out = np.full((len(rows), 2), UNLABELLED, dtype=np.int64)
    for i, answers in enumerate(rows.columns.get(task.target, [None] * len(rows))):
        if answers:
            [((text, start), _)] = Counter(answers).most_common(1)
            out[i] = start, start + len(text)
        elif answers is not None:
            out[i] = _NOTHING
    return out


def known(targets: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    return np.asarray(targets[:, 0] != UNLABELLED)


def in_training(targets: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], Adjustment]:
    return targets, Adjustment()


def at_start(targets: npt.NDArray[Any]) -> Adjustment:
    return Adjustment()


def regressed(targets: npt.NDArray[Any]) -> Floats:
    """Of tokens, (tokens, 2): 1 where the answer starts, and ends."""
    return np.asarray(targets, dtype=np.float32)


def quality(scores: Floats, targets: npt.NDArray[Any], weights: Floats | None = None) -> float:
    """Of tokens: how much higher those that are ends score than others, in standard deviations."""
    right = np.asarray(targets, dtype=bool)
    own = np.ones(len(right), dtype=np.float32) if weights is None else weights
    gaps = [
        (np.average(column[true], weights=own[true]) - np.average(column[~true], weights=own[~true]))
        / max(float(column.std()), 1e-9)
        for column, true in zip(scores.T, right.T, strict=True)
        if true.any() and not true.all()
    ]
    return float(np.mean(gaps)) if gaps else 0.0


def from_scores(scores: Floats, targets: npt.NDArray[Any], weights: Floats | None = None) -> Adjustment:
    """Scores of tokens are small; as logits they are to tell likely from unlikely."""
    return Adjustment(1 / max(float(scores.std()), 1e-9))


def from_own_scores(scores: Floats, targets: npt.NDArray[Any], weights: Floats | None = None) -> Adjustment:
    return from_scores(scores, targets, weights)


def validation(task: Task, logits: Floats, examples: Examples) -> dict[str, float]:
    """With the threshold that suits these rows best, where some have no answer."""
    assert examples.rows is not None and examples.encoded.passages is not None
    candidates = answering.candidates(logits, examples.encoded.passages)
    threshold = fitted_threshold(task, candidates, examples.rows)
    answers = task.decode(answering.answers(candidates, tuple(examples.rows["text_pair"]), threshold), task.labels)
    truth = task.references(examples.rows)
    return {name: metrics.compute(name, answers, truth) for name in task.metrics}


def threshold(
    task: Task, train: Rows, validation: Rows, candidates: Callable[[Rows], answering.Candidates]
) -> float | None:
    """The threshold of a trained predictor, set on validation; None where every training row has an answer."""
    if all(task.references(train)):
        return None
    found = fitted_threshold(task, candidates(validation), validation) if len(validation) else None
    return 0.0 if found is None else found


def fitted_threshold(
    task: Task, candidates: answering.Candidates, rows: Rows, weights: Floats | None = None
) -> float | None:
    """By how much nothing must be likelier than a span to be the answer; None where every row has an answer. `weights`
    (rows,) says how much each row counts, by default the same."""
    truth = task.references(rows)
    if all(truth):
        return None
    spans = task.decode(answering.answers(candidates, tuple(rows["text_pair"]), None), task.labels)
    of_answers, of_nothing = (
        np.array(
            [metrics.compute(task.main_metric, [answer], [true]) for answer, true in zip(answers, truth, strict=True)]
        )
        for answers in (spans, [""] * len(truth))
    )
    own = np.ones(len(truth)) if weights is None else weights
    return answering.best_threshold(candidates.margins, own * of_answers, own * of_nothing)


def hard_loss(targets: npt.NDArray[Any], options: TrainingOptions, labels: int, weights: Floats | None = None) -> Loss:
    return HardSpans(options.label_smoothing)


def soft_loss(temperature: Schedule) -> Loss:
    return SoftSpans(temperature)


def adjusted(logits: Floats, targets: npt.NDArray[Any]) -> Adjustment:
    """A threshold does it instead, see `fitted_threshold`."""
    return Adjustment()
