"""Any number of labels per row: a sigmoid and a threshold for each."""

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from scipy.optimize import minimize_scalar

from transferkit import metrics
from transferkit.data.rows import Rows
from transferkit.tasks import Task
from transferkit.training.calibration import doubt
from transferkit.training.examples import Examples
from transferkit.training.inference import Floats
from transferkit.training.losses import Loss, Schedule
from transferkit.training.losses.label_sets import LabelSets
from transferkit.training.losses.soft_label_sets import SoftLabelSets
from transferkit.training.options import TrainingOptions
from transferkit.training.shapes import Adjustment

PROBLEM_TYPE = "multi_label_classification"
STOP_ON = "average_precision"


def targets(rows: Rows, task: Task) -> npt.NDArray[Any]:
    """0 or 1 per label, (rows, labels); NaN for rows whose labels are unknown."""
    given = rows.columns.get(task.target, [None] * len(rows))
    out = np.full((len(rows), len(task.labels)), np.nan, dtype=np.float32)
    for i, value in enumerate(given):
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
    given = np.nansum(targets, axis=0)
    return Adjustment(1.0, np.log((given + 1) / (rows - given + 1)).astype(np.float32))


def regressed(targets: npt.NDArray[Any]) -> Floats:
    return np.asarray(targets, dtype=np.float32)


def quality(scores: Floats, targets: npt.NDArray[Any]) -> float:
    """Micro F1 at the thresholds that are best for it."""
    chosen = scores >= _thresholds(scores, targets)
    return float(2 * (chosen * targets).sum() / max(chosen.sum() + targets.sum(), 1))


def from_scores(scores: Floats, targets: npt.NDArray[Any]) -> Adjustment:
    """Thresholds to 0, then the scale of least binary cross-entropy with smoothed targets."""
    moved = adjusted(scores, targets)
    logits = np.asarray(moved.of(scores), dtype=np.float64)
    share = doubt(len(targets))
    smoothed = (1 - share) * targets + share / 2

    def loss(log_scale: float) -> float:
        scaled = logits * np.exp(log_scale)
        return float((np.logaddexp(0, scaled) - smoothed * scaled).mean())

    found = minimize_scalar(loss, bounds=(np.log(0.1), np.log(100)), method="bounded")
    return Adjustment(float(np.exp(found.x))).after(moved)


def validation(task: Task, logits: Floats, examples: Examples) -> dict[str, float]:
    """With the thresholds that are best on these very rows."""
    targets = examples.labels
    found = predictions(adjusted(logits, targets).of(logits))
    return {name: metrics.compute(name, found, targets) for name in {*task.metrics, STOP_ON}}


def predictions(logits: Floats) -> Floats:
    """Scores between 0 and 1, a label being given from one half on; rows need not sum to one."""
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))), dtype=np.float32)


def logits(predictions: Floats) -> Floats:
    """Log-odds."""
    clipped = np.clip(predictions, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(clipped) - np.log1p(-clipped), dtype=np.float32)


def hard_loss(targets: npt.NDArray[Any], options: TrainingOptions, labels: int) -> Loss:
    weights = None
    if options.class_weights == "balanced":
        positives = np.nansum(targets, axis=0)
        weights = torch.from_numpy(np.sqrt((known(targets).sum() - positives) / np.maximum(positives, 1)))
    return LabelSets(None if weights is None else weights.float(), options.label_smoothing)


def soft_loss(temperature: Schedule) -> Loss:
    return SoftLabelSets(temperature)


def adjusted(logits: Floats, targets: npt.NDArray[Any]) -> Adjustment:
    """Move every label's threshold to a logit of 0: those that together have the best micro F1 on these rows."""
    return Adjustment(1.0, -_thresholds(logits, targets))


def _thresholds(scores: Floats, truth: npt.NDArray[Any]) -> Floats:
    """The score from which on each label is given, (labels,), for the best micro F1 of all labels together.

    With F the best micro F1, a label is given to its rows of highest score as long as that adds to 2 right - F given
    (Dinkelbach 1967; the threshold F / 2 of Lipton et al. 2014 where scores are probabilities). Thresholds that are
    best for each label alone give rare ones too often, since what is best for a handful of rows is chance.
    """
    order = np.argsort(-scores, axis=0, kind="stable")
    ordered = np.take_along_axis(scores, order, axis=0).astype(np.float64)
    nothing = np.zeros((1, scores.shape[1]))
    right = np.vstack([nothing, np.cumsum(np.take_along_axis(truth, order, axis=0), axis=0)])
    given = np.arange(len(right))[:, None]
    # Between equal scores no threshold can stand.
    tied = np.vstack([nothing, ordered[:-1] == ordered[1:], nothing]).astype(bool)
    best, columns = 0.0, np.arange(scores.shape[1])
    while True:
        counts = np.where(tied, -np.inf, 2 * right - best * given).argmax(axis=0)
        found = float(2 * right[counts, columns].sum() / max(counts.sum() + truth.sum(), 1))
        if found <= best:
            break
        best = found
    above = ordered[0] + np.maximum(0.1 * (ordered[0] - ordered[-1]), 1e-3)
    edges = np.vstack([2 * above - ordered[0], ordered, ordered[-1:]])
    return np.asarray((edges[counts, columns] + edges[counts + 1, columns]) / 2, dtype=np.float32)
