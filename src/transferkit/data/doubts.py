"""Columns that may be meant: asked for where it is not clear, said where there is a likelier one."""

import re
import shlex
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from transferkit.data import contents, joined
from transferkit.data.cell_forms import number, text
from transferkit.data.columns import TaskColumns
from transferkit.data.contents import Column, Content
from transferkit.errors import DataError, shown
from transferkit.shapes import Shape
from transferkit.table import prose
from transferkit.table.column_names import plain
from transferkit.table.rows import Rows
from transferkit.table.splits import Finding

_PLAIN = re.compile(r"[\w.,:/+-]+")
"""Names that a shell reads as they are."""
_MOST_SHOWN = 5
_ENOUGH = 10
"""Rows that say something about a whole column."""
_FEW_TEXTS, _OFTEN, _VERY_OFTEN = 50, 5, 20
_NEITHER = (Content.CONSTANT, Content.TIMES, Content.ADDRESSES, Content.KEYS, Content.NUMBERS)
_CLASSES_OF_NUMBERS = 5
"""How often whole numbers repeat that may be names of classes, if they are many."""
_NAMES_OF_CLASSES = ("label", "labels", "class", "target", "category", "coarse_label", "gold_label", "标签", "类别")


def refuse(
    table: Rows,
    task: TaskColumns,
    called: Mapping[str, str],
    asked: Mapping[str, str],
    texts: Sequence[Column],
    labels: Sequence[Column],
) -> None:
    """Raise `DataError` where a column has the usual name of a text or a label, but holds something else.

    `called` are the columns that are found by name or were `asked` for; `texts` and `labels` are others that may be
    meant.
    """
    name, target = next(iter(task.inputs)), task.target
    if name in called and name not in asked and "text_pair" not in called:
        column = contents.of(table, called[name])
        long = [other for other in texts if other.content is Content.TEXTS]
        if is_no_text(column, bool(long)):
            raise _ask(table, column, name, "--text", long)
    if target in called and target not in asked and called[target] in table:
        column = contents.of(table, called[target])
        if task.shape is Shape.LABEL and _is_no_label(column, bool(labels)):
            raise _ask(table, column, target, "--label", labels, task)


def is_no_text(column: Column, instead: bool) -> bool:
    """Whether a column that is called as a text holds none: few values, or what has another `instead` of it."""
    if column.filled < _ENOUGH:
        return False
    if column.content is Content.CATEGORIES and column.different <= _FEW_TEXTS:
        return column.repeats >= (_OFTEN if instead else _VERY_OFTEN)
    return instead and column.content in _NEITHER


def _is_no_label(column: Column, instead: bool) -> bool:
    if column.filled < _ENOUGH:
        return False
    if column.content is Content.NUMBERS:
        return not column.whole or column.repeats < _CLASSES_OF_NUMBERS
    if column.content is Content.TIMES:
        return instead or column.repeats < _OFTEN
    varied = column.content in (Content.TEXTS, Content.NAMES, Content.KEYS) and column.repeats < 2
    return instead and (varied or column.content in (Content.CONSTANT, Content.ADDRESSES, Content.NOTHING))


def _ask(
    table: Rows, column: Column, name: str, flag: str, others: Sequence[Column], task: TaskColumns | None = None
) -> DataError:
    """`column`, of which it is doubtful that it is the `name`, and what to take in its place."""
    likely = "".join(f"; column {shown(c.name, 60)} has {held(table, c.name)}" for c in others[:1])
    ways = [f"pass {flag} {as_written([c.name])}" for c in others[:1]] or [f"name another with {flag} NAME"]
    if task and column.numbers and column.content is Content.NUMBERS:
        ways.append("learn numbers with --task text-regression")
    ways.append(f"take it with {flag} {as_written([column.name])}")
    return DataError(
        f"{_at(table)}column {shown(column.name, 60)} is named like a {name} column, but has "
        f"{held(table, column.name)}{likely}; {', '.join(ways[:-1])}, or {ways[-1]} if it is meant"
    )


def which_text(table: Rows, texts: Sequence[Column]) -> DataError:
    """The question which of several columns is the text."""
    names = [column.name for column in texts[:_MOST_SHOWN]]
    both = as_written(names[:2])
    return DataError(
        f"{_at(table)}expected one column of texts, or one with a usual name such as text, found "
        f"{_each(table, names)}; {_or('--text', names)}, or --text {both} for one text of both"
    )


def which_label(table: Rows, labels: Sequence[Column]) -> DataError:
    """The question which of several columns is the label."""
    names = [column.name for column in labels]
    more = f" and {len(names) - _MOST_SHOWN} more" if len(names) > _MOST_SHOWN else ""
    return DataError(
        f"{_at(table)}expected one column that can be the label, or one with a usual name such as label, found "
        f"{_each(table, names[:_MOST_SHOWN])}{more}; {_or('--label', names[:_MOST_SHOWN])}"
    )


