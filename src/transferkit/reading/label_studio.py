"""Label Studio's JSON and JSON-MIN exports, whose cells hold a task's data and what people made of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from transferkit.errors import DataError, shown
from transferkit.table import printed, prose
from transferkit.table.column_names import ALIASES
from transferkit.table.rows import Note, Rows

_DATA, _ANNOTATIONS = "data", ("annotations", "completions")  # the second in exports before version 1.0
_LABEL, _TEXT, _SPANS = "label", "text", "entities"
_MARKS = ("labels", "hypertextlabels")
_NUMBERS = ("rating", "number")
_ANSWERS = ("label", "labels", "entities", "ner_tags", "tags", "value", "score", "target")
"""Data of these names are answers from before; those of the annotators go before them."""
_MIN = ("annotation_id", "annotator")
"""Columns of JSON-MIN."""

Record = dict[str, Any]


def unpacked(rows: Rows) -> Rows:
    """A row per annotation, with the columns of the task's data and one for every control, numbered as the task is;
    rows of other kinds as they are.

    Choices are lists of names, marks of words mappings with their places, ratings numbers. The column of marks is
    `label` where no other control was used, otherwise `entities`; of others alone `label`; several have the names of
    their controls. Data called as answers are become `data.label` and the like. A task that nobody annotated, or that
    was skipped, has None; what models predicted is not read.
    """
    if (name := _annotated(rows)) is None:
        return _of_min(rows)
    tasks = [_read(cell) for cell in rows[_DATA]]
    results = [_results(rows, name, i) for i in range(len(rows))]
    names = _names(results)
    where = [i for i, task_results in enumerate(results) for _ in task_results or (None,)]
    every = [result for task_results in results for result in task_results or (None,)]
    columns, before = _columns_of(tasks, where), list[str]()
    names = {c: f"annotation.{n}" if n in columns and n not in _ANSWERS else n for c, n in names.items()}
    if names:
        before = [key for key in columns if key in _ANSWERS]
        columns = {f"{_DATA}.{key}" if key in before else key: cells for key, cells in columns.items()}
    for control, column in names.items():
        columns[column] = [None if result is None else _value(result, control) for result in every]
    several = [int(rows.numbers[i]) for i, task_results in enumerate(results) if len(task_results) > 1]
    made = Rows(columns, rows.numbers[np.asarray(where, dtype=np.int64)], rows.source, rows.encoding, rows.notes)
    return _noted(_with_controls(made, names, before), several)


def tasks(rows: Rows) -> Rows:
    """A row per task with the columns of its data alone; rows of other kinds as they are."""
    if _annotated(rows) is None:
        return rows
    columns = _columns_of([_read(cell) for cell in rows[_DATA]], range(len(rows)))
    return replace(rows, columns=columns)


def _annotated(rows: Rows) -> str | None:
    """The column of annotations, where every row has a task's data and a list of these."""
    name = next((name for name in _ANNOTATIONS if name in rows), None)
    if name is None or _DATA not in rows or not len(rows):
        return None
    of_tasks = all(isinstance(_read(cell), Mapping) for cell in rows[_DATA])
    return name if of_tasks and all(cell is None or _is_list(_read(cell)) for cell in rows[name]) else None


def _is_list(cell: Any) -> bool:
    return isinstance(cell, list | tuple | np.ndarray)


def _read(cell: Any) -> Any:
    """`cell`, which tables have as text."""
    if isinstance(cell, str) and printed.looks_so(cell):
        try:
            return printed.parsed(cell)
        except ValueError:
            return cell
    return cell


def _columns_of(tasks: Sequence[Mapping[str, Any]], where: Sequence[int]) -> dict[str, Sequence[Any]]:
    """The data of `tasks`; the only text of all is `text` where it has no usual name."""
    keys = dict.fromkeys(key for task in tasks for key in task)
    columns: dict[str, Sequence[Any]] = {key: [tasks[i].get(key) for i in where] for key in keys}
    texts = [key for key, cells in columns.items() if any(isinstance(cell, str) for cell in cells)]
    if len(texts) == 1 and texts[0].lower() not in ALIASES[_TEXT] and _TEXT not in columns:
        columns[_TEXT] = columns.pop(texts[0])
    return columns


