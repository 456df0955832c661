"""A raw table -> canonical rows that have a text and a target, and what was set aside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import compress
from typing import Any

import numpy as np
import numpy.typing as npt

from transferkit.data import audit, content, decimals, last_turns, memberships, no_labels, weights
from transferkit.data.columns import TaskColumns, canonical
from transferkit.data.content import Keyed
from transferkit.data.duplicates import grouped, resolve
from transferkit.errors import DataError
from transferkit.shapes import Shape
from transferkit.table import prose
from transferkit.table.column_names import WEIGHT
from transferkit.table.rows import Rows
from transferkit.table.splits import Finding
from transferkit.table.values import label_key, names_in
from transferkit.tagging import marking, tag_forms, word_checks, word_rows
from transferkit.tagging.annotations import Marked
from transferkit.tagging.marking import UNKNOWN, How


@dataclass(frozen=True)
class Cleaned:
    """Usable `rows`, `unlabelled` ones, which source column each column came from, the findings, and how entities that
    are given by their places were read."""

    rows: Rows
    unlabelled: Rows
    columns: Mapping[str, str]
    findings: tuple[Finding, ...]
    how: How = UNKNOWN


def clean(table: Rows, task: TaskColumns, named: Mapping[str, str], name: str, how: How = UNKNOWN) -> Cleaned:
    """Map columns, set aside empty and unlabelled rows. `name` is the split's, "" for a single table; `how` says of
    entities that are given by their places how they are to be read."""
    header = _repeated_header(table)
    table_rows = table.take(~header) if header.any() else table
    rows, columns = canonical(table_rows, task, named)
    told = task.notices(table_rows, name)
    if task.shape is Shape.VALUE:
        told += decimals.noticed(table_rows, columns[task.target], name)
    if task.conversations:
        rows, cut = last_turns.cut_back(rows, task, name)
        told += cut
    blank = np.asarray(content.is_blank(rows, task), dtype=bool)
    unlabelled = ~blank & np.array([target is None for target in rows[task.target]], dtype=bool)
    where = f"{table.source or 'data'}{f' ({name})' if name else ''}"
    wanted = task.shape.form.WANTED
    if blank.all():
        listed = " or ".join(repr(columns[column]) for column in task.inputs)
        every = "the only row is" if len(rows) == 1 else f"all {len(rows):,} rows are"
        raise DataError(f"{where}: {every} empty in column {listed}; name another with --text")
    if (blank | unlabelled).all():
        column = columns[task.target]
        made = "" if column in table else f", made of {', '.join(map(repr, table.columns))}"
        raise DataError(
            f"{where}: expected {wanted} in column {column!r}{made}, found none in {prose.counted(len(rows))}; "
            "name another column with --label, or leave this file out"
        )
    _refuse_damaged(rows.take(~blank), columns, task, where)
    findings: list[Finding | None] = [
        Finding(note.kind, note.severity, note.message, note.rows, note.action) for note in table.notes
    ]
    findings += [*audit.encoding(rows, task, name), *told]
    if task.shape.form.OF_WORDS:
        findings += word_rows.findings(table, name)
    if header.any():
        findings.append(
            _dropped("repeated-header", table.take(header), name, "the columns' names once more", "dropped")
        )
    if blank.any():
        findings.append(_dropped("empty", rows.take(blank), name, f"no {_called(task)}", "dropped"))
    findings += audit.alone(content.without_second(rows.take(~blank), task), name)
    if unlabelled.any():
        findings.append(
            _dropped(
                "unlabelled",
                rows.take(unlabelled),
                name,
                f"no {wanted[:-1]}{_instead(table, columns[task.target], task, rows.numbers[unlabelled])}",
                "set aside for distillation" + task.shape.form.NONE,
            )
        )
    usable = weights.read(memberships.read(rows.take(~blank & ~unlabelled), columns), columns, name != "validation")
    spare = memberships.read(rows.take(unlabelled), columns, strict=False)
    spare = weights.unknown(spare) if WEIGHT in rows else spare
    if task.shape.form.OF_WORDS:
        usable, spare, how, told = _of_words(usable, spare, how, name, where)
        findings += told
    usable, moved = task.shape.form.mended(usable, columns, name)
    findings += moved
    return Cleaned(usable, spare, columns, tuple(finding for finding in findings if finding is not None), how)


def _called(task: TaskColumns) -> str:
    """What the inputs of a row are called: text."""
    return " or ".join(dict.fromkeys(kind.name for kind in task.inputs.values()))


def _instead(table: Rows, column: str, task: TaskColumns, unlabelled: "npt.NDArray[np.int64]") -> str:
    """What the raw `table` has instead of a label in the rows of these numbers, "" where nothing."""
    if column not in table:
        return ""
    cells = table.take(np.isin(table.numbers, unlabelled))[column]
    return no_labels.said(cells, no_labels.of(task.shape, column))


def _of_words(usable: Rows, spare: Rows, how: How, name: str, where: str) -> tuple[Rows, Rows, How, list[Finding]]:
    """Rows of words with tags, how these were read, and what is odd about them."""
    by_places = any(isinstance(target, Marked) for target in usable["tags"])
    usable, how, told = marking.tagged(usable, how, name)
    if by_places and len(spare):
        texts = [marking.parted(text, how) for text in spare["text"]]
        spare = replace(spare, columns={**spare.columns, "text": texts})
    if not len(usable):
        raise DataError(f"{where}: {told[0].message}; {told[0].action}, and no row is left")
    usable, respelt = tag_forms.read(usable, name)
    return usable, spare, how, [*told, *respelt, *word_checks.findings(usable, name, where)]


def without_repeats(keyed: Keyed, task: TaskColumns, name: str) -> tuple[Keyed, list[Finding]]:
    """Rows with every input once (once per target if the task allows several), and the findings."""
    rows, keys = keyed.rows, keyed.keys
    label = partial(_key_at, rows[task.target], task.shape.form.OF_WORDS)
    repeats = resolve(keys, label, task.shape.form.ONE_CLASS, rows.columns.get(WEIGHT))
    findings = _tagged_twice(rows, keys, repeats.kept, name) if task.shape.form.OF_WORDS else []
    if repeats.repeated:
        numbers = tuple(int(rows.numbers[i]) for i in repeats.repeated)
        repeat = prose.verb(len(numbers), "repeats", "repeat")
        message = (
            f"{len(numbers):,} of {prose.counted(len(rows))}{prose.of(name)} {repeat} the text and label of an "
            f"earlier one ({rows.named(numbers)})"
        )
        own = " with its weight" if WEIGHT in rows else ""
        findings.append(Finding("duplicates", "fixed", message, numbers, "removed, the first is kept" + own))
    if repeats.conflicting:
        numbers = tuple(int(rows.numbers[i]) for i in repeats.conflicting)
        texts = len({keys[i] for i in repeats.conflicting})
        message = (
            f"{prose.counted(texts, 'text')}{prose.of(name)} in {prose.counted(len(numbers))} "
            f"{prose.verb(texts, 'carries', 'carry')} more than one label ({rows.named(numbers)})"
        )
        ties = f"; {prose.counted(len(repeats.undecided))} without a majority dropped" if repeats.undecided else ""
        kept = "the label of the greatest weight is kept" if WEIGHT in rows else "the majority label is kept"
        findings.append(Finding("label-conflicts", "fixed", message, numbers, f"{kept}{ties}"))
    return keyed.take(repeats.kept), findings


def _key_at(targets: Sequence[Any], in_order: bool, position: int) -> str:
    return label_key(targets[position], in_order)


def _tagged_twice(rows: Rows, keys: Sequence[str], kept: "npt.NDArray[np.bool_]", name: str) -> list[Finding]:
    """Texts that stand in several of the rows that are `kept`, none of which is a copy, with different tags."""
    groups = grouped(list(compress(keys, kept)))
    own = rows.numbers[kept]
    numbers = sorted(int(own[i]) for group in groups for i in group)
    if not numbers:
        return []
    message = (
        f"{prose.counted(len(groups), 'text')}{prose.of(name)} in {prose.counted(len(numbers))} "
        f"{prose.verb(len(groups), 'carries', 'carry')} different tags ({rows.named(numbers)})"
    )
    return [Finding("tag-conflicts", "warning", message, tuple(numbers), "kept; each is learned")]


def _refuse_damaged(rows: Rows, columns: Mapping[str, str], task: TaskColumns, where: str) -> None:
    """Two labels that differ in bytes that are not UTF-8 would be one."""
    if not task.shape.form.NAMES:
        return
    if not any("\ufffd" in name for name in set(audit.class_names(rows, task))):
        return
    for number, target in zip(rows.numbers, rows[task.target], strict=True):
        damaged = [name for name in names_in(target) if "\ufffd" in str(name)]
        if damaged:
            raise DataError(
                f"{where}: {rows.unit} {number}, column {columns[task.target]!r}: expected a label in UTF-8, found "
                f"{damaged[0]!r}; fix the label, or save the file as UTF-8"
            )


def _repeated_header(table: Rows) -> "npt.NDArray[np.bool_]":
    """Rows that hold every column's own name, as files joined to one have them; never all rows."""
    is_header = np.zeros(len(table), dtype=bool)
    if len(table.columns) > 1:
        (first, cells), *others = table.columns.items()
        near = (i for i, cell in enumerate(cells) if isinstance(cell, str) and first in cell)
        likely = (i for i in near if cells[i].strip().lstrip("\ufeff") == first)
        for i in likely:
            is_header[i] = all(isinstance(row[i], str) and row[i].strip() == name for name, row in others)
    return is_header & ~is_header.all()


def _dropped(kind: str, rows: Rows, name: str, lacks: str, action: str) -> Finding:
    numbers = tuple(int(n) for n in rows.numbers)
    has = prose.verb(len(rows), "has", "have")
    message = f"{prose.counted(len(rows))}{prose.of(name)} {has} {lacks} ({rows.named(numbers)})"
    return Finding(kind, "fixed", message, numbers, action)
