"""Stretches of lines with nothing odd, as nearly all of a file with a word per line are: read at once, not by lines."""

import sys
from collections.abc import Collection, Sequence
from itertools import accumulate, pairwise

from transferkit.table.parted import Parted

_END, _BETWEEN = "\n", "\0"


def parted(text: str, width: int, kept: Collection[int]) -> tuple[list[int], list[Sequence[list[str]]]] | None:
    """Where in `text`, in lines from 0, each of its sentences begins, and the `width` columns, a list of cells per
    sentence; None where a line has not so many cells, or one of them is empty.

    Sentences stand apart by an empty line, cells by a tab, or by a blank where there is no tab. Columns that are not
    `kept`, by their number from 0, are parted anew when they are asked for.
    """
    mark = "\t" if "\t" in text else " "
    if (mark == "\t" and " " in text) or "\n\n\n" in text or "\r" in text or _BETWEEN in text:
        return None
    flat = text.replace("\n\n", f"{mark}{_BETWEEN}{mark}").replace("\n", f"{mark}{_END}{mark}")
    if mark * 2 in flat or flat[:1] == mark or flat[-1:] == mark:
        return None
    cells = flat.split(mark)
    ends = cells[width :: width + 1]
    sentences = text.split("\n\n")
    if len(cells) != width + len(ends) * (width + 1) or ends.count(_BETWEEN) != len(sentences) - 1:
        return None
    if ends.count(_END) + len(sentences) - 1 != len(ends):
        return None
    lengths = [sentence.count("\n") + 1 for sentence in sentences]
    bounds = [*accumulate(lengths, initial=0)]
    columns: list[Sequence[list[str]]] = []
    for at in range(width):
        if at in kept:
            column = list(map(sys.intern, cells[at :: width + 1]))
            columns.append([column[first:last] for first, last in pairwise(bounds)])
        else:
            columns.append(Parted(sentences, mark, width, at))
    return [first + sentence for sentence, first in enumerate(bounds[:-1])], columns
