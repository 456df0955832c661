"""Several labels per row, in whatever form a column or several hold them -> a list of names in every cell.

The form is that of the whole column, over all files of a run: cells are never read in different ways.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from transferkit.data import flags, joined, separators
from transferkit.data.columns import TaskColumns, find
from transferkit.data.labels import written
from transferkit.errors import DataError, shown
from transferkit.shapes import Shape
from transferkit.table import printed, prose
from transferkit.table.rows import Rows
from transferkit.table.splits import Finding
from transferkit.table.values import PRINTED, is_none

EXPECTED = 'expected a list of labels such as ["new", "urgent"], or names separated by |'
MEND = "write it so, [] where there is no label, or leave it empty where they are not known"
_NUMBERS = re.compile(r"[01](?:[ \t,;|]+[01])+")
_CHOICES, _NAME = "choices", "name"  # as Label Studio calls a list of labels, and others that of one
Tables = dict[str, Rows]


@dataclass(frozen=True)
class Asked:
    """What the user says of labels: the `separator` between names, the `names` of the places of a vector; `known` are
    those of a trained model."""

    separator: str | None = None
    names: tuple[str, ...] = ()
    known: tuple[str, ...] = ()


def in_lists(
    tables: Mapping[str, Rows], task: TaskColumns, named: Mapping[str, str], options: Asked
) -> tuple[Tables, dict[str, str], list[Finding]]:
    """`tables` of one run with lists of labels in one column, the names of its columns, and what was found.

    `named` are the columns that the user named, canonical -> raw. Tables of other tasks stay what they are. Raises
    `DataError` with file, row and column for what cannot be read, and where labels would be called 0 and 1.
    """
    if task.shape is not Shape.LABELS:
        if options.separator or options.names:
            raise DataError("--label-separator and --label-names are for --task multi-label-classification; leave out")
        return dict(tables), dict(named), []
    first = tables[next((name for name in tables if name == "train"), next(iter(tables)))]
    raw, several = _columns(first, task, named, options.known)
    if raw is None:
        return dict(tables), dict(named), []
    if several:
        column = joined.written(several)
        new_tables = {name: _of_flags(rows, several, column) for name, rows in tables.items()}
        listed = ", ".join(map(repr, several[:10])) + (" ..." if len(several) > 10 else "")
        message = f"{prose.counted(len(several), 'column')} of 0 and 1 read as labels: {listed}"
        told = [Finding("label-columns", "info", message, (), ""), *_empty_flags(tables, several)]
        told += _nowhere({name: rows[column] for name, rows in new_tables.items()}, () if options.known else several)
    else:
        column = raw
        new_tables, told = _of_column(tables, raw, options)
    return new_tables, {**named, task.target: column}, told


def _columns(
    rows: Rows, task: TaskColumns, named: Mapping[str, str], known: Sequence[str]
) -> tuple[str | None, list[str]]:
    """The column of the labels, or the columns of one label each; neither where none is found."""
    raw = named.get(task.target)
    if raw is not None:
        parts = joined.parts(raw, rows.columns)
        return raw, (parts if len(parts) > 1 and joined.there(raw, rows.columns) else [])
    inputs = {name: text for name, text in named.items() if name != task.target}
    try:
        chosen = find(list(joined.with_texts(rows, inputs, inputs).columns), task, inputs, need_target=False)
    except DataError:  # the inputs are missing, which is said where they are read
        return None, []
    others = [part for text in chosen.values() for part in joined.parts(text, rows.columns)]
    if known and set(known) <= set(rows.columns) - set(others):
        return "", list(known)
    usual = _usual(rows, task, inputs)
    ones, left = flags.columns(rows, others)
    if usual is not None and not (usual in ones and len(ones) > 1):
        return usual, []
    if len(ones) > 1 and not left:
        return "", ones
    if len(ones) > 1:
        raise DataError(
            f"{rows.source or 'data'}: expected a column of labels, found {len(ones)} columns of 0 and 1 "
            f"({', '.join(map(repr, ones[:5]))}{' ...' if len(ones) > 5 else ''}); if each of them is a label, pass "
            f"--label {shown(joined.written(ones), 400)}"
        )
    return None, []


def _usual(rows: Rows, task: TaskColumns, inputs: Mapping[str, str]) -> str | None:
    try:
        return find(list(rows.columns), task, inputs, need_target=True)[task.target]
    except DataError:
        return None


def _of_flags(rows: Rows, columns: Sequence[str], name: str) -> Rows:
    lacking = [column for column in columns if column not in rows]
    if lacking:
        raise DataError(
            f"{rows.source or 'data'}: expected a column of 0 and 1 for every label, found none for {lacking[0]!r}"
        )
    cells: list[Any] = []
    for i in range(len(rows)):
        row = {column: rows[column][i] for column in columns}
        if all(str(cell).strip() == column for column, cell in row.items()):
            cells.append(name)  # the header once more
            continue
        cells.append(_read(flags.held, row, rows, i, name))
    return replace(rows, columns={**rows.columns, name: cells})


def _empty_flags(tables: Mapping[str, Rows], columns: Sequence[str]) -> list[Finding]:
    """Rows in which cells are empty beside 0 and 1, of which it is not said whether these labels hold."""
    numbers = []
    for rows in tables.values():
        empty = [[flags.is_blank(cell) for cell in rows[column]] for column in columns]
        numbers += [
            int(rows.numbers[i]) for i, cells in enumerate(zip(*empty, strict=True)) if any(cells) and not all(cells)
        ]
    if not numbers:
        return []
    has = prose.verb(len(numbers), "has", "have")
    message = (
        f"{prose.counted(len(numbers))} {has} empty cells beside 0 and 1 in the columns of labels "
        f"({prose.shown(numbers)})"
    )
    return [Finding("empty-flags", "warning", message, tuple(numbers), "read as 0; write 0 or 1 in every one of them")]


def _nowhere(cells: Mapping[str, Sequence[Any]], names: Collection[str]) -> list[Finding]:
    """Labels that no row has, so that no model can give them."""
    there = {label for column in cells.values() for cell in column if isinstance(cell, list) for label in cell}
    lost = [name for name in names if name not in there]
    if not lost:
        return []
    listed = ", ".join(map(repr, lost[:10])) + (" ..." if len(lost) > 10 else "")
    message = f"no row has the {'label' if len(lost) == 1 else 'labels'} {listed}"
    return [Finding("unused-labels", "warning", message, (), "left out: no model gives it; add rows that have it")]


def _of_column(tables: Mapping[str, Rows], raw: str, options: Asked) -> tuple[Tables, list[Finding]]:
    there = {name: rows for name, rows in tables.items() if raw in rows}
    cells = {
        name: [_read(_value, cell, rows, i, raw) for i, cell in enumerate(rows[raw])] for name, rows in there.items()
    }
    values = [cell for column in cells.values() for cell in column if cell is not None and cell != raw]
    where = f"{next(iter(tables.values())).source or 'data'}: column {raw!r}"
    told: list[Finding] = []
    declared: Collection[str] = ()
    if width := _width(values):
        declared = _names_of(options.names, width, where)
        reader = _vectors(declared)
    elif values and all(isinstance(cell, dict) for cell in values):
        reader = names_in
        declared = dict.fromkeys(written(name).strip() for cell in values if not _is_named(cell) for name in cell)
    else:
        texts = [cell for cell in values if isinstance(cell, str)]
        parting = separators.asked_for(options.separator) if options.separator else None
        parting = parting or separators.of(texts, options.known, where)
        reader = _named(parting, options.names)
        told = _told(raw, parting, texts)
    columns = {
        name: [
            cell if cell is None or cell == raw else _read(reader, cell, there[name], i, raw)
            for i, cell in enumerate(column)
        ]
        for name, column in cells.items()
    }
    _refuse_numbers(columns, raw, options, where)
    told += _nowhere(columns, () if options.known else declared)
    read = {
        name: replace(there[name], columns={**there[name].columns, raw: column}) for name, column in columns.items()
    }
    return {**tables, **read}, told


def _value(cell: Any) -> Any:
    """A cell as a list, a mapping or a text; None where there is nothing."""
    if isinstance(cell, str):
        text = cell.strip()
        if not printed.looks_so(text):
            return None if is_none(text) else text or None
        try:
            cell = printed.parsed(text)
        except ValueError as error:
            raise ValueError(f"{EXPECTED}, found {shown(text, 60)} ({error}); {MEND}") from None
    if isinstance(cell, Mapping):
        return list(cell[_CHOICES]) if [*cell] == [_CHOICES] else dict(cell)
    if isinstance(cell, list | tuple | set | frozenset | np.ndarray) and not (
        isinstance(cell, np.ndarray) and cell.ndim == 0
    ):
        if all(isinstance(item, Mapping) and _is_named(item) for item in cell):
            cell = [item[_NAME] for item in cell]
        odd = next((item for item in cell if isinstance(item, list | dict | tuple | np.ndarray)), None)
        if odd is not None:
            raise ValueError(f"{EXPECTED}, found {shown(odd, 60)} in a list; {MEND}")
        known = [written(item).strip() for item in cell if not is_none(item)]
        return known if known or not len(cell) else None
    return None if is_none(cell) else written(cell).strip()


def _width(cells: Sequence[Any]) -> int:
    """How many places every cell has, where all are vectors of 0 and 1; 0 where they are not."""
    vectors = [_places(cell) for cell in cells]
    if not vectors or any(vector is None for vector in vectors):
        return 0
    widths = {len(vector) for vector in vectors if vector is not None}
    return widths.pop() if len(widths) == 1 and min(widths) > 1 else 0


def _places(cell: Any) -> list[str] | None:
    places = cell if isinstance(cell, list) else re.findall("[01]", cell) if _is_vector(cell) else None
    return places if places and all(flags.is_flag(place) for place in places) else None


def _is_vector(cell: Any) -> bool:
    return isinstance(cell, str) and bool(_NUMBERS.fullmatch(cell))


def _names_of(names: Sequence[str], width: int, where: str) -> tuple[str, ...]:
    if len(names) == width:
        return tuple(names)
    found = f"{len(names)} names for vectors of {width}" if names else f"vectors of {width} times 0 or 1 without names"
    raise DataError(
        f"{where}: expected the name of every label, found {found}; give them in their order with "
        "--label-names NAME,NAME ..."
    )


def _vectors(names: Collection[str]) -> Any:
    def reader(cell: Any) -> list[str] | None:
        return flags.held(dict(zip(names, _places(cell) or (), strict=True)))

    return reader


def _is_named(cell: Mapping[Any, Any]) -> bool:
    """Whether a mapping describes one label, as {"id": 1, "name": "a"}, rather than saying which ones hold."""
    return isinstance(name := cell.get(_NAME), str) and bool(name.strip()) and not flags.is_flag(name)


def names_in(cell: Mapping[Any, Any]) -> list[str] | None:
    """The labels that hold in a mapping to 0 and 1, or that Label Studio's mapping of `choices` lists, or the `name` of
    the label that a mapping describes; None where they are not known. Raises `ValueError`."""
    if [*cell] == [_CHOICES]:
        return [written(label).strip() for label in cell[_CHOICES]]
    if _is_named(cell):
        return [cell[_NAME].strip()]
    return flags.held({written(name).strip(): value for name, value in cell.items()})


def _named(parting: separators.Separator, names: Sequence[str]) -> Any:
    numbered = {str(i): name for i, name in enumerate(names)}

    def reader(cell: Any) -> list[str]:
        if isinstance(cell, dict):
            raise ValueError(f"{EXPECTED}, found {shown(cell, 60)}; {MEND}")
        labels = parting.parted(cell) if isinstance(cell, str) else cell
        unknown = [label for label in labels if numbered and label not in numbered]
        if unknown:
            raise ValueError(
                f"expected numbers from 0 to {len(numbered) - 1} for the names given, found {unknown[0]!r}"
            )
        return sorted({numbered.get(label, label) for label in labels} - {"", *PRINTED})

    return reader


def _told(raw: str, parting: separators.Separator, texts: Collection[str]) -> list[Finding]:
    several = sum(len(parting.parted(text)) > 1 for text in texts)
    kept = [sign for sign in parting.kept if any(sign in text for text in texts)]
    if not (several or kept):
        return []
    signs = " or ".join(repr(sign) for sign in parting.signs if any(sign in text for text in texts))
    message = f"column {raw!r}: labels separated by {signs}, more than one in {prose.counted(several)}"
    if not signs:
        message = f"column {raw!r}: every cell is one label"
    if not kept:
        return [Finding("label-separator", "info", message, (), "")]
    action = f"{' and '.join(map(repr, kept))} kept as part of names; another separator: --label-separator"
    return [Finding("label-separator", "warning", message, (), action)]


def _refuse_numbers(columns: Mapping[str, Sequence[Any]], raw: str, options: Asked, where: str) -> None:
    """Labels called 0 and 1 are flags that were misread."""
    labels = {label for column in columns.values() for cell in column if isinstance(cell, list) for label in cell}
    if labels and labels <= {"0", "1"} and not options.names and not labels <= set(options.known):
        raise DataError(
            f"{where}: expected names of labels, found 0 and 1 only; if it is one of several columns of 0 and 1 name "
            "all of them (--label a,b,c), if it has numbers of labels name these (--label-names NAME,NAME), and if it "
            "is the only label use --task text-classification"
        )


def _read(reader: Any, cell: Any, rows: Rows, position: int, column: str) -> Any:
    try:
        return reader(cell)
    except (ValueError, ArithmeticError) as error:
        where = f"{rows.source}: " if rows.source else ""
        raise DataError(f"{where}{rows.at(position)}, column {column!r}: {error}") from None
