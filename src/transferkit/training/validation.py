"""How a model in training does on the validation rows."""

from collections.abc import Mapping, Sequence

import numpy as np
from torch import nn

from transferkit import metrics
from transferkit.errors import ConfigError
from transferkit.tasks import Task
from transferkit.training.calibration import best_scale
from transferkit.training.examples import Examples
from transferkit.training.inference import outputs, softmax
from transferkit.training.loop import Validate
from transferkit.training.options import TrainingOptions

CALIBRATED = "calibrated_log_loss"


def check_stop_on(name: str, options: TrainingOptions, task: Task) -> None:
    """Raise `ConfigError` where the epoch is to be chosen by something that is not measured."""
    if options.stop_on not in (*task.metrics, CALIBRATED):
        there = ", ".join((*task.metrics, CALIBRATED))
        raise ConfigError(f"{name}: stop_on={options.stop_on!r} is not a validation metric; there is {there}")


def validator(names: Sequence[str], examples: Examples) -> Validate | None:
    """A function giving the metrics `names` of a model on labelled `examples`; None if there are none.

    Besides these, `calibrated_log_loss` is the log loss after temperature scaling on the same rows: the
    temperature is set last in any case, and plain log loss prefers early epochs for being less sure.
    """
    if not len(examples):
        return None

    def validate(model: nn.Module) -> Mapping[str, float]:
        logits = outputs(model, examples)
        probabilities = softmax(logits)
        found = {name: metrics.get(name).compute(probabilities, examples.labels) for name in names}
        calibrated = softmax(logits * best_scale(logits, examples.labels))
        return {**found, CALIBRATED: metrics.get("log_loss").compute(calibrated, examples.labels)}

    return validate


def class_weights(
    labels: np.ndarray[tuple[int], np.dtype[np.int64]], classes: int
) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """Balanced weights, rows / (classes * count): a rare label counts as much as a frequent one."""
    known = labels[labels >= 0]
    counts = np.bincount(known, minlength=classes)
    return (len(known) / (classes * np.maximum(counts, 1))).astype(np.float32)
