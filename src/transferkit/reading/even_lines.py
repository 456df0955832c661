"""Stretches of lines with nothing odd, as nearly all of a file with a word per line are: read at once, not by lines."""

import sys
from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate, pairwise

from transferkit.reading import compression
from transferkit.table.parted import Parted

START = "-DOCSTART-"
DOCUMENT = ("#begin document", "#end document")
"""How lines begin that part documents."""
_END, _BETWEEN = "\n", "\0"


def runs(number: int, stretch: str) -> Iterator[tuple[int, str]]:
    """A `stretch` of lines, the first of which is `number`, in parts, each with the number of its first line: blocks
    that are odd, and what lies between them."""
    if not (is_odd(stretch) or "\n#" in stretch or "\n\n\n" in stretch):
        yield number, stretch
        return
    run, begin, after = list[str](), number, number
    for first, block in compression.blocks(number, stretch):
        odd = is_odd(block)
        if run and (odd or first != after):
            yield begin, "\n\n".join(run)
            run = []
        if odd:
            yield first, block
            continue
        begin = begin if run else first
        run.append(block)
        after = first + block.count("\n") + 2
    if run:
        yield begin, "\n\n".join(run)


def is_odd(block: str) -> bool:
    """Whether lines begin with what may be a comment, or have marks of documents among them."""
    return block.startswith("#") or any(sign in block for sign in (START, *DOCUMENT))


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
    between = len(sentences) - 1
    marks = text.count("\n") - between  # an end may also stand where a cell is due, after lines that are too short
    if len(cells) != width + marks * (width + 1) or ends.count(_BETWEEN) + ends.count(_END) != marks:
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
