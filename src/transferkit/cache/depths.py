"""Features of many rows at every depth, read from the cache as they are needed: together they may not fit in memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np

from transferkit.arrays import Floats, Ints
from transferkit.encoding.examples import Lines
from transferkit.encoding.windows import Windowed


class Depths(Protocol):
    """Features of texts, words or tokens, each of which is a row here."""

    @property
    def shape(self) -> tuple[int, int, int]:
        """(rows, depths, width)."""

    def read(self, rows: Ints, depths: Sequence[int]) -> Floats:
        """Those of some rows at some depths, (rows, depths, width)."""


@dataclass(frozen=True)
class InMemory:
    """`values` are (rows, depths, width)."""

    values: Floats

    @property
    def shape(self) -> tuple[int, int, int]:
        rows, depths, width = self.values.shape
        return rows, depths, width

    def read(self, rows: Ints, depths: Sequence[int]) -> Floats:
        found: Floats = self.values[np.ix_(rows, np.asarray(depths))]
        return found


@dataclass(frozen=True)
class OfTexts:
    """Those of texts, the mean over the windows that each is read in; `windows` has (1, depths, width) for every
    window."""

    windows: Lines
    texts: Windowed

    @property
    def shape(self) -> tuple[int, int, int]:
        _, depths, width = self.windows[0].shape
        return int(self.texts.owner[-1]) + 1, depths, width

    def read(self, rows: Ints, depths: Sequence[int]) -> Floats:
        first, last = (np.searchsorted(self.texts.owner, rows, side=side) for side in ("left", "right"))
        counts = last - first
        features = np.empty((int(counts.sum()), len(depths), self.shape[2]), dtype=np.float32)
        chosen, place = list(depths), 0
        for start, stop in zip(first.tolist(), last.tolist(), strict=True):
            for window in range(start, stop):
                features[place] = self.windows[window][0, chosen]
                place += 1
        return Windowed(self.texts.rows, np.repeat(np.arange(len(rows)), counts)).averaged(features)


@dataclass(frozen=True)
class OfTokens:
    """Those of words or tokens; `lines` has (tokens, depths, width) for every text, and `line` and `place` say where in
    them every row here stands, (rows,)."""

    lines: Lines
    line: Ints
    place: Ints

    @staticmethod
    def of(lines: Lines, counts: Sequence[int]) -> "OfTokens":
        """All tokens of lines with so many each."""
        return OfTokens(
            lines,
            np.repeat(np.arange(len(counts)), counts),
            np.concatenate([np.arange(0), *(np.arange(count) for count in counts)]),
        )

    @property
    def shape(self) -> tuple[int, int, int]:
        _, depths, width = self.lines[int(self.line[0])].shape
        return len(self.line), depths, width

    def read(self, rows: Ints, depths: Sequence[int]) -> Floats:
        features = np.empty((len(rows), len(depths), self.shape[2]), dtype=np.float32)
        line, place, chosen = self.line[rows], self.place[rows], np.asarray(depths)
        bounds = [0, *(np.flatnonzero(np.diff(line)) + 1).tolist(), len(rows)]
        for start, stop in pairwise(bounds):
            if stop > start:
                features[start:stop] = self.lines[int(line[start])][np.ix_(place[start:stop], chosen)]
        return features
