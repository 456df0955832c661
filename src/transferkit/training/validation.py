"""How a model in training does on the validation rows."""

from collections.abc import Mapping, Sequence

import numpy as np
from torch import nn

from transferkit import metrics
from transferkit.training.calibration import best_scale
from transferkit.training.examples import Examples
from transferkit.training.inference import outputs, softmax
from transferkit.training.loop import Validate


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
        return {**found, "calibrated_log_loss": metrics.get("log_loss").compute(calibrated, examples.labels)}

    return validate


def class_weights(
    labels: np.ndarray[tuple[int], np.dtype[np.int64]], classes: int
) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """Balanced weights, rows / (classes * count): a rare label counts as much as a frequent one."""
    known = labels[labels >= 0]
    counts = np.bincount(known, minlength=classes)
    return (len(known) / (classes * np.maximum(counts, 1))).astype(np.float32)
