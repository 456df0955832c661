"""When a row was written: cells of a column of times -> numbers or dates that can be put in order."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from numbers import Integral, Real
from typing import Any

import numpy as np

from transferkit.errors import DataError
from transferkit.table import prose
from transferkit.table.rows import Rows
from transferkit.table.values import missing

Moment = int | float | datetime
"""A number, or a date; dates with a time zone are in UTC, others have none."""

NUMBERS, DATES, ZONED = "numbers", "dates without a time zone", "dates with a time zone"
_MONTH = re.compile(r"\d{4}-\d\d", re.ASCII)
_CLOCK = r"(?:[T\s]+(?P<clock>\d{1,2}:\d\d(?::\d\d)?))?"
_WRITTEN = (
    re.compile(rf"(?P<day>\d{{1,2}})\.(?P<month>\d{{1,2}})\.(?P<year>\d{{4}}),?{_CLOCK}", re.ASCII),
    re.compile(rf"(?P<year>\d{{4}})\s*年\s*(?P<month>\d{{1,2}})\s*月(?:\s*(?P<day>\d{{1,2}})\s*日)?{_CLOCK}", re.ASCII),
    re.compile(rf"(?P<year>\d{{4}})(?P<mark>[-/.])(?P<month>\d{{1,2}})(?P=mark)(?P<day>\d{{1,2}}){_CLOCK}", re.ASCII),
)
"""Dates whose order leaves no doubt; 04/05/2025 is of April or of May."""
_UTC = re.compile(r"\s*(?:UTC|GMT)$")


def read(rows: Rows, column: str, cells: Sequence[Any]) -> list[Moment]:
    """The moment in every cell: a number (also as text), a date or datetime (also as text: ISO 8601, 31.1.2024 or
    2024年1月31日), a pandas or numpy timestamp. Raises `DataError` with row numbers where a cell is empty, unreadable
    or of another kind than most others, since such rows have no place in time."""
    values = [moment(cell) for cell in cells]
    usual = Counter(kind_of(value) for value in values if value is not None).most_common(1)
    kind = usual[0][0] if usual else "numbers or dates"
    odd = [i for i, value in enumerate(values) if value is None or kind_of(value) != kind]
    if odd:
        empty = missing(cells[odd[0]]) or not str(cells[odd[0]]).strip()
        shown = "an empty cell" if empty else f"{cells[odd[0]]!s:.40}"
        where = f"{rows.source}: " if rows.source else ""
        numbers = prose.shown(int(rows.numbers[i]) for i in odd)
        raise DataError(
            f"{where}column {column!r}: expected {kind} in every row, as --time needs them, found {shown} ({numbers}); "
            "write numbers or dates such as 2024-01-31 or 31.01.2024, or leave out rows without one"
        )
    return [value for value in values if value is not None]


def kind_of(value: Moment) -> str:
    """Moments of one kind can be compared."""
    if isinstance(value, datetime):
        return DATES if value.tzinfo is None else ZONED
    return NUMBERS


def shown(value: Moment) -> str:
    """A number, or a date, without a time where it is midnight."""
    if not isinstance(value, datetime):
        return str(value)
    plain = value.replace(tzinfo=None)
    return f"{plain:%Y-%m-%d}" if plain.time() == time() else f"{plain:%Y-%m-%d %H:%M:%S}"


def moment(cell: Any) -> Moment | None:
    """What `cell` stands for; None where it is no time."""
    if missing(cell) or isinstance(cell, bool | np.bool_):
        return None
    if isinstance(cell, str):
        return _of_text(cell.strip())
    if isinstance(cell, np.datetime64):
        cell = cell.astype("datetime64[us]").item()
    if isinstance(cell, datetime):
        return _of_date(cell.to_pydatetime(warn=False) if hasattr(cell, "to_pydatetime") else cell)
    if isinstance(cell, date):
        return datetime.combine(cell, time())
    if isinstance(cell, Integral):
        return int(cell)
    return _of_number(float(cell)) if isinstance(cell, Real | Decimal) else None


def _of_text(text: str) -> Moment | None:
    try:
        return int(text) if text.isascii() and text.lstrip("+-").isdigit() else _of_number(float(text))
    except (ValueError, OverflowError):
        pass
    try:
        return _of_date(datetime.fromisoformat(_UTC.sub("+00:00", f"{text}-01" if _MONTH.fullmatch(text) else text)))
    except ValueError:
        return next((_of_match(match) for form in _WRITTEN if (match := form.fullmatch(text))), None)


def _of_match(match: "re.Match[str]") -> datetime | None:
    hour, minute, second = [*map(int, (match["clock"] or "0:0").split(":")), 0][:3]
    try:
        return datetime(int(match["year"]), int(match["month"]), int(match["day"] or 1), hour, minute, second)
    except ValueError:
        return None


def _of_number(value: float) -> Moment | None:
    if not np.isfinite(value):
        return None
    return int(value) if value.is_integer() else value


def _of_date(value: datetime) -> Moment:
    try:
        return value if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError:  # within a day of the first or the last date there is
        return value.replace(tzinfo=UTC)
