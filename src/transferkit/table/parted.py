"""A column of lists that stays text until it is asked for: most columns of a wide file never are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TypeGuard, overload


@dataclass(frozen=True, eq=False)
class Parted(Sequence[list[str]]):
    """The cells in column `at` (from 0) of `lines`, a text per row, whose lines have `width` cells with a `mark`
    between them."""

    lines: Sequence[str]
    mark: str
    width: int
    at: int

    def __len__(self) -> int:
        return len(self.lines)

    @overload
    def __getitem__(self, position: int) -> list[str]: ...
    @overload
    def __getitem__(self, position: slice) -> list[list[str]]: ...
    def __getitem__(self, position: int | slice) -> list[str] | list[list[str]]:
        if isinstance(position, slice):
            return [self._of(lines) for lines in self.lines[position]]
        return self._of(self.lines[position])

    def take(self, positions: Sequence[int]) -> "Parted":
        """The cells at `positions`, in that order."""
        return replace(self, lines=[self.lines[i] for i in positions])

    def _of(self, lines: str) -> list[str]:
        return lines.replace("\n", self.mark).split(self.mark)[self.at :: self.width]


def are(columns: Sequence[Sequence[object]]) -> TypeGuard[Sequence[Parted]]:
    """Whether `columns` are all parted, and in the same way."""
    first = columns[0]
    return isinstance(first, Parted) and all(
        isinstance(column, Parted) and (column.mark, column.width, column.at) == (first.mark, first.width, first.at)
        for column in columns
    )


def joined(columns: Sequence[Parted]) -> Parted:
    """Columns that `are` parted in the same way, one below the other."""
    return replace(columns[0], lines=[*chain.from_iterable(column.lines for column in columns)])
