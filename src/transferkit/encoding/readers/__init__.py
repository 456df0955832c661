"""Rows become lines of tokens: one way of reading, one file. Every line knows its row, and every token its place."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol

import numpy as np

from transferkit.arrays import Floats, Ints, stacked
from transferkit.encoding.examples import Examples
from transferkit.encoding.places import Places
from transferkit.encoding.span_windows import PLAIN, Reading
from transferkit.encoding.windows import Windowed
from transferkit.encoding.word_reading import AS_WRITTEN, WordReading
from transferkit.table.rows import Rows


@dataclass(frozen=True)
class Manner:
    """How rows are read: by `tokenizer`, at most `max_length` tokens a line, with `prompt` before every text. With
    `windows` longer texts are read in windows, and cut without; `of_contexts` and `of_words` say how contexts and words
    are read."""

    tokenizer: Any
    max_length: int
    prompt: str = ""
    windows: bool = False
    of_contexts: Reading = PLAIN
    of_words: WordReading = AS_WRITTEN


@dataclass(frozen=True)
class Read:
    """`rows` as a model reads them: `examples` without labels has a line per row, or several where rows are read in
    windows; `owner` is the position of the row of each, ascending, (lines,). `cut` are the positions of rows that have
    lost tokens. `places` says where the tokens of a line stand: worked out when it is asked, from the text again."""

    rows: Rows
    examples: Examples
    owner: Ints
    cut: tuple[int, ...]
    places: Callable[[int], Places]

    def averaged(self, lines: Sequence[Floats]) -> Floats:
        """What lines say, (...) each, as the mean over every row's, (rows, ...)."""
        values = stacked(lines)
        return values if len(lines) == len(self.rows) else Windowed(self.rows, self.owner).averaged(values)


class Reader(Protocol):
    """What every file of this folder offers."""

    AVERAGED: bool
    """Whether what a model says of the windows of a row is averaged, where it is read in windows."""

    def read(self, rows: Rows, manner: Manner) -> Read:
        """`rows`, their labels left alone."""


def of(name: str) -> Reader:
    """The file called `name`."""
    reader: Reader = import_module(f"{__name__}.{name}")
    return reader


def owners(owner: Ints, lines: Ints) -> tuple[int, ...]:
    """The positions of the rows that `lines` are of."""
    return tuple(np.unique(owner[lines]).tolist())
