"""The columns that say which rows belong together and when they were written: read, checked, reported."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from transferkit.data import moments
from transferkit.data.labels import form, written
from transferkit.errors import DataError
from transferkit.table import prose
from transferkit.table.column_names import GROUP, TIME
from transferkit.table.rows import Rows
from transferkit.table.splits import Finding
from transferkit.table.values import missing

_LATER = {"train": ("validation", "test"), "validation": ("test",)}


def read(rows: Rows, columns: Mapping[str, str], strict: bool = True) -> Rows:
    """`rows` with groups as text (None where the cell is blank) and times as numbers or dates that can be put in order.

    Raises `DataError` for a time that cannot be read; it is None instead where `strict` is false.
    """
    new_columns: dict[str, Sequence[Any]] = dict(rows.columns)
    if GROUP in rows:
        new_columns[GROUP] = [_group(cell, i, rows, columns[GROUP]) for i, cell in enumerate(rows[GROUP])]
    if TIME in rows and strict:
        new_columns[TIME] = moments.read(rows, columns[TIME], rows[TIME])
    elif TIME in rows:
        new_columns[TIME] = [moments.moment(cell) for cell in rows[TIME]]
    return replace(rows, columns=new_columns)


def _group(cell: Any, position: int, rows: Rows, column: str) -> str | None:
    if isinstance(cell, dict | list | tuple | set | np.ndarray):
        where = f"{rows.source}: " if rows.source else ""
        raise DataError(
            f"{where}{rows.at(position)}, column {column!r}: expected the name or number of a group, found a "
            f"{type(cell).__name__}; name another column with --group"
        )
    return None if missing(cell) else form(written(cell)) or None


def findings(parts: Mapping[str, Rows], columns: Mapping[str, str], given_names: Collection[str]) -> list[Finding]:
    """What the groups and times of the finished splits look like, and where the splits `given_names` break what they
    say."""
    notices: list[Finding] = []
    if GROUP in columns:
        notices += [*_groups(parts, columns[GROUP]), *_shared(parts, columns[GROUP], given_names)]
    if TIME in columns:
        notices += [_ranges(parts, columns[TIME]), *_looking_ahead(parts, columns[TIME])]
    return notices


def _groups(parts: Mapping[str, Rows], column: str) -> list[Finding]:
    sizes = Counter(value for rows in parts.values() for value in rows[GROUP])
    alone = sizes.pop(None, 0)
    notices = []
    if sizes:
        (largest, most), total = sizes.most_common(1)[0], sum(map(len, parts.values()))
        message = (
            f"{prose.counted(len(sizes), 'group')} in column {column!r}; the largest, {largest!r}, has "
            f"{prose.counted(most)} ({most / total:.1%})"
        )
        notices.append(Finding("groups", "info", message, (), "splits made here part none of them"))
    if alone:
        cells = [pair for rows in parts.values() for pair in zip(rows.numbers, rows[GROUP], strict=True)]
        numbers = [int(number) for number, value in cells if value is None]
        has = prose.verb(alone, "has", "have")
        message = f"{prose.counted(alone)} {has} no group in column {column!r} ({prose.shown(numbers)})"
        notices.append(Finding("groups", "warning", message, tuple(numbers), "each counts as a group of its own"))
    return notices


def _shared(parts: Mapping[str, Rows], column: str, given_names: Collection[str]) -> list[Finding]:
    """Groups that given splits have in common with others: a leak that is reported, since given rows stay."""
    notices = []
    for name, held in [(name, held) for name, others in _LATER.items() for held in others]:
        shared = (set(parts[name][GROUP]) & set(parts[held][GROUP])) - {None}
        if not shared or not {name, held} & set(given_names):
            continue
        numbers = tuple(
            int(n) for n, value in zip(parts[held].numbers, parts[held][GROUP], strict=True) if value in shared
        )
        where = f"{prose.verb(len(shared), 'appears', 'appear')} in {name} and in {held}"
        rows = f"{prose.counted(len(numbers))} of {held} ({prose.shown(numbers)})"
        message = f"{prose.counted(len(shared), 'group')} in column {column!r} {where}, with {rows}"
        action = "kept: given rows are not touched; on new groups scores may be lower"
        notices.append(Finding("shared-groups", "warning", message, numbers, action))
    return notices


def _ranges(parts: Mapping[str, Rows], column: str) -> Finding:
    said = [
        f"{name} {moments.shown(min(rows[TIME]))} to {moments.shown(max(rows[TIME]))} ({prose.counted(len(rows))})"
        for name, rows in parts.items()
        if len(rows)
    ]
    return Finding("time", "info", f"column {column!r}: {', '.join(said)}", (), "splits made here go by it")


def _looking_ahead(parts: Mapping[str, Rows], column: str) -> list[Finding]:
    """Rows of an earlier split that are not older than all of a later one, as given files may have them."""
    notices = []
    for name, held in [(name, held) for name, others in _LATER.items() for held in others]:
        if not len(parts[name]) or not len(parts[held]):
            continue
        begin = min(parts[held][TIME])
        numbers = tuple(int(n) for n, at in zip(parts[name].numbers, parts[name][TIME], strict=True) if at >= begin)
        if numbers:
            are = prose.verb(len(numbers), "is", "are")
            message = (
                f"{prose.counted(len(numbers))} of {name} {are} not older than the first of {held}, "
                f"{moments.shown(begin)} in column {column!r} ({prose.shown(numbers)})"
            )
            action = "kept: given rows are not touched; scores may be higher than on rows of the future"
            notices.append(Finding("looking-ahead", "warning", message, numbers, action))
    return notices


def one_kind_of_time(parts: Mapping[str, Rows], columns: Mapping[str, str]) -> None:
    """Raise `DataError` where the times of two splits cannot be compared."""
    kinds = {name: moments.kind_of(rows[TIME][0]) for name, rows in parts.items() if TIME in rows and len(rows)}
    if len(set(kinds.values())) > 1:
        said = ", ".join(f"{kind} in {name}" for name, kind in kinds.items())
        raise DataError(
            f"column {columns[TIME]!r}: expected times of one kind in every split, found {said}; write them alike"
        )
