"""What the form of an answer means for training: one output shape, one file."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from transferkit import answerers
from transferkit.arrays import Floats
from transferkit.encoding.examples import Examples
from transferkit.networks.adjustment import Adjustment
from transferkit.shapes import Shape
from transferkit.table.rows import Rows
from transferkit.tasks import Task
from transferkit.training.losses import Loss, Schedule
from transferkit.training.options import TrainingOptions

_PARTS = 5


class ShapeKind(Protocol):
    """What every file of this folder offers. Logits are (rows, labels); for VALUE there is one column."""

    PROBLEM_TYPE: str
    STOP_ON: str

    def targets(self, rows: Rows, task: Task) -> npt.NDArray[Any]:
        """The targets of `rows` as the losses take them; unlabelled rows are marked."""

    def known(self, targets: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
        """Which rows have a target."""

    def in_training(self, targets: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], Adjustment]:
        """`targets` on the scale that is trained on, and what takes logits back to their own."""

    def at_start(self, targets: npt.NDArray[Any]) -> Adjustment:
        """What a new head begins with instead of zeros, given targets on the scale that is trained on."""

    def regressed(self, targets: npt.NDArray[Any]) -> Floats:
        """`targets` as what a linear regression predicts, (rows, labels)."""

    def quality(self, scores: Floats, targets: npt.NDArray[Any], weights: Floats | None = None) -> float:
        """How good a regression's scores are, more is better: what cross-validation chooses by. `weights` (rows,) says
        how much each row counts, here and below."""

    def from_scores(self, scores: Floats, targets: npt.NDArray[Any], weights: Floats | None = None) -> Adjustment:
        """From a regression's scores to logits, given scores of rows that it has not seen."""

    def from_own_scores(self, scores: Floats, targets: npt.NDArray[Any], weights: Floats | None = None) -> Adjustment:
        """The same, given scores of the very rows that trained it, where none could be held out: nobody knows how good
        they are."""

    def validation(self, task: Task, logits: Floats, examples: Examples) -> dict[str, float]:
        """The metrics of `task`, and the one called `STOP_ON`, of logits on validation examples."""

    def hard_loss(
        self, targets: npt.NDArray[Any], options: TrainingOptions, labels: int, weights: Floats | None = None
    ) -> Loss:
        """The loss on targets; balanced labels are those that are even by the `weights` of the rows."""

    def soft_loss(self, temperature: Schedule) -> Loss:
        """The loss on a teacher's logits."""

    def adjusted(self, logits: Floats, targets: npt.NDArray[Any]) -> Adjustment:
        """What makes the best of logits on labelled rows that trained nothing: a temperature, thresholds."""


def cross_fitted(shape: Shape, outputs: Floats, targets: npt.NDArray[Any], seed: int) -> Floats:
    """Predictions for rows on which they were adjusted (thresholds), adjusted anew for each of five parts on the other
    four: as the rows would have been answered if they had had no say."""
    kind, answerer = of(shape), answerers.of(shape)
    logits, changed = answerer.logits(outputs), np.array(outputs)
    parts = min(_PARTS, len(targets))
    held = np.random.default_rng(seed).permutation(len(targets)) % parts
    for part in range(parts if parts > 1 else 0):
        here, rest = held == part, held != part
        adjustment = kind.adjusted(logits[rest], targets[rest])
        changed[here] = answerer.predictions(adjustment.of(logits[here]), adjustment.prior)
    return changed


def of(shape: Shape) -> ShapeKind:
    """The file for `shape`."""
    kind: ShapeKind = import_module(f"{__name__}.{shape.name.lower()}")
    return kind


def names() -> list[str]:
    """Every shape that can be trained on: the files of this folder."""
    return sorted(module.name for module in iter_modules(__path__))