def which_is_written(table: Rows, first: Column, second: Column) -> DataError:
    """The question which of two columns is read and which is written."""
    one, other = as_written([first.name]), as_written([second.name])
    return DataError(
        f"{_at(table)}expected to know which column is read and which is written, found "
        f"{_each(table, [first.name, second.name])}; pass --text {one} --label {other}, or --text {other} --label {one}"
    )


def _or(flag: str, names: Sequence[str]) -> str:
    """`pass --label a, --label b or --label c`."""
    ways = [f"{flag} {as_written([name])}" for name in names]
    return f"pass {', '.join(ways[:-1])} or {ways[-1]}"


def _each(table: Rows, names: Sequence[str]) -> str:
    listed = [f"{shown(name, 60)} ({held(table, name)})" for name in names]
    return f"{', '.join(listed[:-1])} and {listed[-1]}"


def instead(table: Rows, task: TaskColumns, named: Mapping[str, str]) -> str:
    """A hint on what else could be learned of a `table` without a column of labels."""
    if task.shape is not Shape.LABEL or task.target in named:
        return ""
    numbers = [name for name in table.columns if contents.of(table, name).content is Content.NUMBERS]
    if not numbers:
        return ""
    way = f"--task text-regression --label {as_written(numbers[:1])}"
    return f"; to learn the numbers in {shown(numbers[0], 60)} pass {way}"


def said(table: Rows, found: Mapping[str, str]) -> list[Finding]:
    """A finding on the columns that are taken by their content."""
    if not found:
        return []
    words = "; ".join(f"column {shown(raw, 60)} is taken as {name}: {held(table, raw)}" for name, raw in found.items())
    return [Finding("columns", "info", words, (), "chosen by content; --text and --label name others")]


def rivals(table: Rows, name: str, flag: str, raw: str, others: Sequence[Column]) -> list[Finding]:
    """A warning where `others` could be the `name` as well as the column `raw`."""
    if not others:
        return []
    names = [column.name for column in others[:_MOST_SHOWN]]
    listed = ", ".join(f"{shown(other, 60)} ({held(table, other)})" for other in names)
    message = f"column {shown(raw, 60)} is read as the {name}, but others could be it as well: {listed}"
    action = f"{flag} {as_written([names[0]])} takes {'it' if len(names) == 1 else 'the first of them'} instead"
    return [Finding("rival-columns", "warning", message, (), action)]


def say_the_same(table: Rows, one: str, other: str) -> bool:
    """Whether two columns have one value of the one for each of the other, as numbers and names of classes do."""
    if other not in table:
        return False
    pairs = {(text(a), text(b)) for a, b in zip(table[one], table[other], strict=True)}
    return len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})


def numbers_as_classes(table: Rows, task: TaskColumns, read: Mapping[str, str]) -> list[Finding]:
    """A word on labels that are numbers, such as 1 to 5 stars: they may be classes, or numbers."""
    raw = read.get(task.target, "")
    if task.shape is not Shape.LABEL or raw not in table:
        return []
    column = contents.of(table, raw)
    if not column.numbers or column.different < 3:
        return []
    values = sorted({value for cell in table[raw] if (value := number(cell)) is not None})
    if plain(raw) in _NAMES_OF_CLASSES and values == [*map(float, range(len(values)))]:
        return []
    listed = ", ".join(f"{value:g}" for value in values[:_MOST_SHOWN]) + (" ..." if len(values) > _MOST_SHOWN else "")
    message = f"column {shown(raw, 60)} holds numbers ({listed}), learned as {len(values):,} classes without an order"
    severity = "warning" if column.content is Content.NUMBERS else "info"
    return [Finding("numbers-as-classes", severity, message, (), "--task text-regression learns them as numbers")]


def held(table: Rows, name: str) -> str:
    """What the column `name` holds, in words and numbers."""
    column = contents.of(table, name)
    different, filled = contents.different(table, name), contents.filled(table, name)
    if column.content in (Content.TEXTS, Content.NAMES):
        return f"{prose.counted(different, 'different text')} of {column.words:.0f} words on average"
    if column.content is Content.LISTS:
        return f"lists in {prose.counted(filled)}"
    dates = "dates, " if column.content is Content.TIMES else ""
    return f"{dates}{prose.counted(different, 'different value')} in {prose.counted(filled)}{_some(table, name)}"


def _some(table: Rows, name: str) -> str:
    """The most frequent values of a column, where they are short."""
    frequent = [value for value, _ in Counter(map(text, table[name])).most_common(3) if value]
    return f", such as {', '.join(shown(value, 30) for value in frequent)}" if frequent else ""


def as_written(names: Collection[str]) -> str:
    """`names` of columns as they are written on a command line."""
    text = joined.written(names)
    return text if _PLAIN.fullmatch(text) else shlex.quote(text)


def _at(table: Rows) -> str:
    return f"{table.source}: " if table.source else ""
