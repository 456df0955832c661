"""Columns that are not read although they seem to matter: those that say which split a row is of, and second texts."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from transferkit.data import joined
from transferkit.data.cell_forms import is_time
from transferkit.data.columns import TaskColumns
from transferkit.data.flags import SPLIT_FLAGS
from transferkit.errors import shown
from transferkit.language.words import has_signs
from transferkit.table import prose
from transferkit.table.column_names import plain
from transferkit.table.rows import Rows
from transferkit.table.splits import Finding

_SPLIT_NAMES = ("split", "splits", "set", "subset", "partition", "data_split", "dataset_split", "fold", "usage", "part")
_SPLITS = (
    "train",
    "training",
    "trn",
    "validation",
    "valid",
    "val",
    "dev",
    "eval",
    "evaluation",
    "test",
    "testing",
    "tst",
)
_MOST = 1_000
_FEWEST = 5
_WORDS_OF_A_TEXT, _SIGNS_OF_A_TEXT = 3, 6
_SIMILAR = 0.5


def found(tables: Mapping[str, Rows], columns: Mapping[str, str], task: TaskColumns) -> list[Finding]:
    """Findings on columns of raw `tables` beside those that are read, which are the `columns`."""
    train = tables["train"]
    read = {part for column in columns.values() for part in joined.parts(column, train.columns)}
    left = [name for name in train.columns if name not in read]
    splits = [] if "test" in tables else _splits(train, left)
    return [*splits, *_texts(train, left, columns, task)]


def _splits(rows: Rows, left: Iterable[str]) -> list[Finding]:
    findings = []
    for name in filter(_is_named_so, left):
        counts = Counter(_word(cell) for cell in rows[name])
        if len(counts) < 2 or not _are_splits(name, counts):
            continue
        listed = ", ".join(f"{word or 'nothing'!r} ({prose.counted(count)})" for word, count in counts.most_common(5))
        message = f"column {name!r} seems to say which split a row is of: {listed}; it is not read"
        action = (
            "splits are made without it; to use those, write the rows of each to a file of its own, train.csv, "
            "validation.csv and test.csv in one folder"
        )
        findings.append(Finding("split-column", "warning", message, (), action))
    return findings


def says_split(rows: Rows, name: str) -> bool:
    """Whether a column says of every row which split it is of."""
    return _is_named_so(name) and _are_splits(name, {_word(cell) for cell in rows[name]})


def _is_named_so(name: str) -> bool:
    return plain(name) in (*_SPLIT_NAMES, *SPLIT_FLAGS)


def _are_splits(name: str, words: Collection[str]) -> bool:
    by_name = plain(name) in _SPLIT_NAMES and {*words} <= {*_SPLITS, ""}
    return by_name or (plain(name) in SPLIT_FLAGS and {*words} <= {"0", "1", "true", "false"})


def _word(cell: Any) -> str:
    word = "" if cell is None else str(cell).strip().casefold()
    return word.removesuffix(".0")


def _texts(rows: Rows, left: Iterable[str], columns: Mapping[str, str], task: TaskColumns) -> list[Finding]:
    """Columns of texts as long and as varied as the only one that is read."""
    raw = columns[next(iter(task.inputs))]
    single = "text_pair" in task.optional_inputs and "text_pair" not in columns
    if not single or raw not in rows or len(rows) < _FEWEST:
        return []
    read = _sample(rows, raw)
    names = [name for name in left if _is_like(_sample(rows, name), read)]
    if not names:
        return []
    hold = "holds" if len(names) == 1 else "hold"
    are = "is" if len(names) == 1 else "are"
    message = (
        f"column{'' if len(names) == 1 else 's'} {', '.join(shown(name, 60) for name in names)} {hold} texts as "
        f"column {raw!r} does and {are} not read"
    )
    action = (
        f"if the label is about both, pass --text {raw} --text-pair {names[0]}, or for one text of both "
        f"--text {joined.written([raw, names[0]])}; --text {joined.written(names[:1])} reads it alone"
    )
    return [Finding("unread-text", "warning", message, (), action)]


def reads_like(rows: Rows, name: str, read: str) -> bool:
    """Whether a column holds texts as long and varied as the one that is `read`, so that `found` says so."""
    return len(rows) >= _FEWEST and _is_like(_sample(rows, name), _sample(rows, read))


def _sample(rows: Rows, name: str) -> list[str]:
    return [cell if isinstance(cell, str) else "" for cell in rows[name][:_MOST]]


def _is_like(cells: list[str], read: list[str]) -> bool:
    """Whether `cells` are texts as long and varied as those that are `read`, and not the same ones in another form."""
    if len({*cells}) < max(_FEWEST, _SIMILAR * len({*read})) or _size(cells) < _SIMILAR * _size(read):
        return False
    if sum(map(_is_text, cells)) < _SIMILAR * len(cells):
        return False
    return sum(_overlap(one, other) for one, other in zip(cells, read, strict=True)) < _SIMILAR * len(cells)


def _size(cells: list[str]) -> float:
    return sum(map(len, cells)) / len(cells)


def _is_text(cell: str) -> bool:
    long = len(cell.split()) >= _WORDS_OF_A_TEXT or (has_signs(cell) and len(cell) >= _SIGNS_OF_A_TEXT)
    return long and not is_time(cell)


def _overlap(one: str, other: str) -> float:
    """The share of the words of the shorter text, of signs where there are no blanks, that both have."""
    first, second = ({*(text.casefold() if has_signs(text) else text.casefold().split())} for text in (one, other))
    return len(first & second) / max(1, min(len(first), len(second)))
