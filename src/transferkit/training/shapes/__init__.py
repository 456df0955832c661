"""What the form of an answer means for training: one output shape, one file."""

from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from transferkit.data.rows import Rows
from transferkit.tasks import Shape, Task
from transferkit.training.examples import Examples
from transferkit.training.losses import Loss, Schedule
from transferkit.training.options import TrainingOptions

Floats = npt.NDArray[np.float32]
_PARTS = 5


@dataclass(frozen=True)
class Adjustment:
    """logits * `scale` + `shift`, `shift` being a number for every label or one for all.

    `prior` is what then has still to be added to the logits of several labels for probabilities: without it, a label is
    given from a logit of 0 on.
    """

    scale: float = 1.0
    shift: Any = 0.0
    prior: float = 0.0

    def of(self, logits: Floats) -> Floats:
        return np.asarray(logits * self.scale + self.shift, dtype=np.float32)

    def undone(self, logits: Floats) -> Floats:
        """What `of` was given."""
        return np.asarray((logits - self.shift) / self.scale, dtype=np.float32)

    def inverse(self) -> "Adjustment":
        """What takes `of` back."""
        return Adjustment(1 / self.scale, -np.asarray(self.shift) / self.scale)

    def after(self, other: "Adjustment") -> "Adjustment":
        """First `other`, then this one."""
        return Adjustment(self.scale * other.scale, self.scale * np.asarray(other.shift) + self.shift, self.prior)


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

    def validation(self, task: Task, logits: Floats, examples: Examples) -> dict[str, float]:
        """The metrics of `task`, and the one called `STOP_ON`, of logits on validation examples."""

    def predictions(self, logits: Floats, prior: float = 0.0) -> Floats:
        """What the task's metrics take; `prior` as in `Adjustment`."""

    def logits(self, predictions: Floats) -> Floats:
        """The logits behind predictions, up to what makes no difference: what a student learns from."""

    def hard_loss(
        self, targets: npt.NDArray[Any], options: TrainingOptions, labels: int, weights: Floats | None = None
    ) -> Loss:
        """The loss on targets; balanced labels are those that are even by the `weights` of the rows."""

    def soft_loss(self, temperature: Schedule) -> Loss:
        """The loss on a teacher's logits."""

    def adjusted(self, logits: Floats, targets: npt.NDArray[Any]) -> Adjustment:
        """What makes the best of logits on labelled rows that trained nothing: a temperature, thresholds."""


def cross_fitted(kind: ShapeKind, outputs: Floats, targets: npt.NDArray[Any], seed: int) -> Floats:
    """Predictions for rows on which they were adjusted (thresholds), adjusted anew for each of five parts on the other
    four: as the rows would have been answered if they had had no say."""
    logits, changed = kind.logits(outputs), np.array(outputs)
    parts = min(_PARTS, len(targets))
    held = np.random.default_rng(seed).permutation(len(targets)) % parts
    for part in range(parts if parts > 1 else 0):
        here, rest = held == part, held != part
        found = kind.adjusted(logits[rest], targets[rest])
        changed[here] = kind.predictions(found.of(logits[here]), found.prior)
    return changed


def of(shape: Shape) -> ShapeKind:
    """The file for `shape`."""
    kind: ShapeKind = import_module(f"{__name__}.{shape.name.lower()}")
    return kind


def names() -> list[str]:
    """Every shape that can be trained on: the files of this folder."""
    return sorted(module.name for module in iter_modules(__path__))
