"""One label per row: softmax, cross-entropy, a temperature."""

from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from transferkit import metrics
from transferkit.arrays import Floats, softmax
from transferkit.encoding.examples import Examples
from transferkit.networks.adjustment import Adjustment
from transferkit.table.rows import Rows
from transferkit.tasks import Task
from transferkit.training import one_of_several
from transferkit.training.calibration import best_scale, scale_for_confidence
from transferkit.training.losses import Loss, Schedule
from transferkit.training.losses.hard_labels import HardLabels
from transferkit.training.losses.soft_labels import SoftLabels
from transferkit.training.options import TrainingOptions

PROBLEM_TYPE = "single_label_classification"
STOP_ON = "calibrated_log_loss"
UNLABELLED = -100


def targets(rows: Rows, task: Task) -> npt.NDArray[Any]:
    """Indices into the labels, (rows,); -100 for rows without one."""
    cells = rows.columns.get(task.target, [None] * len(rows))
    return np.array([UNLABELLED if v is None else task.encode_target(v, task.labels) for v in cells], dtype=np.int64)


def known(targets: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    return np.asarray(targets >= 0)


def in_training(targets: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], Adjustment]:
    return targets, Adjustment()


def at_start(targets: npt.NDArray[Any]) -> Adjustment:
    return Adjustment()


def regressed(targets: npt.NDArray[Any]) -> Floats:
    return one_of_several.regressed(targets)


def quality(scores: Floats, targets: npt.NDArray[Any], weights: Floats | None = None) -> float:
    return one_of_several.quality(scores, targets, weights)


def from_scores(scores: Floats, targets: npt.NDArray[Any], weights: Floats | None = None) -> Adjustment:
    return one_of_several.tempered(scores, targets, weights)


def from_own_scores(scores: Floats, targets: npt.NDArray[Any], weights: Floats | None = None) -> Adjustment:
    """Such that the mean highest probability is halfway between chance and certainty."""
    return Adjustment(scale_for_confidence(scores, (1 + 1 / scores.shape[1]) / 2))


def validation(task: Task, logits: Floats, examples: Examples) -> dict[str, float]:
    """Also `calibrated_log_loss`, the log loss after temperature scaling on the same rows: the temperature is
    set last in any case, and plain log loss prefers early epochs for being less sure."""
    targets = examples.labels
    scores = {name: metrics.compute(name, softmax(logits), targets) for name in task.metrics}
    calibrated = softmax(logits * best_scale(logits, targets))
    return {**scores, STOP_ON: metrics.compute("log_loss", calibrated, targets)}


def hard_loss(targets: npt.NDArray[Any], options: TrainingOptions, labels: int, weights: Floats | None = None) -> Loss:
    of_labels = None
    if options.class_weights == "balanced":
        of_labels = torch.from_numpy(one_of_several.balanced(targets, labels, weights))
    return HardLabels(of_labels, options.label_smoothing)


def soft_loss(temperature: Schedule) -> Loss:
    return SoftLabels(temperature)


def adjusted(logits: Floats, targets: npt.NDArray[Any]) -> Adjustment:
    """The temperature of least log loss."""
    return one_of_several.tempered(logits, targets)
