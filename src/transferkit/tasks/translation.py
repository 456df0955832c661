"""The same text in another language."""

from dataclasses import replace

from transferkit.data.rows import Rows
from transferkit.tasks import answered_with_text

_BOTH = 2


def unpacked(rows: Rows) -> Rows:
    """A column of {"en": ..., "fr": ...}, as translation data on the hub has it, as two: the first language is
    translated into the second."""
    cells = rows.columns.get("translation", ())
    if not cells or not all(isinstance(cell, dict) and len(cell) == _BOTH for cell in cells):
        return rows
    source, target = cells[0]
    columns = {"source": [cell[source] for cell in cells], "target": [cell[target] for cell in cells]}
    return replace(rows, columns=columns)


TASK = replace(
    answered_with_text(
        "translation",
        target="translation",
        usual={
            "text": ("source", "src", "original", "text", "sentence", "input"),
            "translation": ("target", "tgt", "translation", "reference", "translated", "output"),
        },
        metrics=("bleu", "chrf", "ter"),
        instruction="Translate the text.",
    ),
    unpack=unpacked,
)
