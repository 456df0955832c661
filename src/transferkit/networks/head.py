"""A linear head on pooled features of some depths."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from transferkit.arrays import Floats
from transferkit.networks.adjustment import Adjustment
from transferkit.sources import tensors

_NEVER = -30.0


@dataclass(frozen=True)
class Head:
    """logits = unit(features - center) @ weights + bias, `unit` scaling every depth to length one.

    `center` is (depths, width), `weights` (depths * width, labels), `bias` (labels,).
    """

    center: Floats
    weights: Floats
    bias: Floats

    @property
    def parameters(self) -> int:
        return int(self.center.size + self.weights.size + self.bias.size)

    def logits(self, features: Floats) -> Floats:
        """(rows, depths, width) to (rows, labels)."""
        return np.asarray(prepared(features, self.center) @ self.weights + self.bias)

    def widened(self, labels: int) -> "Head":
        """The head with scores for `labels` labels: those that it has not seen are never the likeliest."""
        more = labels - len(self.bias)
        bias = np.pad(self.bias, (0, more), constant_values=_NEVER)
        return Head(self.center, np.pad(self.weights, ((0, 0), (0, more))), bias.astype(np.float32))

    def adjusted(self, adjustment: Adjustment) -> "Head":
        """The head with its logits adjusted."""
        bias = self.bias * adjustment.scale + adjustment.shift
        return Head(self.center, self.weights * adjustment.scale, np.asarray(bias, dtype=np.float32))

    def save(self, path: Path) -> None:
        parts = {"center": self.center, "weights": self.weights, "bias": self.bias}
        save_file({name: np.ascontiguousarray(value, dtype=np.float32) for name, value in parts.items()}, path)

    @staticmethod
    def load(path: Path, depths: int, width: int, labels: int) -> "Head":
        """What `save` wrote. Raises `ArtifactError` where it is damaged or of other sizes than these."""
        sizes = {"center": (depths, width), "weights": (depths * width, labels), "bias": (labels,)}
        found = tensors.read(path, sizes)
        return Head(found["center"], found["weights"], found["bias"])


def prepared(features: Floats, center: Floats) -> Floats:
    """Centre, scale every depth of every row (or word) to length one, flatten: (..., depths * width)."""
    centred = np.asarray(features - center, dtype=np.float32)
    centred /= np.maximum(np.linalg.norm(centred, axis=-1, keepdims=True), 1e-9)
    return centred.reshape(*features.shape[:-2], -1)
