"""The same text in another language."""

from dataclasses import replace
from typing import Any

from transferkit.errors import DataError
from transferkit.table import printed
from transferkit.table.rows import Rows
from transferkit.tasks import answered_with_text

_BOTH = 2


def unpacked(rows: Rows) -> Rows:
    """A column of {"en": ..., "fr": ...}, as translation data on the hub has it, as two: the first language is
    translated into the second. Raises `DataError` where there are not two of them, and the same in all rows."""
    column = rows.columns.get("translation", ())
    cells: list[Any] = [printed.mapping(cell) or cell if isinstance(cell, str) else cell for cell in column]
    if not cells or not all(isinstance(cell, dict) for cell in cells):
        return rows
    if len(cells[0]) != _BOTH:
        raise DataError(
            f"{rows.source or 'data'}: row {rows.numbers[0]}, column 'translation': expected two languages, such as "
            f'{{"en": ..., "fr": ...}}, found {", ".join(cells[0]) or "none"}; leave two in every row, or give columns '
            "called source and target"
        )
    source, target = cells[0]
    odd = next((i for i, cell in enumerate(cells) if cell.keys() != cells[0].keys()), None)
    if odd is not None:
        raise DataError(
            f"{rows.source or 'data'}: row {rows.numbers[odd]}, column 'translation': expected the languages {source} "
            f"and {target} as in the first row, found {', '.join(cells[odd])}; give one pair of languages"
        )
    others = {name: other for name, other in rows.columns.items() if name != "translation"}
    columns = {**others, "source": [cell[source] for cell in cells], "target": [cell[target] for cell in cells]}
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
    unpacks=("translation",),
)
