"""The same text in another language."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from transferkit.data import contents
from transferkit.data.contents import Content
from transferkit.errors import DataError, shown
from transferkit.shapes import Shape
from transferkit.table import printed
from transferkit.table.column_names import plain
from transferkit.table.rows import Rows
from transferkit.tasks import Sign, answered_with_text

_BOTH = 2
_NAMES = ("source", "target")
_LANGUAGES = (
    *("en", "zh", "fr", "de", "es", "it", "pt", "ru", "ja", "ko", "ar", "nl", "pl", "tr", "vi", "hi"),
    *("english", "chinese", "french", "german", "spanish", "italian", "portuguese", "russian", "japanese", "korean"),
    *("英文", "中文", "日文", "英语", "汉语"),
)


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


def _recognised(rows: Rows, asked: Mapping[str, str]) -> Sign | None:
    """Two languages in one column, or in two that are called after them or source and target."""
    first = unpacked(rows.take([0]))
    if "translation" in rows and "translation" not in first:
        return Sign("column 'translation' has every text in two languages", True)
    names = {plain(name): name for name in rows.columns}
    languages = [name for name in names if name in _LANGUAGES]
    pair = languages if len(languages) == _BOTH else [name for name in _NAMES if name in names]
    if len(pair) != _BOTH or not all(contents.of(rows, names[name]).content is Content.TEXTS for name in pair):
        return None
    source, target = (names[name] for name in pair)
    by_name = "" if [*pair] == [*_NAMES] else f", with --text {source} --label {target}"
    return Sign(f"columns {shown(source, 60)} and {shown(target, 60)} hold texts{by_name}", False)


_WORDS = replace(
    Shape.TEXT.form.WORDS,
    use="Translate a file of any size:",
    errors="Worst translations",
    order="Translations that share fewest words with the reference first.",
    true="reference translation",
    predicted="translation",
    text="source text",
)

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
    recognised=_recognised,
    own_words=_WORDS,
)
