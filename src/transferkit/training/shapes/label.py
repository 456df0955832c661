"""One label per row: softmax, cross-entropy, a temperature."""

from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from transferkit import metrics
from transferkit.data.rows import Rows
from transferkit.tasks import Task
from transferkit.training.calibration import best_scale
from transferkit.training.examples import Examples
from transferkit.training.inference import Floats, softmax
from transferkit.training.losses import Loss, Schedule
from transferkit.training.losses.hard_labels import HardLabels
from transferkit.training.losses.soft_labels import SoftLabels
from transferkit.training.options import TrainingOptions
from transferkit.training.shapes import Adjustment

PROBLEM_TYPE = "single_label_classification"
STOP_ON = "calibrated_log_loss"
UNLABELLED = -100


def targets(rows: Rows, task: Task) -> npt.NDArray[Any]:
    """Indices into the labels, (rows,); -100 for rows without one."""
    given = rows.columns.get(task.target, [None] * len(rows))
    return np.array([UNLABELLED if v is None else task.encode_target(v, task.labels) for v in given], dtype=np.int64)


def known(targets: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    return np.asarray(targets >= 0)


def in_training(targets: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], Adjustment]:
    return targets, Adjustment()


def at_start(targets: npt.NDArray[Any]) -> Adjustment:
    return Adjustment()


def regressed(targets: npt.NDArray[Any]) -> Floats:
    """One column per label, 1 for the one given."""
    return np.asarray(np.eye(int(targets.max()) + 1, dtype=np.float32)[targets])


def quality(scores: Floats, targets: npt.NDArray[Any], weights: Floats | None = None) -> float:
    """Accuracy."""
    return float(np.average(scores.argmax(axis=1) == targets, weights=weights))


def from_scores(scores: Floats, targets: npt.NDArray[Any], weights: Floats | None = None) -> Adjustment:
    return Adjustment(best_scale(scores, targets, weights))


def validation(task: Task, logits: Floats, examples: Examples) -> dict[str, float]:
    """Also `calibrated_log_loss`, the log loss after temperature scaling on the same rows: the temperature is
    set last in any case, and plain log loss prefers early epochs for being less sure."""
    targets = examples.labels
    found = {name: metrics.compute(name, softmax(logits), targets) for name in task.metrics}
    calibrated = softmax(logits * best_scale(logits, targets))
    return {**found, STOP_ON: metrics.compute("log_loss", calibrated, targets)}


def predictions(logits: Floats, prior: float = 0.0) -> Floats:
    """Probabilities, rows summing to one."""
    return softmax(logits)


def logits(predictions: Floats) -> Floats:
    """Log-probabilities."""
    return np.asarray(np.log(np.clip(predictions, 1e-7, 1.0)), dtype=np.float32)


def hard_loss(targets: npt.NDArray[Any], options: TrainingOptions, labels: int, weights: Floats | None = None) -> Loss:
    of_labels = None
    if options.class_weights == "balanced":
        of_labels = torch.from_numpy(balanced(targets, labels, weights))
    return HardLabels(of_labels, options.label_smoothing)


def soft_loss(temperature: Schedule) -> Loss:
    return SoftLabels(temperature)


def adjusted(logits: Floats, targets: npt.NDArray[Any]) -> Adjustment:
    """The temperature of least log loss."""
    return Adjustment(best_scale(logits, targets))


def balanced(targets: npt.NDArray[np.int64], labels: int, weights: Floats | None = None) -> Floats:
    """rows / (labels * count), both by the `weights` of the rows: a rare label counts as much as a frequent one."""
    known = targets >= 0
    counts = np.bincount(targets[known], None if weights is None else weights[known], minlength=labels)
    return np.asarray(counts.sum() / (labels * np.where(counts > 0, counts, 1)), dtype=np.float32)
