"""Texts longer than a model's window as several overlapping ones, and their answers averaged again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from transferkit.arrays import Floats
from transferkit.encoding.tokenizing import ready
from transferkit.errors import ConfigError
from transferkit.table.rows import Rows

_OVERLAP = 0.25
_LEAST_TOKENS = 8
_LONGEST_WORD = 16  # tokens

Part = tuple[int, int]
"""Its first character in a text, and the one after its last."""
Offsets = Sequence[Part]
_NONE: Part = (0, 0)


@dataclass(frozen=True)
class Windowed:
    """`rows` as windows that fit; `owner` is the position of the row each is of, ascending: (windows,). `starts` are
    the first characters of a window in the texts of its row, (windows, 2), None where all begin at the first."""

    rows: Rows
    owner: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64] | None = None

    def owners(self, windows: npt.NDArray[np.int64]) -> tuple[int, ...]:
        """The positions of the rows that `windows` are of."""
        return tuple(np.unique(self.owner[windows]).tolist())

    def averaged(self, values: Floats) -> Floats:
        """(windows, ...) to the mean over every row's windows, (rows, ...)."""
        starts = np.flatnonzero(np.diff(self.owner, prepend=-1))
        counts = np.diff(starts, append=len(self.owner)).reshape(-1, *[1] * (values.ndim - 1))
        return np.asarray(np.add.reduceat(values, starts, axis=0) / counts, dtype=np.float32)


def whole(rows: Rows) -> Windowed:
    """Every row once."""
    return Windowed(rows, np.arange(len(rows)))


def windowed(rows: Rows, tokenizer: Any, max_length: int, prompt: str = "") -> Windowed:
    """Every row once, or as overlapping windows where it has more than `max_length` tokens.

    Windows overlap by a quarter and begin and end between words where there are spaces. Of a pair, the longer
    text is read in windows, each with the whole of the other. Raises `ConfigError` for a slow tokenizer.
    """
    if not tokenizer.is_fast:
        raise ConfigError("long_texts=windows needs a fast tokenizer; use long_texts=cut with this model")
    extra = len(ready(tokenizer).encode(prompt, add_special_tokens=False)) if prompt else 0
    owner: list[int] = []
    texts: list[str] = []
    others: list[str | None] = []
    starts: list[tuple[int, int]] = []
    for position, (text, pair) in enumerate(rows.inputs()):
        parts = _parts(text, pair, tokenizer, max_length - extra)
        owner += [position] * len(parts)
        texts += [text[start:end] for (start, end), _ in parts]
        others += [None if pair is None else pair[start:end] for _, (start, end) in parts]
        starts += [(first, second) for (first, _), (second, _) in parts]
    taken = rows.take(owner)
    columns: dict[str, Sequence[Any]] = {**taken.columns, "text": texts}
    if "text_pair" in columns:
        columns["text_pair"] = others
    begins = np.asarray(starts, dtype=np.int64).reshape(-1, 2)
    return Windowed(Rows(columns, taken.numbers, taken.source), np.asarray(owner, dtype=np.int64), begins)


def _parts(text: str, pair: str | None, tokenizer: Any, room: int) -> list[tuple[Part, Part]]:
    """The parts of text and pair that windows have; of a pair that is not there, nothing."""
    room -= tokenizer.num_special_tokens_to_add(pair=pair is not None)
    offsets = _offsets(text, tokenizer)
    if pair is None:
        return [(part, _NONE) for part in _split(text, offsets, room)]
    others = _offsets(pair, tokenizer)
    if len(offsets) > len(others):
        return [(part, (0, len(pair))) for part in _split(text, offsets, room - len(others))]
    return [((0, len(text)), part) for part in _split(pair, others, room - len(offsets))]


def _offsets(text: str, tokenizer: Any) -> Offsets:
    """Where in `text` every token stands."""
    encoding = ready(tokenizer)(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
    offsets: Offsets = encoding["offset_mapping"]
    return offsets


def _split(text: str, offsets: Offsets, room: int) -> list[Part]:
    if len(offsets) <= room or room < _LEAST_TOKENS:
        return [(0, len(text))]
    parts: list[Part] = []
    start = 0
    while True:
        end = len(offsets) if start + room >= len(offsets) else _word_start(text, offsets, start + room)
        if end <= start:
            end = start + room
        parts.append((offsets[start][0], offsets[end - 1][1]))
        if end == len(offsets):
            return parts
        start = max(start + 1, _word_start(text, offsets, end - int(_OVERLAP * room)))


def _word_start(text: str, offsets: Offsets, token: int) -> int:
    """The last token up to `token` before which there is a space; `token` itself where no such is near."""
    for earlier in range(token, max(0, token - _LONGEST_WORD), -1):
        begin = offsets[earlier][0]
        if text[begin : begin + 1].isspace() or text[begin - 1 : begin].isspace():
            return earlier
    return token
