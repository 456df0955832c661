"""Any number of labels per row: a sigmoid for each, and a threshold.

Logits are moved so that each label is given from 0 on. With F the best micro F1, a label of a probability of F / 2 is
worth giving (Lipton et al. 2014): the `prior` of all labels together takes logits back to probabilities.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from scipy.optimize import minimize
from scipy.special import expit

from transferkit import metrics
from transferkit.answerers import labels as answers_of
from transferkit.arrays import Floats
from transferkit.encoding.examples import Examples
from transferkit.networks.adjustment import Adjustment
from transferkit.table.rows import Rows
from transferkit.tasks import Task
from transferkit.training.calibration import doubt
from transferkit.training.losses import Loss, Schedule
from transferkit.training.losses.label_sets import LabelSets
from transferkit.training.losses.soft_label_sets import SoftLabelSets
from transferkit.training.options import TrainingOptions

PROBLEM_TYPE = "multi_label_classification"
STOP_ON = "average_precision"


def targets(rows: Rows, task: Task) -> npt.NDArray[Any]:
    """0 or 1 per label, (rows, labels); NaN for rows whose labels are unknown."""
    cells = rows.columns.get(task.target, [None] * len(rows))
    out = np.full((len(rows), len(task.labels)), np.nan, dtype=np.float32)
    for i, value in enumerate(cells):
        if value is not None:
            out[i] = task.encode_target(value, task.labels)
    return out


def known(targets: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    return np.asarray(~np.isnan(targets[:, 0]))


def in_training(targets: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], Adjustment]:
    return targets, Adjustment()


def at_start(targets: npt.NDArray[Any]) -> Adjustment:
    """The log-odds of every label: at zero, a rare label would spend the training on getting there (the prior of
    Lin et al. 2017, section 3.3)."""
    rows = int(known(targets).sum())
    counts = np.nansum(targets, axis=0)
    return Adjustment(1.0, np.log((counts + 1) / (rows - counts + 1)).astype(np.float32))


def regressed(targets: npt.NDArray[Any]) -> Floats:
    return np.asarray(targets, dtype=np.float32)


def quality(scores: Floats, targets: npt.NDArray[Any], weights: Floats | None = None) -> float:
    """Micro F1 at the thresholds that are best for it."""
    own = np.ones(len(targets)) if weights is None else weights
    chosen = own[:, None] * (scores >= _thresholds(scores, targets, weights))
    return float(2 * (chosen * targets).sum() / ((chosen.sum() + (own[:, None] * targets).sum()) or 1.0))


def from_scores(scores: Floats, targets: npt.NDArray[Any], weights: Floats | None = None) -> Adjustment:
    """As for logits."""
    return _adjusted(scores, targets, weights)


def from_own_scores(scores: Floats, targets: npt.NDArray[Any], weights: Floats | None = None) -> Adjustment:
    return from_scores(scores, targets, weights)


def validation(task: Task, logits: Floats, examples: Examples) -> dict[str, float]:
    """With the thresholds and probabilities that are best on these very rows."""
    targets = examples.labels
    best = adjusted(logits, targets)
    found = answers_of.predictions(best.of(logits), best.prior)
    return {name: metrics.compute(name, found, targets) for name in {*task.metrics, STOP_ON}}


def hard_loss(targets: npt.NDArray[Any], options: TrainingOptions, labels: int, weights: Floats | None = None) -> Loss:
    of_labels = None
    if options.class_weights == "balanced":
        own = known(targets) * (1.0 if weights is None else weights)
        positives = np.nansum(targets * own[:, None], axis=0)
        of_labels = torch.from_numpy(np.sqrt((own.sum() - positives) / np.where(positives > 0, positives, 1)))
    return LabelSets(None if of_labels is None else of_labels.float(), options.label_smoothing)


def soft_loss(temperature: Schedule) -> Loss:
    return SoftLabelSets(temperature)


def adjusted(logits: Floats, targets: npt.NDArray[Any]) -> Adjustment:
    """Move every label's threshold to a logit of 0: those that together have the best micro F1 on these rows. Scale and
    prior have the least binary cross-entropy with smoothed targets (as in Platt 1999, for all labels together).

    A label that holds in every row is given its probability by Laplace's rule of succession, at least.
    """
    return _adjusted(logits, targets, None)


def _adjusted(logits: Floats, targets: npt.NDArray[Any], weights: Floats | None) -> Adjustment:
    thresholds = np.array(_thresholds(logits, targets, weights), dtype=np.float64)
    scale, prior = _calibrated(logits - thresholds, targets, weights)
    always = targets.all(axis=0)
    sure = np.log(len(targets) + 1) + max(0.0, -prior)
    lowest = logits.min(axis=0) - sure / scale
    thresholds[always] = np.minimum(thresholds, lowest)[always]
    return Adjustment(scale, np.asarray(-scale * thresholds, dtype=np.float32), prior)


def _calibrated(logits: npt.NDArray[Any], targets: npt.NDArray[Any], weights: Floats | None) -> tuple[float, float]:
    """Scale from 0.01 to 100 and prior from -10 to 10."""
    share = doubt(len(targets))
    smoothed = (1 - share) * targets + share / 2
    scores = np.asarray(logits, dtype=np.float64)

    def mean(values: npt.NDArray[np.float64]) -> float:
        return float(np.average(values.mean(axis=1), weights=weights))

    def loss(parameters: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        scale = np.exp(parameters[0])
        moved = scores * scale + parameters[1]
        wrong = expit(moved) - smoothed
        value = mean(np.logaddexp(0, moved) - smoothed * moved)
        return value, np.array([mean(wrong * scores) * scale, mean(wrong)])

    bounds = [(np.log(0.01), np.log(100)), (-10, 10)]
    found = minimize(loss, np.zeros(2), jac=True, bounds=bounds, method="L-BFGS-B")
    return float(np.exp(found.x[0])), float(found.x[1])


def _thresholds(scores: Floats, truth: npt.NDArray[Any], weights: Floats | None = None) -> Floats:
    """The score from which on each label is given, (labels,), for the best micro F1 of all labels together.

    With F the best micro F1, a label is given to its rows of highest score as long as that adds to 2 right - F given
    (Dinkelbach 1967; the threshold F / 2 of Lipton et al. 2014 where scores are probabilities). Thresholds that are
    best for each label alone give rare ones too often, since what is best for a handful of rows is chance.
    """
    order = np.argsort(-scores, axis=0, kind="stable")
    ordered = np.take_along_axis(scores, order, axis=0).astype(np.float64)
    nothing = np.zeros((1, scores.shape[1]))
    own = np.ones(scores.shape) if weights is None else np.repeat(weights[:, None], scores.shape[1], axis=1)
    given, right = (
        np.vstack([nothing, np.cumsum(np.take_along_axis(amounts, order, axis=0), axis=0)])
        for amounts in (own, own * truth)
    )
    # Between equal scores no threshold can stand.
    tied = np.vstack([nothing, ordered[:-1] == ordered[1:], nothing]).astype(bool)
    best, columns = 0.0, np.arange(scores.shape[1])
    while True:
        counts = np.where(tied, -np.inf, 2 * right - best * given).argmax(axis=0)
        score = float(2 * right[counts, columns].sum() / ((given[counts, columns].sum() + right[-1].sum()) or 1.0))
        if score <= best:
            break
        best = score
    room = np.maximum(0.1 * (ordered[0] - ordered[-1]), 1e-3)
    edges = np.vstack([ordered[0] + 2 * room, ordered, ordered[-1] - 2 * room])
    return np.asarray((edges[counts, columns] + edges[counts + 1, columns]) / 2, dtype=np.float32)
