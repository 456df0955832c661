"""Training rows that also stand, exactly or nearly, among rows held out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from transferkit.data import content
from transferkit.data.columns import TaskColumns
from transferkit.data.near_duplicates import Sign, near_pairs
from transferkit.kinds import Kind, Signature
from transferkit.table import prose
from transferkit.table.rows import Rows
from transferkit.table.splits import Finding
from transferkit.table.values import label_key, names_in


@dataclass(frozen=True)
class Part:
    """A split under its name."""

    name: str
    rows: Rows


def separate(
    part: Part, held: Part, task: TaskColumns, keep: bool, near_too: bool = True
) -> tuple[Rows, list[Finding]]:
    """`part` without rows that are in `held`, exactly (normalised) or, if `near_too`, nearly, and the findings.

    With `keep` they are found but stay. The last row of a label is never removed for being merely similar.
    """
    if not len(part.rows) or not len(held.rows):
        return part.rows, []
    mine, theirs = content.keys(part.rows, task), content.keys(held.rows, task)
    first = {key: position for position, key in reversed(list(enumerate(theirs)))}
    exact = [(i, first[key]) for i, key in enumerate(mine) if key in first]
    exactly = {i for i, _ in exact}
    open_rows = [i for i in range(len(mine)) if i not in exactly] if near_too else []
    signs = _signs(part.rows, held.rows, (mine, theirs), task) if open_rows else []
    near = [(open_rows[i], j) for i, j in near_pairs([mine[i] for i in open_rows], theirs, signs)]
    near = _sparing_last(near, exactly, part.rows, task)
    kinds = ("leaks", "near-leaks") if held.name == "test" else ("duplicates", "near-duplicates")
    findings = [
        _finding(kind, pairs, part, held, (verb, keep))
        for kind, pairs, verb in zip(kinds, (exact, near), ("also appear", "nearly appear"), strict=True)
        if pairs
    ]
    findings += _contradictions(exact, part, held, task)
    removed = [] if keep else [i for i, _ in (*exact, *near)]
    return part.rows.take(_without(removed, len(mine))), findings


def _signs(rows: Rows, held: Rows, keys: tuple[Sequence[str], Sequence[str]], task: TaskColumns) -> list[Sign]:
    """How the signature of every input is made of its key, by way of the first value that has it."""
    both, kinds = [*keys[0], *keys[1]], content.inputs(rows, task)
    columns = zip(*(key.split(content.PAIR_MARK) for key in both), strict=True)
    return [
        partial(_signature, kind, dict(zip(reversed(parts), reversed([*rows[name], *held[name]]), strict=True)))
        for (name, kind), parts in zip(kinds.items(), columns, strict=True)
    ]


def _signature(kind: Kind, values: Mapping[str, Any], key: str) -> Signature:
    return kind.signature(values[key], key)


def _without(removed: Sequence[int], count: int) -> npt.NDArray[np.bool_]:
    kept = np.ones(count, dtype=bool)
    kept[list(removed)] = False
    return kept


def _sparing_last(near: list[tuple[int, int]], gone: set[int], rows: Rows, task: TaskColumns) -> list[tuple[int, int]]:
    if not task.shape.form.CLASSES:
        return near
    labels = [set(names_in(target)) for target in rows[task.target]]
    leaving = gone | {i for i, _ in near}
    staying = {label for i, names in enumerate(labels) if i not in leaving for label in names}
    spared = []
    for pair in near:
        if labels[pair[0]] <= staying:
            spared.append(pair)
        staying |= labels[pair[0]]
    return spared


def _finding(kind: str, pairs: Sequence[tuple[int, int]], part: Part, held: Part, how: tuple[str, bool]) -> Finding:
    verb, keep = how
    numbers = tuple(int(part.rows.numbers[i]) for i, _ in pairs)
    shown = ", ".join(f"{part.rows.numbers[i]} = {held.rows.numbers[j]}" for i, j in pairs[:3])
    rest = f" and {len(pairs) - 3:,} more" if len(pairs) > 3 else ""
    plural = verb if len(pairs) > 1 else {"also appear": "also appears", "nearly appear": "nearly appears"}[verb]
    message = (
        f"{prose.counted(len(pairs))} of {part.name} {plural} in {held.name} "
        f"({part.rows.unit} of {part.name} = {held.rows.unit} of {held.name}: {shown}{rest})"
    )
    action = "kept, as asked; scores on these rows flatter" if keep else f"removed from {part.name}"
    return Finding(kind, "warning" if keep else "fixed", message, numbers, action)


def _contradictions(exact: Sequence[tuple[int, int]], part: Part, held: Part, task: TaskColumns) -> list[Finding]:
    if not task.shape.form.ONE_CLASS:
        return []
    mine, theirs = part.rows[task.target], held.rows[task.target]
    where = [i for i, j in exact if label_key(mine[i]) != label_key(theirs[j])]
    if not where:
        return []
    numbers = tuple(int(part.rows.numbers[i]) for i in where)
    have = prose.verb(len(where), "has", "have")
    many, at = prose.counted(len(where)), part.rows.named(numbers)
    message = f"{many} of {part.name} {have} another label in {held.name} ({at})"
    return [Finding("label-conflicts", "warning", message, numbers, f"{held.name} is left as it is")]
