"""Predictions on the test rows, as a table."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np

from transferkit import record
from transferkit.data import content
from transferkit.errors import ArtifactError
from transferkit.evaluation.document import plain
from transferkit.evaluation.results import RunResult
from transferkit.table import values
from transferkit.tasks import Task

_REMEDY = "restore it from a copy"


def write_predictions(result: RunResult, path: Path) -> None:
    """One line per test row: its number, its inputs, its target, and every route's answer, with its probability for one
    class; then the user's other columns under their own names, or one that is taken already after `data_`."""
    task, rows = result.task, result.splits.test
    probable = task.shape.form.ONE_CLASS
    names = [n for route in result.routes for n in (route.name, f"{route.name}_probability")[: 1 + probable]]
    answers = [task.decode(route.outputs, task.labels) for route in result.routes]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        inputs = dict(reversed(content.inputs(rows, task).items()))
        header = ["row", *inputs, task.target, *names]
        others = {name: rows.others[name] for name in rows.others}
        writer.writerow([*header, *own_names(others, header)])
        for i, row in enumerate(rows):
            other_cells: list[Any] = []
            for route, answer in zip(result.routes, answers, strict=True):
                other_cells.append(cell(answer[i], task))
                if probable:
                    other_cells.append(round(float(route.outputs[i].max()), 4))
            other_cells += [as_given(cells[i]) for cells in others.values()]
            input_cells = [kind.shown(row[name]) for name, kind in inputs.items()]
            writer.writerow([int(rows.numbers[i]), *input_cells, cell(row[task.target], task), *other_cells])


def own_names(others: Iterable[str], taken: Iterable[str]) -> list[str]:
    """What the user's columns are called beside those `taken`: as they were, or with `data_` before it, once or more
    often, where there is one of that name."""
    names: dict[str, None] = {}
    known = {*taken}
    for name in others:
        own = values.whole(name)
        while own in known or own in names:
            own = f"data_{own}"
        names[own] = None
    return [*names]


def as_given(value: Any) -> str:
    """A cell of the user's as one of a CSV file: texts, numbers and dates as they are written, lists and mappings as
    JSON, "" where it is missing; of bytes that are no text, and of what cannot be written, what it is."""
    try:
        return values.whole(_written(value))
    except Exception:  # of a class of the user's own; a run does not fail by a column that it does not read
        return f"<{type(value).__name__}>"


def _written(value: Any) -> str:
    if isinstance(value, Mapping | list | tuple | set | np.ndarray):
        return json.dumps(_plain(value), ensure_ascii=False)
    if values.missing(value):
        return ""
    return str(_plain(value) if isinstance(value, bytes) else value)


def as_json(value: Any) -> Any:
    """A cell of the user's in JSON types: None where it is missing, dates and what else JSON has not as text."""
    try:
        return None if not isinstance(value, str) and values.missing(value) else _plain(value)
    except Exception:  # as in `as_given`
        return f"<{type(value).__name__}>"


def _plain(value: Any) -> Any:
    """`value` in JSON types."""
    if isinstance(value, str):
        return values.whole(value)
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set):
        return [_plain(inner) for inner in value]
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return f"<{len(value):,} bytes>"
    return plain(value)


@dataclass(frozen=True)
class Table:
    """What `write_predictions` wrote: of every test row (text_pair or "", text, target), and every route's answers, all
    as their cells say them."""

    rows: tuple[tuple[str, str, str], ...]
    answers: Mapping[str, tuple[str, ...]]


def read_predictions(path: Path, task: Task, routes: Sequence[str]) -> Table:
    """The predictions of `routes`. Raises `ArtifactError` for a damaged file, naming the line."""
    lines = _lines(path)
    header = lines[0] if lines else []
    missing = [name for name in ("text", task.target, *routes) if name not in header]
    if missing:
        raise ArtifactError(f"{path} is damaged: expected a column {missing[0]!r}, found {header!r:.200}; {_REMEDY}")
    at = {name: header.index(name) for name in header}
    for number, line in enumerate(lines[1:], start=2):
        if len(line) != len(header):
            raise ArtifactError(
                f"{path} is damaged: expected {len(header)} cells in record {number}, found {len(line)}; {_REMEDY}"
            )
        _check(path, number, {name: line[at[name]] for name in (task.target, *routes)}, task)
    pair = at.get("text_pair")
    return Table(
        tuple(("" if pair is None else line[pair], line[at["text"]], line[at[task.target]]) for line in lines[1:]),
        {name: tuple(line[at[name]] for line in lines[1:]) for name in routes},
    )


def _lines(path: Path) -> list[list[str]]:
    text = record.content(path, ArtifactError, _REMEDY)
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))
    try:
        return list(csv.reader(StringIO(text.decode("utf-8"), newline="")))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ArtifactError(f"{path} is damaged: {error}; {_REMEDY}") from None


def _check(path: Path, number: int, cells: Mapping[str, str], task: Task) -> None:
    """Read the target, and answers too, which have its form, save for spans and texts, of which there is the text."""
    for name, cell in cells.items():
        if name != task.target and task.shape.form.AS_TEXTS:
            continue
        try:
            task.read_target(cell)
        except (ValueError, TypeError) as error:
            raise ArtifactError(f"{path} is damaged: record {number}, column {name!r}: {error}; {_REMEDY}") from None


def cell(answer: Any, task: Task) -> Any:
    """An answer as one cell, from which the task reads the same again: several labels joined by `|`, or as JSON where
    one has a sign that parts labels; tags joined by blanks; right texts and answers to a question as JSON."""
    return task.shape.form.cell(answer, task.read_target)
