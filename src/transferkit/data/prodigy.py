"""Prodigy's records of marked texts: tokens as mappings beside the text, and whether the marks were accepted."""

import logging
from collections.abc import Mapping
from dataclasses import replace

from transferkit.data.rows import Rows

_TOKENS, _MARKS, _ANSWER = "tokens", "spans", "answer"

log = logging.getLogger("transferkit")


def unpacked(rows: Rows) -> Rows:
    """`rows` without marks that were not accepted, and without the list of tokens."""
    return _without_tokens(_accepted(rows))


def _accepted(rows: Rows) -> Rows:
    answers = rows.columns.get(_ANSWER, ())
    if _MARKS not in rows or not answers or not set(map(str, answers)) <= {"accept", "reject", "ignore"}:
        return rows
    spans = [marks if answer == "accept" else None for marks, answer in zip(rows[_MARKS], answers, strict=True)]
    if (left := sum(answer != "accept" for answer in answers)) > 0:
        log.warning("%s: the marks of %d rows were rejected or ignored and are not read", rows.source or "data", left)
    return replace(rows, columns={**rows.columns, _MARKS: spans})


def _without_tokens(rows: Rows) -> Rows:
    """`rows` without a column `tokens` of mappings that say where each stands in the text: the text says the same."""
    if _TOKENS not in rows or "text" not in rows:
        return rows
    there = [cell for cell in rows[_TOKENS] if cell]
    if not there or not all(isinstance(cell, list) and isinstance(cell[0], Mapping) for cell in there):
        return rows
    return replace(rows, columns={name: cells for name, cells in rows.columns.items() if name != _TOKENS})
