"""What every route returns: something that predicts, whoever made it and wherever it was read from."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from transferkit.data.rows import Rows

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Predictions:
    """Answers for some rows.

    LABEL: `probabilities` is (rows, labels), rows summing to one; `values` are the arg max.
    """

    probabilities: Floats

    @property
    def values(self) -> npt.NDArray[np.int64]:
        return np.asarray(self.probabilities.argmax(axis=1), dtype=np.int64)

    def __len__(self) -> int:
        return len(self.probabilities)


class Predictor(Protocol):
    """A trained model in use. There is no unfitted state."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the columns of `Predictions.probabilities`, in order."""

    @property
    def parameters(self) -> int:
        """Number of weights used in predicting."""

    def predict(self, rows: Rows) -> Predictions:
        """Answers for `rows`; needs the input columns only."""

    def save(self, folder: Path) -> None:
        """Write weights (safetensors) and facts (JSON) such that `load(folder)` gives the same outputs."""
