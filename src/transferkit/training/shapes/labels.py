"""Any number of labels per row: a sigmoid and a threshold for each."""

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from scipy.optimize import minimize_scalar

from transferkit import metrics
from transferkit.data.rows import Rows
from transferkit.tasks import Task
from transferkit.training.examples import Examples
from transferkit.training.inference import Floats
from transferkit.training.losses import Loss, Schedule
from transferkit.training.losses.label_sets import LabelSets
from transferkit.training.losses.soft_label_sets import SoftLabelSets
from transferkit.training.options import TrainingOptions
from transferkit.training.shapes import Adjustment

PROBLEM_TYPE = "multi_label_classification"
STOP_ON = "average_precision"
_LEAST_POSITIVES = 3


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
    """Micro F1 at the one threshold that is best for it."""
    chosen = scores >= _threshold(scores.reshape(-1), targets.reshape(-1))
    return float(2 * (chosen * targets).sum() / max(chosen.sum() + targets.sum(), 1))


def from_scores(scores: Floats, targets: npt.NDArray[Any]) -> Adjustment:
    """Thresholds to 0, then the scale of least binary cross-entropy."""
    moved = adjusted(scores, targets)
    logits = np.asarray(moved.of(scores), dtype=np.float64)

    def loss(log_scale: float) -> float:
        scaled = logits * np.exp(log_scale)
        return float((np.logaddexp(0, scaled) - targets * scaled).mean())

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
    """Move every label's best threshold (by F1 on these rows) to a logit of 0.

    Labels with fewer than 3 rows take the threshold that is best for all labels together: what is best for a
    handful of rows is chance (Lipton et al. 2014 on thresholds of rare labels).
    """
    together = _threshold(logits.reshape(-1), targets.reshape(-1))
    shift = np.full(logits.shape[1], -together, dtype=np.float32)
    for label in np.flatnonzero(targets.sum(axis=0) >= _LEAST_POSITIVES):
        shift[label] = -_threshold(logits[:, label], targets[:, label])
    return Adjustment(1.0, shift)


def _threshold(scores: Floats, truth: Floats) -> float:
    """The score from which on F1 is highest, half-way to the next lower one."""
    order = np.argsort(-scores, kind="stable")
    ordered = scores[order].astype(np.float64)
    right = np.cumsum(truth[order])
    f1 = 2 * right / (np.arange(1, len(order) + 1) + max(right[-1], 1))
    # Between equal scores no threshold can stand.
    f1[:-1][ordered[:-1] == ordered[1:]] = -1
    best = int(f1.argmax())
    below = ordered[best + 1] if best + 1 < len(ordered) else ordered[best] - 1
    return float((ordered[best] + below) / 2)
