"""Predictions on the test rows, as a table."""

import csv
import json
from pathlib import Path
from typing import Any

from transferkit.data.answers import written
from transferkit.evaluation.results import RunResult
from transferkit.tasks import Shape, Task, joined


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


def cell(answer: Any, task: Task) -> Any:
    """An answer as one cell, from which the task reads the same again: several labels joined by `|`, or as JSON where
    one has a sign that parts labels; tags joined by blanks; right texts and answers to a question as JSON."""
    if task.shape is Shape.SPAN and answer == "":
        return "[]"
    if not isinstance(answer, list | tuple):
        return float(f"{answer:.7g}") if isinstance(answer, float) else answer
    if task.shape is Shape.SPAN:
        return written(answer)
    if task.shape is Shape.TAGS:
        return " ".join(answer)
    if task.shape is Shape.LABELS:
        return joined(answer, task)
    return json.dumps(list(answer), ensure_ascii=False)
