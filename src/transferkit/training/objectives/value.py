"""A number per row: squared error on the standardised scale."""

from typing import Any

import numpy as np
import numpy.typing as npt

from transferkit import metrics
from transferkit.arrays import Floats
from transferkit.encoding.examples import Examples
from transferkit.errors import ConfigError
from transferkit.networks.adjustment import Adjustment
from transferkit.table.rows import Rows
from transferkit.tasks import Task
from transferkit.training.losses import Loss, Schedule
from transferkit.training.losses.squared_error import SquaredError
from transferkit.training.options import TrainingOptions

PROBLEM_TYPE = "regression"
STOP_ON = "rmse"


def targets(rows: Rows, task: Task) -> npt.NDArray[Any]:
    """Numbers, (rows,); NaN for rows without one."""
    cells = rows.columns.get(task.target, [None] * len(rows))
    return np.array([np.nan if value is None else float(value) for value in cells], dtype=np.float32)


def known(targets: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    return np.asarray(~np.isnan(targets))


def in_training(targets: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], Adjustment]:
    """Of mean zero and variance one, so that rates and losses mean the same for every unit."""
    mean, spread = float(np.nanmean(targets)), float(np.nanstd(targets)) or 1.0
    return (targets - mean) / spread, Adjustment(spread, mean)


def at_start(targets: npt.NDArray[Any]) -> Adjustment:
    return Adjustment()


def regressed(targets: npt.NDArray[Any]) -> Floats:
    """Standardised, one column."""
    return np.asarray(in_training(targets)[0], dtype=np.float32)[:, None]


def quality(scores: Floats, targets: npt.NDArray[Any], weights: Floats | None = None) -> float:
    """Share of the variance that is explained (R2)."""
    return metrics.compute("r2", in_training(targets)[1].of(scores), targets, weights)


def from_scores(scores: Floats, targets: npt.NDArray[Any], weights: Floats | None = None) -> Adjustment:
    return in_training(targets)[1]


def from_own_scores(scores: Floats, targets: npt.NDArray[Any], weights: Floats | None = None) -> Adjustment:
    return from_scores(scores, targets, weights)


def validation(task: Task, logits: Floats, examples: Examples) -> dict[str, float]:
    targets = examples.labels
    return {name: metrics.compute(name, logits, targets) for name in {*task.metrics, STOP_ON}}


def hard_loss(targets: npt.NDArray[Any], options: TrainingOptions, labels: int, weights: Floats | None = None) -> Loss:
    if options.class_weights == "balanced":
        raise ConfigError("class_weights=balanced needs labels, and these rows have numbers; leave it out")
    return SquaredError("labels")


def soft_loss(temperature: Schedule) -> Loss:
    return SquaredError("teacher_logits")


def adjusted(logits: Floats, targets: npt.NDArray[Any]) -> Adjustment:
    """Nothing: squared error has set scale and mean already."""
    return Adjustment()
