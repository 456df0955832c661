"""One row per text where a table has a row for every label of a text."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import mean

from transferkit.data import content
from transferkit.data.columns import TaskColumns
from transferkit.shapes import Shape
from transferkit.table import prose
from transferkit.table.column_names import WEIGHT
from transferkit.table.rows import Rows
from transferkit.table.splits import Finding


def merged(parts: Mapping[str, Rows], task: TaskColumns) -> tuple[dict[str, Rows], list[Finding]]:
    """`parts` with a row per text and all of its labels, and the findings.

    That is for tasks of several labels whose tables have one label in every row and texts with different ones; where
    any row has more than one label, and for all other tasks, `parts` stay what they are.
    """
    several = task.shape is Shape.LABELS
    if not several or any(len(labels or ()) > 1 for rows in parts.values() for labels in rows[task.target]):
        return dict(parts), []
    merged_parts = {name: _merged(rows, content.keys(rows, task), task.target) for name, rows in parts.items()}
    told = [
        _told(parts[name], later, name if len(parts) > 1 else "") for name, (_, later) in merged_parts.items() if later
    ]
    return {name: rows for name, (rows, _) in merged_parts.items()}, told


def _merged(rows: Rows, keys: Sequence[str], target: str) -> tuple[Rows, list[int]]:
    """`rows` with one per key, and the positions of those that went into an earlier one."""
    together: dict[str, set[str]] = {}
    for key, labels in zip(keys, rows[target], strict=True):
        together.setdefault(key, set()).update(labels or ())
    if all(len(labels) < 2 for labels in together.values()):
        return rows, []
    first = {key: i for i, key in reversed(list(enumerate(keys)))}
    kept = [i for i, key in enumerate(keys) if first[key] == i]
    whole = rows.take(kept)
    columns = {**whole.columns, target: [sorted(together[keys[i]]) for i in kept]}
    if WEIGHT in rows:
        weights: dict[str, list[float]] = {}
        for key, weight in zip(keys, rows[WEIGHT], strict=True):
            weights.setdefault(key, []).append(weight)
        columns[WEIGHT] = [mean(weights[keys[i]]) for i in kept]
    later = [i for i, key in enumerate(keys) if first[key] != i]
    return replace(whole, columns=columns), later


def _told(rows: Rows, later: Sequence[int], name: str) -> Finding:
    numbers = tuple(int(rows.numbers[i]) for i in later)
    repeat = prose.verb(len(later), "repeats", "repeat")
    message = (
        f"{prose.counted(len(later))}{prose.of(name)} {repeat} an earlier text, with one label in every row "
        f"({rows.named(numbers)})"
    )
    weighed = " and their mean weight" if WEIGHT in rows else ""
    return Finding(
        "merged-rows", "fixed", message, numbers, f"merged: one row per text, with all of its labels{weighed}"
    )
