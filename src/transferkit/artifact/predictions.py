"""Predictions on the test rows, as a table."""

import csv
from pathlib import Path

from transferkit.evaluation.results import RunResult


def write_predictions(result: RunResult, path: Path) -> None:
    """One line per test row: its number, its label, and every route's answer with its probability."""
    labels, rows = result.task.labels, result.splits.test
    names = [name for route in result.routes for name in (route.name, f"{route.name}_probability")]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["row", *(["text_pair"] if "text_pair" in rows else []), "text", "label", *names])
        for i, values in enumerate(rows):
            answers: list[object] = []
            for route in result.routes:
                best = int(route.probabilities[i].argmax())
                answers += [labels[best], round(float(route.probabilities[i, best]), 4)]
            pair = [values["text_pair"]] if "text_pair" in rows else []
            writer.writerow([int(rows.numbers[i]), *pair, values["text"], values[result.task.target], *answers])
