"""Row numbers in words: short where they can be, whole where they are asked for."""

from collections.abc import Sequence
from dataclasses import dataclass

SHOWN = 12


@dataclass(frozen=True)
class RowNumbers:
    """`first` is always shown; `rest` on request, empty when there is no more."""

    count: int
    first: str
    rest: str


def row_numbers(numbers: Sequence[int]) -> RowNumbers:
    """Consecutive numbers are joined: 3, 9, 12 to 15 as a range."""
    runs: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    words = [f"{low}" if low == high else f"{low}–{high}" for low, high in runs]  # noqa: RUF001
    return RowNumbers(len(set(numbers)), ", ".join(words[:SHOWN]), ", ".join(words[SHOWN:]))
