"""Conversations that do not end with an answer to be learned, learned as far as their last one."""

from dataclasses import replace

from transferkit.data import conversations
from transferkit.data.columns import TaskColumns
from transferkit.table import prose
from transferkit.table.rows import Rows
from transferkit.table.splits import Finding


def cut_back(rows: Rows, task: TaskColumns, name: str) -> tuple[Rows, list[Finding]]:
    """`rows` with the last answer of a conversation as the target of rows without one, and the finding."""
    column = next(iter(task.inputs))
    inputs = list(rows[column])
    targets = list(rows[task.target])
    cut: dict[int, int] = {}
    for i, (text, target) in enumerate(zip(inputs, targets, strict=True)):
        talk = conversations.parsed(text) if target is None else None
        found = conversations.up_to_last_answer(talk) if talk else None
        if found is not None:
            inputs[i], targets[i], left = found
            cut[int(rows.numbers[i])] = left
    if not cut:
        return rows, []
    turns = sum(cut.values())
    message = (
        f"{prose.counted(turns, 'turn')} after the last answer to learn, of {prose.counted(len(cut), 'conversation')}"
        f"{prose.of(name)} ({prose.shown(cut)})"
    )
    finding = Finding("last-turns", "info", message, tuple(cut), "not used; the answers before are learned")
    return replace(rows, columns={**rows.columns, column: inputs, task.target: targets}), [finding]
