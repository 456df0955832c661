"""The label -1 beside 0, 1, 2 ...: in SNLI, MultiNLI and other data of the hub it says that a row has none."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from transferkit.data.columns import TaskColumns, find
from transferkit.data.labels import form, written
from transferkit.errors import DataError
from transferkit.shapes import Shape
from transferkit.table import prose
from transferkit.table.rows import Note, Rows
from transferkit.table.values import missing

_MARK = "-1"
_FEWEST = 3
"""Classes, numbered from 0. With fewer, -1 may be one, as where a text is negative, neutral or positive."""


def without(
    tables: Mapping[str, Rows], task: TaskColumns, named: Mapping[str, str], known: Collection[str] = ()
) -> dict[str, Rows]:
    """`tables` of one run with no label in rows that have -1 where all others have 0, 1, 2 ..., and a note on it.

    Where training rows have -1, 0 and 1 it stays a class, with a note. `known` are the labels of a trained model.
    """
    raw = _column(tables, task, named)
    cells = {name: _numbers(rows[raw]) for name, rows in tables.items() if raw and raw in rows}
    labels = {label for column in cells.values() for label in column if label and label != raw} | {*known}
    classes = len(labels) - 1
    if _MARK not in labels or _MARK in known or classes < 2 or labels != {_MARK, *map(str, range(classes))}:
        return dict(tables)
    learned = not known and _MARK in cells.get("train", (_MARK,)) and classes < _FEWEST
    new_tables = dict(tables)
    for name, column in cells.items():
        where = [i for i, label in enumerate(column) if label == _MARK]
        if where:
            note = _note(tables[name], raw, where, prose.of(name if len(tables) > 1 else ""), classes, learned)
            new_tables[name] = replace(
                tables[name] if learned else _emptied(tables[name], raw, where), notes=(*tables[name].notes, note)
            )
    return new_tables


def _column(tables: Mapping[str, Rows], task: TaskColumns, named: Mapping[str, str]) -> str:
    """The raw column of the labels, "" where there is none."""
    if task.shape is not Shape.LABEL:
        return ""
    try:
        return find([*tables.get("train", next(iter(tables.values()))).columns], task, named, True)[task.target]
    except DataError:
        return ""


def _numbers(cells: Sequence[Any]) -> list[str]:
    known = {cell: _number(cell) for cell in {cell for cell in cells if type(cell) is str}}
    return [known[cell] if type(cell) is str else _number(cell) for cell in cells]


def _number(cell: Any) -> str:
    """A whole number as text; "" for no label, a question mark for what is none."""
    if missing(cell):
        return ""
    if not isinstance(cell, str | int | float):
        return "?"
    return form(written(cell))


def _note(rows: Rows, raw: str, where: list[int], of: str, classes: int, learned: bool) -> Note:
    numbers = tuple(int(rows.numbers[i]) for i in where)
    has = prose.verb(len(where), "has", "have")
    beside = "0 and 1" if classes == 2 else f"0 to {classes - 1}"
    message = f"{prose.counted(len(where))}{of} {has} -1 in column {raw!r} beside {beside} ({prose.shown(numbers)})"
    action = "read as no label, as in SNLI; if it is a class, give it a name"
    if learned:
        action = "learned as a class; where it means that there is no label, leave these cells empty"
    return Note("none-labels", message, numbers, action)


def _emptied(rows: Rows, raw: str, where: list[int]) -> Rows:
    cells = list(rows[raw])
    for i in where:
        cells[i] = None
    return replace(rows, columns={**rows.columns, raw: cells})
