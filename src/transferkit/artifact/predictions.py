"""Predictions on the test rows, as a table."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from transferkit import record
from transferkit.errors import ArtifactError
from transferkit.evaluation.results import RunResult
from transferkit.shapes import Shape
from transferkit.tasks import Task

_REMEDY = "restore it from a copy"


def write_predictions(result: RunResult, path: Path) -> None:
    """One line per test row: its number, its target, and every route's answer, with its probability for one label."""
    task, rows = result.task, result.splits.test
    probable = task.shape is Shape.LABEL
    names = [n for route in result.routes for n in (route.name, f"{route.name}_probability")[: 1 + probable]]
    answers = [task.decode(route.outputs, task.labels) for route in result.routes]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["row", *(["text_pair"] if "text_pair" in rows else []), "text", task.target, *names])
        for i, values in enumerate(rows):
            given: list[Any] = []
            for route, answer in zip(result.routes, answers, strict=True):
                given.append(cell(answer[i], task))
                if probable:
                    given.append(round(float(route.outputs[i].max()), 4))
            pair = [values["text_pair"]] if "text_pair" in rows else []
            writer.writerow([int(rows.numbers[i]), *pair, values["text"], cell(values[task.target], task), *given])


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
