"""What to make of scores where no row could be held out: nobody knows how good they are."""

from typing import Any

import numpy.typing as npt

from transferkit.training.calibration import scale_for_confidence
from transferkit.training.inference import Floats
from transferkit.training.shapes import Adjustment, ShapeKind, label


def adjustment(kind: ShapeKind, scores: Floats, targets: npt.NDArray[Any], weights: Floats | None = None) -> Adjustment:
    """From scores (rows, labels) of the very rows that trained them to logits.

    One label per row: such that the mean highest probability is halfway between chance and certainty. Else as if the
    rows had not been seen.
    """
    if kind.PROBLEM_TYPE != label.PROBLEM_TYPE:
        return kind.from_scores(scores, targets, weights)
    return Adjustment(scale_for_confidence(scores, (1 + 1 / scores.shape[1]) / 2))
