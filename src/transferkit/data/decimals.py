"""Numbers with a decimal comma, as much of Europe writes them, where a column leaves no doubt; points that may stand
between thousands."""

import re
from collections.abc import Sequence
from typing import Any

from transferkit.errors import DataError, shown
from transferkit.table import prose
from transferkit.table.rows import Rows
from transferkit.table.splits import Finding
from transferkit.table.values import missing

_NUMBER = re.compile(r"\s*[+-]?(?P<whole>\d{1,3}(?:\.\d{3})+|\d+)(?:,(?P<part>\d+))?\s*")
_THOUSAND = 3
_WITH_POINTS, _BELOW_THOUSAND = re.compile(r"[+-]?[1-9]\d{0,2}(?:\.\d{3})+"), re.compile(r"[+-]?\d{1,3}")


def with_points(cells: Sequence[Any]) -> list[Any]:
    """`cells` with decimal points, where all are texts of numbers with decimal commas or whole numbers and one or more
    could be nothing else: 1,234 alone may be more than a thousand. Other cells as they are."""
    if not are_all(cells):
        return list(cells)
    return [cell.replace(".", "").replace(",", ".") if isinstance(cell, str) else cell for cell in cells]


def noticed(rows: Rows, column: str, name: str) -> list[Finding]:
    """A finding where the numbers of a column have decimal commas; `name` is the split's."""
    cells = rows.columns.get(column, ())
    if not are_all(cells):
        return []
    where = [i for i, cell in enumerate(cells) if isinstance(cell, str) and "," in cell]
    numbers = tuple(int(rows.numbers[i]) for i in where)
    first, read = cells[where[0]].strip(), with_points(cells)[where[0]].strip()
    has = prose.verb(len(numbers), "has a decimal comma", "have decimal commas")
    message = f"{prose.counted(len(numbers))}{prose.of(name)} {has} in column {column!r} ({prose.shown(numbers)})"
    return [Finding("decimal-commas", "info", message, numbers, f"{first} is read as {read}")]


def are_all(cells: Sequence[Any]) -> bool:
    """Whether `cells` are texts of numbers, and one or more can only have a decimal comma."""
    texts = [cell for cell in cells if isinstance(cell, str) and cell.strip()]
    if not any("," in cell for cell in texts):
        return False
    if any(not isinstance(cell, str) and not missing(cell) for cell in cells):
        return False  # numbers beside: the texts are slips
    matches = [_NUMBER.fullmatch(cell) for cell in texts]
    parted = [match for match in matches if match and match["part"]]
    whole_with_points = any(match and not match["part"] and "." in match["whole"] for match in matches)
    return all(matches) and not whole_with_points and any(map(_is_clear, parted))


def refuse_thousands(cells: Sequence[Any], column: str, rows: Rows) -> None:
    """Raise `DataError` where the `cells` of a column are as numbers with points between thousands are: 1.200 beside
    850, which would be read as less than that. No program that leaves out the zeros of 850.000 writes 1.200 for 1.2."""
    ends = (i for i, cell in enumerate(cells) if isinstance(cell, str) and "." in cell and cell.rstrip().endswith("0"))
    first = next(ends, None)
    if first is None:
        return
    written = [str(cell).strip() for cell in cells if not missing(cell)]
    plain = [number for number in written if "." not in number]
    others = all(_WITH_POINTS.fullmatch(number) for number in written if "." in number)
    if not others or not all(map(_BELOW_THOUSAND.fullmatch, plain)):
        return
    beside = next((number for number in plain if len(number.lstrip("+-")) == _THOUSAND), "")
    if beside:
        where = f"{rows.source}: " if rows.source else ""
        found = str(cells[first]).strip()
        raise DataError(
            f"{where}{rows.at(first)}, column {column!r}: expected numbers that can be read in one way only, found "
            f"{shown(found)} beside {shown(beside)}; where points stand between thousands, leave them out "
            f"({found.replace('.', '')}); where they are decimal points, write {beside}.000"
        )


def _is_clear(match: "re.Match[str]") -> bool:
    """Whether a comma cannot stand between thousands."""
    whole, part = match["whole"], match["part"]
    return len(part) != _THOUSAND or "." in whole or whole.startswith("0") or len(whole) > _THOUSAND
