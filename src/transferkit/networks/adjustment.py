"""A scale and a shift of logits: what a temperature, thresholds or a unit of measurement come to."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from transferkit.arrays import Floats


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
