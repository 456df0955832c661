"""The user's other columns: what no task reads, kept beside rows for whoever asks for it afterwards."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from transferkit.arrays import Ints


@dataclass(frozen=True, eq=False)
class Others(Mapping[str, list[Any]]):
    """Columns under the names that the user gave them -> a cell per row.

    `columns` are those of the whole table and `at` (rows,) says where each row stands in them, so that the parts of a
    table share its cells.
    """

    columns: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    at: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def __getitem__(self, name: str) -> list[Any]:
        cells = self.columns[name]
        return [cells[i] for i in self.at.tolist()]

    def __contains__(self, name: object) -> bool:
        return name in self.columns

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)

    def take(self, positions: Ints) -> "Others":
        """Those of the rows at `positions`, in that order."""
        return Others(self.columns, self.at[positions]) if self.columns else self


def whole(columns: Mapping[str, Sequence[Any]], rows: int) -> Others:
    """`columns` of a table of so many `rows`."""
    return Others(columns, np.arange(rows)) if columns else Others()


def joined(first: Others, second: Others, rows: tuple[int, int]) -> Others:
    """The columns of two tables of so many `rows`, one below the other; None in rows whose table lacks a column."""
    if first.columns is second.columns:
        return Others(first.columns, np.concatenate([first.at, second.at]))
    parts = list(zip((first, second), rows, strict=True))
    columns = {
        name: [cell for part, count in parts for cell in (part[name] if name in part else [None] * count)]
        for name in dict.fromkeys([*first, *second])
    }
    return whole(columns, sum(rows))
