"""Signs that a table is not what it was taken for, as findings."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from transferkit.data import audit, headers, no_labels, odd_numbers
from transferkit.data.cell_forms import is_time
from transferkit.data.columns import TaskColumns
from transferkit.errors import shown
from transferkit.shapes import Shape
from transferkit.table import prose
from transferkit.table.column_names import ALIASES, plain
from transferkit.table.rows import Rows
from transferkit.table.splits import Finding
from transferkit.table.values import names_in

_SEPARATORS = ",;\t|"
_FEWEST = 5  # rows that say something about a whole column
_MOST_LABELS = 1_000
_YEAR = re.compile(r"\d{4}")
_SHORT_DATE = re.compile(
    r"\d{1,2}-(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)-\d\d"
    r"|\d{1,2}月\d{1,2}日",
    re.IGNORECASE,
)
"""What spreadsheets show for 1-2 and for 1-20."""
_NEARLY_ALL = 0.95
_LONGEST_NOTHING = 10
_FIRST_BYTE = re.compile(r"[\xc2-\xf4]")
"""Of a sign beyond ASCII in UTF-8, as cp1252 and latin-1 have it."""


def found(rows: Rows, task: TaskColumns, columns: Mapping[str, str], name: str) -> list[Finding]:
    """What is odd about usable `rows` of the split called `name`."""
    named = prose.of(name)
    return [
        *header(rows, task, columns, named),
        *_swallowed(rows, task, named),
        *_numbers(rows, task, columns, named),
        *_nothing(rows, task, columns, named),
        *_single(rows, task, columns, named),
        *_no_labels(rows, task, columns, named),
        *_dates(rows, task, columns, named),
        *_encoded_twice(rows, task, columns, named),
        *odd_numbers.total(rows, task, name),
    ]


def header(rows: Rows, task: TaskColumns, columns: Mapping[str, str], named: str) -> list[Finding]:
    """Columns whose names may be cells of theirs, as where a file has no header."""
    if headers.are_numbered([*columns.values()]):
        return []
    names = [
        raw
        for name, raw in columns.items()
        if name in rows and plain(raw) not in ALIASES.get(name, ())
        if (headers.is_value if name == task.target else headers.is_sentence)(raw, rows[name])
    ]
    if not names:
        return []
    listed = ", ".join(shown(raw, 60) for raw in names)
    message = f"{prose.counted(len(names), 'column')}{named} with a name that looks like a cell: {listed}"
    action = "taken for names; if they are a row, put a line with the columns' names above it"
    return [Finding("header", "warning", message, (), action)]


def _swallowed(rows: Rows, task: TaskColumns, named: str) -> list[Finding]:
    """Cells whose line ends look like those of rows, as a quote that is never closed makes them."""
    texts = [rows[column] for column in (*task.inputs, *task.optional_inputs) if column in rows]
    broken = [i for cells in texts for i, cell in enumerate(cells) if isinstance(cell, str) and "\n" in cell]
    if not broken:
        return []
    texts = [[cell if isinstance(cell, str) else "" for cell in cells] for cells in texts]
    labels = _short_labels(rows[task.target])
    inside = {
        i: lines for i in sorted(set(broken)) if (lines := sum(_rows_inside(cells[i], labels) for cells in texts))
    }
    if not inside:
        return []
    numbers = tuple(int(rows.numbers[i]) for i in inside)
    lines = sum(inside.values())
    holds = f"{prose.verb(len(inside), 'holds', 'hold')} {prose.counted(lines, 'line')}"
    ends = f"{prose.verb(lines, 'ends or begins', 'end or begin')} with a label as a row does"
    message = f"{prose.counted(len(inside))}{named} {holds} that {ends} ({prose.shown(numbers)})"
    action = "read as part of the text; if they are rows, double the quotes inside of quoted fields and close them"
    return [Finding("swallowed-rows", "warning", message, numbers, action)]


def _short_labels(targets: Sequence[Any]) -> set[str]:
    labels = Counter(label for target in targets for label in names_in(target))
    return {label for label, _ in labels.most_common(_MOST_LABELS)}


def _rows_inside(cell: str, labels: set[str]) -> int:
    """How many lines of `cell` have one of `labels` as their first or last field."""
    lines = cell.split("\n") if "\n" in cell else ()
    return sum(any(_has_label(line, mark, labels) for mark in _SEPARATORS) for line in lines)


def _has_label(line: str, mark: str, labels: set[str]) -> bool:
    first, parted, _ = line.partition(mark)
    return bool(parted) and not {first.strip(' "\r'), line.rpartition(mark)[2].strip(' "\r')}.isdisjoint(labels)


def _numbers(rows: Rows, task: TaskColumns, columns: Mapping[str, str], named: str) -> list[Finding]:
    """Columns of text in which every cell is a number, or one that counts the rows."""
    findings = []
    for column in (*task.inputs, *task.optional_inputs):
        cells = rows.columns.get(column, ())
        if len(cells) < _FEWEST or not all(map(_is_number, cells)):
            continue
        what = "counts the rows" if _counts(cells) else "holds numbers alone"
        message = f"column {columns[column]!r}{named}, read as {column}, {what}: {', '.join(cells[:_FEWEST])} ..."
        findings.append(Finding("numbers-as-text", "warning", message, (), "name another column if that is not meant"))
    return findings


def _nothing(rows: Rows, task: TaskColumns, columns: Mapping[str, str], named: str) -> list[Finding]:
    """Texts that are what an empty cell is written as, such as `nan` where a DataFrame was made text."""
    findings = []
    for column in (*task.inputs, *task.optional_inputs):
        written = {i: cell.strip() for i, cell in enumerate(rows.columns.get(column, ())) if _is_nothing(cell)}
        if not written:
            continue
        numbers = tuple(int(rows.numbers[i]) for i in written)
        listed = ", ".join(map(repr, sorted(set(written.values()))))
        has = prose.verb(len(numbers), "has", "have")
        message = (
            f"{prose.counted(len(numbers))}{named} {has} nothing but {listed} in column {columns[column]!r}, read as "
            f"{column} ({prose.shown(numbers)})"
        )
        action = "read as a text like others; where it stands for an empty cell, leave the cell empty"
        findings.append(Finding("texts-of-nothing", "warning", message, numbers, action))
    return findings


def _is_nothing(cell: Any) -> bool:
    return isinstance(cell, str) and len(cell) < _LONGEST_NOTHING and no_labels.is_empty_cell(cell.strip())


def _is_number(cell: Any) -> bool:
    """Whether a cell is text that says a number."""
    try:
        float(cell if isinstance(cell, str) else "")
    except ValueError:
        return False
    return True


def _counts(cells: Iterable[str]) -> bool:
    steps = np.diff([float(cell) for cell in cells])
    return bool((steps == 1).all())


def _no_labels(rows: Rows, task: TaskColumns, columns: Mapping[str, str], named: str) -> list[Finding]:
    """Labels such as `None` and `N/A`, which may say that there is none."""
    if not task.shape.form.CLASSES:
        return []
    odd = {label: count for label, count in audit.class_counts(rows, task).items() if no_labels.is_doubtful(label)}
    if not odd:
        return []
    listed = ", ".join(f"{label!r} ({prose.counted(count)})" for label, count in odd.items())
    numbers = tuple(int(rows.numbers[i]) for i, target in enumerate(rows[task.target]) if odd.keys() & names_in(target))
    message = f"labels{named} in column {columns[task.target]!r} that may say there is none: {listed}"
    action = "learned as labels like others; where they mean that it is not known, leave these cells empty"
    return [Finding("none-labels", "warning", message, numbers, action)]


def _dates(rows: Rows, task: TaskColumns, columns: Mapping[str, str], named: str) -> list[Finding]:
    """Labels that are dates or times of day, each of which becomes a class; years alone may be meant. A few of them
    among others may be what a spreadsheet made of 1-2 and 3-4."""
    if task.shape is not Shape.LABEL:
        return []
    classes = sorted(audit.class_counts(rows, task))
    dates = [label for label in classes if is_time(label) and not _YEAR.fullmatch(label)]
    raw = columns[task.target]
    if len(classes) < 2 or len(dates) < _NEARLY_ALL * len(classes):
        short = [label for label in classes if label in dates or _SHORT_DATE.fullmatch(label)]
        message = f"labels{named} in column {raw!r} that are written like dates: {', '.join(map(repr, short[:5]))}"
        action = "learned as they are; if a spreadsheet made dates of labels such as 1-2, write these again"
        return [Finding("dates-among-labels", "warning", message, (), action)] if short else []
    message = (
        f"column {raw!r}{named}, read as the label, holds dates or times, each of which is a class: "
        f"{len(classes):,} classes, such as {', '.join(map(repr, dates[:3]))}"
    )
    action = "learned as classes; name the column of the label with --label, or these with --time for a split by time"
    return [Finding("dates-as-labels", "warning", message, (), action)]


def _single(rows: Rows, task: TaskColumns, columns: Mapping[str, str], named: str) -> list[Finding]:
    """A task of several labels in which no row has several."""
    if task.shape is not Shape.LABELS or len(rows) < _FEWEST or any(len(target) > 1 for target in rows[task.target]):
        return []
    message = f"no row{named} has more than one label in column {columns[task.target]!r}"
    action = "several labels are separated by |; where every row has one, take --task text-classification"
    return [Finding("single-labels", "warning", message, (), action)]


def _encoded_twice(rows: Rows, task: TaskColumns, columns: Mapping[str, str], named: str) -> list[Finding]:
    """Texts whose bytes were taken for cp1252 when they were UTF-8 already, as `Ã©tÃ©` for `été`."""
    findings = []
    for column in (*task.inputs, *task.optional_inputs):
        beyond = [
            i for i, cell in enumerate(rows.columns.get(column, ())) if isinstance(cell, str) and not cell.isascii()
        ]
        twice = {i: meant for i in beyond if (meant := _decoded(rows[column][i]))}
        if len(twice) < 2 or 2 * len(twice) < len(beyond):
            continue
        numbers = tuple(int(rows.numbers[i]) for i in twice)
        first, meant = next(iter(twice.items()))
        message = (
            f"{prose.counted(len(twice))}{named} {prose.verb(len(twice), 'is', 'are')} encoded twice in column "
            f"{columns[column]!r}: {shown(rows[column][first], 60)} for {shown(meant, 60)} ({prose.shown(numbers)})"
        )
        action = "learned as they are; decode them once more, text.encode('cp1252').decode('utf-8')"
        findings.append(Finding("encoded-twice", "warning", message, numbers, action))
    return findings


def _decoded(text: str) -> str:
    """What a text was before it was encoded twice; "" where it was not."""
    if not _FIRST_BYTE.search(text):
        return ""
    for encoding in ("cp1252", "latin-1"):
        try:
            return text.encode(encoding).decode()
        except UnicodeError:
            continue
    return ""
