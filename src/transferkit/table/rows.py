"""`Rows`: a small immutable table that remembers where each row came from."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from transferkit.plain_table import as_frame
from transferkit.table import parted, prose
from transferkit.table.others import Others, joined
from transferkit.table.parted import Parted

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Note:
    """What was noticed when rows were read: its kind, in words, in which rows, what was done, and how bad it is."""

    kind: str
    message: str
    rows: tuple[int, ...]
    action: str
    severity: str = "warning"


@dataclass(frozen=True, repr=False)
class Rows:
    """Columns of equal length under canonical names (`text`, `text_pair`, `label`, ...).

    `numbers` holds the 1-based row number of every row in `source` (a header is not counted).
    Unlabelled rows have `None` in their target column. `encoding` is that of the text file, "" where there is none.
    `notes` are what the audit is to report of how they were read. `others` are the user's other columns, which no task
    reads: they go with the rows, but into no key, no fingerprint and no model. Where a row is several lines of a file,
    `numbers` are of the `unit` line: each is that of the first one.
    """

    columns: Mapping[str, Sequence[Any]]
    numbers: npt.NDArray[np.int64]
    source: str = ""
    encoding: str = ""
    notes: tuple[Note, ...] = ()
    others: Others = field(default_factory=Others, repr=False)
    unit: str = "row"

    def __len__(self) -> int:
        return len(self.numbers)

    def __repr__(self) -> str:
        where = f" of {self.source}" if self.source else ""
        return f"Rows({prose.counted(len(self))}{where}: {', '.join(map(repr, self.columns))})"

    def to_pandas(self) -> "pd.DataFrame":
        """The columns as a DataFrame, whose index are the numbers of the rows. Raises `ConfigError` without pandas."""
        return as_frame(self).set_axis(self.numbers, axis="index")

    def __getitem__(self, column: str) -> Sequence[Any]:
        return self.columns[column]

    def __contains__(self, column: str) -> bool:
        return column in self.columns

    def at(self, position: int) -> str:
        """`row 3`, or `line 3`: where the row at `position` (0-based) is in the source."""
        return f"{self.unit} {self.numbers[position]}"

    def named(self, numbers: Iterable[int]) -> str:
        """`rows 3, 8`, or `lines 3, 8`: where the rows of these `numbers` are in the source."""
        return prose.shown(numbers, self.unit)

    def take(self, positions: Sequence[int] | npt.NDArray[Any]) -> "Rows":
        """The rows at `positions` (0-based, or a boolean mask), in that order."""
        index = np.asarray(positions)
        if index.dtype == bool and index.all():
            return self
        index = np.flatnonzero(index) if index.dtype == bool else index.astype(np.int64)
        where = index.tolist()
        columns = {name: _taken(values, where) for name, values in self.columns.items()}
        return replace(self, columns=columns, numbers=self.numbers[index], others=self.others.take(index))

    def join(self, other: "Rows") -> "Rows":
        """These rows followed by `other`'s, over the columns both have; of the user's other columns, all."""
        shared = [name for name in self.columns if name in other.columns]
        columns = {name: _below([self.columns[name], other.columns[name]]) for name in shared}
        others = joined(self.others, other.others, (len(self), len(other)))
        return replace(self, columns=columns, numbers=np.concatenate([self.numbers, other.numbers]), others=others)

    def for_models(self) -> "Rows":
        """These rows without the user's other columns, which no model is to see."""
        return replace(self, others=Others())

    def inputs(self) -> list[tuple[str, str | None]]:
        """(text, text_pair) of every row; text_pair is None where there is no such column."""
        pairs = self.columns.get("text_pair")
        return [(text, None if pairs is None else pairs[i]) for i, text in enumerate(self["text"])]

    def keys(self) -> list[str]:
        """A hash per row over its texts: equal texts, equal key."""
        return [row_key(text, pair) for text, pair in self.inputs()]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for i in range(len(self)):
            yield {name: values[i] for name, values in self.columns.items()}


def from_texts(texts: Sequence[Any], source: str = "") -> Rows:
    """Rows from texts or (text, text_pair) tuples, numbered from 1."""
    columns: dict[str, list[Any]]
    if texts and not isinstance(texts[0], str):
        columns = {"text": [pair[0] for pair in texts], "text_pair": [pair[1] for pair in texts]}
    else:
        columns = {"text": list(texts)}
    return Rows(columns, np.arange(1, len(texts) + 1), source)


def concatenated(parts: Sequence[Rows]) -> Rows:
    """`parts` of one source one after the other; a column that a part lacks is None there."""
    if len(parts) == 1:
        return parts[0]
    names = dict.fromkeys(name for part in parts for name in part.columns)
    columns = {name: _below([part.columns.get(name, [None] * len(part)) for part in parts]) for name in names}
    numbers = np.concatenate([part.numbers for part in parts])
    encoding = " and ".join(dict.fromkeys(part.encoding for part in parts))
    notes = tuple(note for part in parts for note in part.notes)
    return Rows(columns, numbers, parts[0].source, encoding, notes, unit=parts[0].unit)


def regrouped(parts: Iterable[Rows], size: int) -> Iterator[Rows]:
    """The rows of `parts` of one source in batches of `size`, the last of which may have fewer."""
    held, count = list[Rows](), 0
    for part in parts:
        start = 0
        while start < len(part):
            end = min(len(part), start + size - count)
            held.append(part if end - start == len(part) else part.take(np.arange(start, end)))
            count, start = count + end - start, end
            if count == size:
                yield concatenated(held)
                held, count = [], 0
    if held:
        yield concatenated(held)


def _taken(cells: Sequence[Any], positions: Sequence[int]) -> Sequence[Any]:
    """The cells at `positions` of a column."""
    return cells.take(positions) if isinstance(cells, Parted) else [cells[i] for i in positions]


def _below(cells: Sequence[Sequence[Any]]) -> Sequence[Any]:
    """The cells of all parts of a column, one below the other."""
    return parted.joined(cells) if parted.are(cells) else [*chain.from_iterable(cells)]


def row_key(text: str, pair: str | None) -> str:
    joined = text if pair is None else f"{text}\x1f{pair}"
    return hashlib.blake2b(joined.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
