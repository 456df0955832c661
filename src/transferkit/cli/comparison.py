"""Two run folders -> their routes side by side, with paired tests where the test rows are the same."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from transferkit.config import resuming
from transferkit.errors import ArtifactError
from transferkit.evaluation.paired import compare, holm
from transferkit.evaluation.results import Comparison, Interval

Row = tuple[str, str, str]


@dataclass(frozen=True)
class Side:
    """One run: its routes' main metric, and for every test row whether each route was right."""

    name: str
    metric: str
    best: str
    values: dict[str, Interval]
    rows: list[Row]
    right: dict[str, list[bool]]
    fingerprint: str


@dataclass(frozen=True)
class Paired:
    """Two runs. `tests` are by route (of the same name in both) and under "best"; empty where rows differ."""

    first: Side
    second: Side
    same_rows: bool
    same_data: bool
    tests: dict[str, Comparison]


def compared(first: Path, second: Path) -> Paired:
    """Read both; a test says how much better the second run is, Holm-corrected for their number."""
    a, b = _read(first), _read(second)
    if a.name == b.name:
        a, b = _renamed(a, str(first)), _renamed(b, str(second))
    same = bool(a.rows) and sorted(a.rows) == sorted(b.rows) and a.metric == b.metric
    pairs = {name: (name, name) for name in a.values if name in b.values} | {"best": (a.best, b.best)}
    tests = holm([_tested(a, one, b, other) for one, other in pairs.values()]) if same else []
    return Paired(a, b, same, a.fingerprint == b.fingerprint, dict(zip(pairs, tests, strict=False)))


def _tested(a: Side, one: str, b: Side, other: str) -> Comparison:
    """McNemar on whether each was right, rows brought into one order."""
    in_b, in_a = _ordered(b, other), _ordered(a, one)
    truth = np.ones(len(in_a), dtype=np.int64)
    return compare(f"{other} of {b.name}", in_b, f"{one} of {a.name}", in_a, truth)


def _ordered(side: Side, route: str) -> "np.ndarray[Any, Any]":
    order = sorted(range(len(side.rows)), key=lambda i: side.rows[i])
    right = np.array([side.right[route][i] for i in order], dtype=np.float64)
    return np.column_stack([1 - right, right])


def _read(folder: Path) -> Side:
    try:
        run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        with (folder / "predictions.csv").open(encoding="utf-8", newline="") as file:
            lines = list(csv.DictReader(file))
        metric = run["task"]["main_metric"]
        values = {each["name"]: Interval(**each["scores"]["metrics"][metric]) for each in run["routes"]}
        return Side(
            name=folder.name,
            metric=metric,
            best=run["best"],
            values=values,
            rows=[(line.get("text_pair") or "", line["text"], line["label"]) for line in lines],
            right={name: [line[name] == line["label"] for line in lines] for name in values},
            fingerprint=run["data"]["fingerprint"],
        )
    except FileNotFoundError as error:
        if not folder.is_dir():
            raise ArtifactError(f"no run in {folder}: there is no such folder") from None
        raise ArtifactError(
            f"{folder} is no finished run: it has no {Path(error.filename).name}; finish it with: {resuming(folder)}"
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArtifactError(f"the run in {folder} is damaged ({error}); restore it from a copy") from None


def _renamed(side: Side, name: str) -> Side:
    return Side(name, side.metric, side.best, side.values, side.rows, side.right, side.fingerprint)
