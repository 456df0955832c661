"""Prodigy's records: marks, labels and choices that an annotator accepted, rejected or ignored, and lists of tokens."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from transferkit.table import prose
from transferkit.table.rows import Note, Rows

_TOKENS, _MARKS, _ANSWER, _LABEL = "tokens", "spans", "answer", "label"
_OPTIONS, _CHOSEN = "options", "accept"
_ACCEPTED, _OTHERS = "accept", ("reject", "ignore")


def accepted(rows: Rows) -> Rows:
    """`rows` with the chosen options as their label, and without marks and labels that were not accepted; rows of other
    kinds as they are."""
    answers = rows.columns.get(_ANSWER, ())
    if not len(answers) or not set(map(str, answers)) <= {_ACCEPTED, *_OTHERS}:
        return rows
    chosen = {_LABEL: rows[_CHOSEN]} if _are_choices(rows) and _LABEL not in rows else {}
    columns = {name: cells for name, cells in rows.columns.items() if not (chosen and name in (_OPTIONS, _CHOSEN))}
    columns |= chosen
    judged = [name for name in (_MARKS, _LABEL) if name in columns]
    left = [i for i, answer in enumerate(answers) if answer != _ACCEPTED]
    if not judged or not (left or chosen):
        return rows
    for name in judged:
        columns[name] = [cell if a == _ACCEPTED else None for cell, a in zip(columns[name], answers, strict=True)]
    return replace(rows, columns=columns, notes=(*rows.notes, *_notes(rows, left, " and ".join(judged))))


def _are_choices(rows: Rows) -> bool:
    return {_OPTIONS, _CHOSEN} <= rows.columns.keys() and all(_is_list(cell) for cell in rows[_CHOSEN])


def _is_list(cell: Any) -> bool:
    return cell is None or (hasattr(cell, "__iter__") and not isinstance(cell, str | Mapping))


def _notes(rows: Rows, left: list[int], judged: str) -> tuple[Note, ...]:
    if not left:
        return ()
    numbers = tuple(int(rows.numbers[i]) for i in left)
    has = prose.verb(len(numbers), "was", "were")
    message = f"{prose.counted(len(numbers))} {has} rejected or ignored by the annotator ({prose.shown(numbers)})"
    action = f"{judged} not read there; to learn these answers themselves, pass --label {_ANSWER}"
    return (Note("rejected-rows", message, numbers, action),)


def without_tokens(rows: Rows) -> Rows:
    """`rows` without a column `tokens` of mappings that say where each stands in the text: the text says the same."""
    if _TOKENS not in rows or "text" not in rows:
        return rows
    there = [cell for cell in rows[_TOKENS] if cell]
    if not there or not all(isinstance(cell, list) and isinstance(cell[0], Mapping) for cell in there):
        return rows
    return replace(rows, columns={name: cells for name, cells in rows.columns.items() if name != _TOKENS})
