"""Lines of numbers of different lengths in one array: a million of them take the room of their numbers."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from transferkit.arrays import Ints


@dataclass(frozen=True, eq=False)
class Ragged:
    """Line i are the `lengths[i]` numbers of `values` from `starts[i]` on. Lines may be any part of `values`, in any
    order, so that some of them are taken without a copy of a number. Read one by one they are of 64 bits."""

    values: npt.NDArray[np.int32]
    starts: Ints
    lengths: Ints

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, line: int) -> Ints:
        start = self.starts[line]
        return self.values[start : start + self.lengths[line]].astype(np.int64)

    def __iter__(self) -> Iterator[Ints]:
        return map(self.__getitem__, range(len(self)))

    def take(self, lines: Ints) -> "Ragged":
        """The lines at these positions."""
        return Ragged(self.values, self.starts[lines], self.lengths[lines])

    def distinct(self) -> Ints:
        """The numbers that occur, none below zero, ascending."""
        seen = np.zeros(int(self.values.max(initial=-1)) + 1, dtype=bool)
        for line in self:
            seen[line] = True
        return np.flatnonzero(seen)


def one_by_one(values: Any, lengths: Sequence[int] | Ints) -> Ragged:
    """Lines of these `lengths` that stand in `values` one behind the other."""
    sizes = np.asarray(lengths, dtype=np.int64)
    return Ragged(np.asarray(values, dtype=np.int32), np.cumsum(sizes) - sizes, sizes)


def ragged(lines: Iterable[Ints]) -> Ragged:
    """`lines` in one array."""
    kept = list(lines)
    return one_by_one(np.concatenate(kept) if kept else (), [len(line) for line in kept])


def joined(one: Ragged, other: Ragged) -> Ragged:
    """The lines of `one`, then those of `other`."""
    return Ragged(
        np.concatenate([one.values, other.values]),
        np.concatenate([one.starts, other.starts + len(one.values)]),
        np.concatenate([one.lengths, other.lengths]),
    )