def _results(rows: Rows, name: str, position: int) -> list[Record]:
    """Of every annotation that was not cancelled: control -> what was annotated with it."""
    annotations = _read(rows[name][position])
    listed: list[Any] = [] if annotations is None else list(annotations)
    try:
        return [_of_controls(annotation["result"]) for annotation in listed if not annotation.get("was_cancelled")]
    except (KeyError, TypeError, AttributeError) as error:
        where = f"{rows.source}: " if rows.source else ""
        raise DataError(
            f"{where}row {rows.numbers[position]}: expected annotations as Label Studio exports them, each with a "
            f"result, found {shown(annotations, 80)} ({error}); export it again as JSON"
        ) from None


def _of_controls(results: Sequence[Mapping[str, Any]]) -> Record:
    by_control: Record = {}
    for result in results:
        value, kind = result.get("value") or {}, result.get("type")
        if kind in _MARKS:
            by_control.setdefault(result["from_name"], _Marks()).extend(_marks(value, kind))
        elif kind == "choices":
            by_control.setdefault(result["from_name"], []).extend(value["choices"])
        elif kind == "taxonomy":
            by_control.setdefault(result["from_name"], []).extend(" > ".join(path) for path in value["taxonomy"])
        elif kind in _NUMBERS:
            by_control[result["from_name"]] = value[kind]
        elif kind == "textarea":
            text = value["text"]
            by_control[result["from_name"]] = text if isinstance(text, str) else "\n".join(text)
    return by_control


class _Marks(list[Record]):
    """Marks of words: an annotation without any says that there are none."""


def _marks(value: Mapping[str, Any], kind: str) -> list[Record]:
    return [
        {"start": value["start"], "end": value["end"], "label": name, "text": value.get("text")} for name in value[kind]
    ]


def _value(result: Record, control: str) -> Any:
    value = result.get(control)
    return list(value) if isinstance(value, _Marks) else value


def _names(results: Sequence[Sequence[Record]]) -> dict[str, str]:
    """Control -> column."""
    every = [result for task_results in results for result in task_results]
    marks = {name for result in every for name, value in result.items() if isinstance(value, _Marks)}
    others = {name for result in every for name in result} - marks
    for result in every:
        for name in marks:
            result.setdefault(name, _Marks())
    names = {name: name for name in sorted(marks | others)}
    for group, column in ((others, _LABEL), (marks, _SPANS if others else _LABEL)):
        if len(group) == 1:
            names[next(iter(group))] = column
    return names


def _with_controls(rows: Rows, names: Mapping[str, str], before: Sequence[str]) -> Rows:
    """`rows` with notes about data that are called as annotations are, and about several controls."""
    notes = list(rows.notes)
    if before:
        listed = ", ".join(map(repr, before))
        message = f"tasks have {listed} in their data beside what was annotated"
        action = f"the annotations are read; --label {_DATA}.{before[0]} names the other"
        notes.append(Note("earlier-answers", message, (), action, "info"))
    alone = [name for name, column in names.items() if name == column]
    if len(alone) > 1:
        message = f"tasks were annotated with {' and '.join(map(repr, alone))}, a column each"
        notes.append(Note("controls", message, (), "name the one to be learned with --label", "info"))
    return replace(rows, notes=tuple(notes))


def _of_min(rows: Rows) -> Rows:
    """JSON-MIN, whose rows are annotations: numbers and paths that stand in lists of mappings by themselves."""
    if not all(name in rows for name in _MIN):
        return rows
    columns = {name: [_plain(cell) for cell in cells] for name, cells in rows.columns.items()}
    ids = list(map(str, rows.columns.get("id", ())))
    counts = Counter(ids)
    several = [int(number) for number, task in zip(rows.numbers, ids, strict=False) if counts[task] > 1]
    return _noted(replace(rows, columns=columns), several)


def _plain(cell: Any) -> Any:
    """4 of [{"rating": 4}], "a > b" of [{"taxonomy": [["a", "b"]]}]; other cells as they are."""
    items = _read(cell)
    if not isinstance(items, list) or len(items) != 1 or not isinstance(items[0], Mapping) or len(items[0]) != 1:
        return cell
    key, value = next(iter(items[0].items()))
    if key in _NUMBERS:
        return value
    return [" > ".join(path) for path in value] if key == "taxonomy" and _is_list(value) else cell


def _noted(rows: Rows, several: Sequence[int]) -> Rows:
    if not several:
        return rows
    has = prose.verb(len(several), "has", "have")
    message = f"{prose.counted(len(several))} {has} several annotations ({prose.shown(several)})"
    note = Note("annotators", message, tuple(several), "each annotation is a row of its own")
    return replace(rows, notes=(*rows.notes, note))
