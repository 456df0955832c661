"""Prodigy's records of marked texts, which list the tokens as mappings beside the text."""

from collections.abc import Mapping
from dataclasses import replace

from transferkit.data.rows import Rows

_TOKENS = "tokens"


def unpacked(rows: Rows) -> Rows:
    """`rows` without a column `tokens` of mappings that say where each stands in the text: the text says the same."""
    if _TOKENS not in rows or "text" not in rows:
        return rows
    there = [cell for cell in rows[_TOKENS] if cell]
    if not there or not all(isinstance(cell, list) and isinstance(cell[0], Mapping) for cell in there):
        return rows
    return replace(rows, columns={name: cells for name, cells in rows.columns.items() if name != _TOKENS})
