"""Drawing rare labels more often: beside class weights, the other remedy for uneven data."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from transferkit.arrays import Ints
from transferkit.encoding.examples import Examples
from transferkit.errors import ConfigError


@dataclass(frozen=True)
class Oversampled:
    """`source` with rows of rare labels repeated until every label has as many as the most frequent one.

    Unlabelled rows stay as they are.
    """

    source: Examples
    positions: Ints

    @property
    def lengths(self) -> Ints:
        return self.source.lengths[self.positions]

    def batch(self, positions: Sequence[int]) -> dict[str, Tensor]:
        return self.source.batch(self.positions[np.asarray(positions)].tolist())


def oversampled(source: Examples, seed: int) -> Oversampled:
    """Every row once, and as many more of each label, drawn evenly, as it lacks. One label per row only."""
    if source.labels.dtype != np.int64 or source.labels.ndim != 1:
        raise ConfigError(
            "resampling=oversample needs one label per row; leave it out; labels have class_weights=balanced"
        )
    random = np.random.default_rng(seed)
    labels, counts = np.unique(source.labels[source.labels >= 0], return_counts=True)
    drawn = [np.arange(len(source))]
    for label, count in zip(labels, counts, strict=True):
        own = np.flatnonzero(source.labels == label)
        whole, rest = divmod(int(counts.max() - count), int(count))
        drawn += [np.repeat(own, whole), random.permutation(own)[:rest]]
    return Oversampled(source, np.concatenate(drawn))
