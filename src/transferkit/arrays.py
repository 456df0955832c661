"""Arrays of numbers as every room has them."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def stacked(rows: Sequence[Floats]) -> Floats:
    """(rows, ...); rows of different numbers of words are filled up with NaN."""
    if len({len(row) for row in rows}) < 2:
        return np.stack(rows)
    out = np.full((len(rows), max(map(len, rows)), *rows[0].shape[1:]), np.nan, dtype=np.float32)
    for i, row in enumerate(rows):
        out[i, : len(row)] = row
    return out


def softmax(values: Floats) -> Floats:
    """Softmax over the last axis: (rows, labels) or (rows, words, labels)."""
    shifted = np.exp(values - values.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True), dtype=np.float32)


def logs(probabilities: Floats) -> Floats:
    """Log-probabilities, of those below 1e-7 that of 1e-7."""
    return np.asarray(np.log(np.clip(probabilities, 1e-7, 1.0)), dtype=np.float32)
