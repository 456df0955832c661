"""Training rows that also stand, exactly or nearly, among rows held out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from transferkit.data.columns import TaskColumns
from transferkit.data.content import Keyed
from transferkit.data.near_duplicates import near_pairs
from transferkit.table import prose
from transferkit.table.rows import Rows
from transferkit.table.splits import Finding
from transferkit.table.values import label_key, names_in


@dataclass(frozen=True)
class Part:
    """A split under its name."""

    name: str
    keyed: Keyed

    @property
    def rows(self) -> Rows:
        """Its rows."""
        return self.keyed.rows


def separate(
    part: Part, held: Part, task: TaskColumns, keep: bool, near_too: bool = True
) -> tuple[Keyed, list[Finding]]:
    """`part` without rows that are in `held`, exactly (normalised) or, if `near_too`, nearly, and the findings.

    With `keep` they are found but stay. The last row of a label is never removed for being merely similar.
    """
    if not len(part.keyed) or not len(held.keyed):
        return part.keyed, []
    mine, theirs = part.keyed.keys, held.keyed.keys
    first = {key: position for position, key in reversed(list(enumerate(theirs)))}
    exact = [(i, first[key]) for i, key in enumerate(mine) if key in first]
    exactly = {i for i, _ in exact}
    near = _near(part.keyed, held.keyed, exactly) if near_too else []
    near = _sparing_last(near, exactly, part.rows, task)
    kinds = ("leaks", "near-leaks") if held.name == "test" else ("duplicates", "near-duplicates")
    findings = [
        _finding(kind, pairs, part, held, (verb, keep))
        for kind, pairs, verb in zip(kinds, (exact, near), ("also appear", "nearly appear"), strict=True)
        if pairs
    ]
    findings += _contradictions(exact, part, held, task)
    removed = [] if keep else [i for i, _ in (*exact, *near)]
    return part.keyed.take(_without(removed, len(mine))), findings


def _near(rows: Keyed, held: Keyed, exactly: Collection[int]) -> list[tuple[int, int]]:
    """As `near_pairs`, but for the rows that are `exactly` there."""
    others = np.flatnonzero(_without(exactly, len(rows)))
    pairs = near_pairs(rows.take(others).inputs() if exactly else rows.inputs(), held.inputs())
    return [(int(others[i]), j) for i, j in pairs]


def _without(removed: Collection[int], count: int) -> npt.NDArray[np.bool_]:
    kept = np.ones(count, dtype=bool)
    kept[list(removed)] = False
    return kept


def _sparing_last(near: list[tuple[int, int]], gone: set[int], rows: Rows, task: TaskColumns) -> list[tuple[int, int]]:
    if not near or not task.shape.form.CLASSES:
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
