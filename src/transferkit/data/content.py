"""When two rows count as the same: the normal form of their inputs, as the kind of each has it."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy.typing as npt

from transferkit.data.columns import TaskColumns
from transferkit.kinds import Kind
from transferkit.table.column_names import GROUP, TIME
from transferkit.table.rows import Rows

PAIR_MARK = "\x1f"
"""Stands between the inputs of a row in its key."""
_SHARE, _ROWS = 0.1, 10
"""What more than this share of all rows, and more than so many, have in common is a category, not a text."""


def inputs(rows: Rows, task: TaskColumns) -> dict[str, Kind]:
    """The inputs that `rows` have, and the kind of each."""
    kinds: Mapping[str, Kind] = {**task.inputs, **task.optional_inputs}
    return {name: kind for name, kind in kinds.items() if name in rows}


@dataclass(frozen=True)
class Input:
    """One input of some rows: of what kind it is, its value in each row, and the normal form of that."""

    kind: Kind
    values: Sequence[Any]
    keys: Sequence[str]

    def __len__(self) -> int:
        return len(self.keys)

    def __getitem__(self, part: slice) -> "Input":
        return Input(self.kind, self.values[part], self.keys[part])

    def take(self, positions: Iterable[int]) -> "Input":
        """The input of the rows at `positions`."""
        where = list(positions)
        return Input(self.kind, [self.values[i] for i in where], [self.keys[i] for i in where])


@dataclass(frozen=True)
class Keyed:
    """Rows with the normal form of each of their inputs, which takes long to make: it is handed on."""

    rows: Rows
    kinds: Mapping[str, Kind]
    forms: Mapping[str, Sequence[str]]

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def keys(self) -> Sequence[str]:
        """The normal form of every row's inputs, joined: equal exactly for duplicates."""
        first, *others = self.forms.values()
        return [PAIR_MARK.join(form) for form in zip(first, *others, strict=True)] if others else first

    def inputs(self) -> list[Input]:
        """Each input of the rows."""
        return [Input(kind, self.rows[name], self.forms[name]) for name, kind in self.kinds.items()]

    def take(self, positions: Sequence[int] | npt.NDArray[Any]) -> "Keyed":
        """As `Rows.take`."""
        forms = Rows(self.forms, self.rows.numbers).take(positions).columns
        return replace(self, rows=self.rows.take(positions), forms=forms)


def keyed(rows: Rows, task: TaskColumns) -> Keyed:
    """`rows` with the normal forms of their inputs."""
    kinds = inputs(rows, task)
    return Keyed(rows, kinds, {name: [kind.key(value) for value in rows[name]] for name, kind in kinds.items()})


def keys(rows: Rows, task: TaskColumns) -> Sequence[str]:
    """The normal form of every row's inputs, joined: equal exactly for duplicates."""
    return keyed(rows, task).keys


def identities(rows: Rows, task: TaskColumns) -> list[str]:
    """A hash per row over its inputs as they stand: equal inputs, equal hash."""
    told = [[kind.identity(value) for value in rows[name]] for name, kind in inputs(rows, task).items()]
    joined = (PAIR_MARK.join(row).encode("utf-8", "surrogatepass") for row in zip(*told, strict=True))
    return [hashlib.blake2b(row, digest_size=16).hexdigest() for row in joined]


def groups(rows: Rows, task: TaskColumns) -> Sequence[str]:
    """As `groups_of`."""
    return groups_of(keyed(rows, task), task)


def dependent(rows: Rows, task: TaskColumns) -> Sequence[str] | None:
    """The `groups` of `rows`, where rows can belong together but by having the same text; else None."""
    return groups(rows, task) if GROUP in rows or len(inputs(rows, task)) > 1 else None


def groups_of(rows: Keyed, task: TaskColumns) -> Sequence[str]:
    """What neither a split nor cross-validation may part: a name per row, the same for rows that belong together.

    Rows belong together that are about one text or have the same value in the column `group`, and so do those that are
    connected by others: one customer's two texts, and whoever else has one of these.
    """
    texts = _about(rows, task)
    return _connected(texts, rows.rows[GROUP]) if GROUP in rows.rows else texts


def ordered_in_time(rows: Rows) -> bool:
    """Whether a split of `rows` has to train on the past: they have a column of times."""
    return TIME in rows


def _about(rows: Keyed, task: TaskColumns) -> Sequence[str]:
    """The text that every row is about.

    That is the context where questions are asked about one, and the first text of a pair: of the hypotheses about
    one premise, those in train tell what is likely of those in test (in SNLI: that it is another label). A first
    text that many rows share is a category, whose rows may be parted.
    """
    if len(task.inputs) > 1:
        _, name, *_ = task.inputs
        return rows.forms[name]
    first, *others = rows.forms.values()
    shared = categories(first) if others else {}
    return [key if text in shared else text for key, text in zip(rows.keys, first, strict=True)] if shared else first


def _connected(texts: Sequence[str], values: Sequence[str | None]) -> list[str]:
    """The connected components of rows that share a text or a value, each under the text of its first row."""
    nodes: dict[tuple[bool, str], int] = {}
    parents: list[int] = []

    def root(node: int) -> int:
        while parents[node] != node:
            parents[node] = node = parents[parents[node]]
        return node

    def node(of_text: bool, name: str) -> int:
        number = nodes.setdefault((of_text, name), len(parents))
        if number == len(parents):
            parents.append(number)
        return root(number)

    for text, value in zip(texts, values, strict=True):
        if value is not None:
            first, second = sorted((node(True, text), node(False, value)))
            parents[second] = first
    names: dict[int, str] = {}
    return [names.setdefault(node(True, text), text) for text in texts]


def categories(texts: Sequence[str]) -> dict[str, int]:
    """How many rows share each of those of `texts` that are categories."""
    most = max(_ROWS, len(texts) * _SHARE)
    return {text: count for text, count in Counter(texts).items() if count > most}


def is_blank(rows: Rows, task: TaskColumns) -> Sequence[bool]:
    """Whether an input that every row must have is empty, per row."""
    first, *others = [[kind.is_blank(value) for value in rows[name]] for name, kind in task.inputs.items()]
    return [any(cells) for cells in zip(first, *others, strict=True)] if others else first


def without_second(rows: Rows, task: TaskColumns) -> list[int]:
    """The numbers of rows that lack an input which a row may lack."""
    there = [(rows[name], kind) for name, kind in task.optional_inputs.items() if name in rows]
    return [
        int(number)
        for cells, kind in there
        for number, value in zip(rows.numbers, cells, strict=True)
        if kind.is_blank(value)
    ]
