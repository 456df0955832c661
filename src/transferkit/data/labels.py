"""When two labels are the same: one spelling for the values of all tables and file formats."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from numbers import Integral, Real
from typing import Any

import numpy as np

from transferkit.table.rows import Rows

_NUMBER = re.compile(r"[+-]?(?:0|[1-9]\d*)(?:\.\d*)?(?:[eE][+-]?\d{1,2})?|[+-]?\.\d+(?:[eE][+-]?\d{1,2})?", re.ASCII)
_INTEGER = re.compile(r"-?\d+", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[ T].+)?", re.ASCII)
_LARGEST_OF_32_BITS = float(np.finfo(np.float32).max)


def written(cell: Any) -> str:
    """The label that a cell holds, as text.

    Text stays what it is. Whole numbers have no decimal point, whatever type a file gives them (1, 1.0, Decimal); other
    numbers have the fewest digits that tell them apart, as 32-bit numbers where they are some; dates are ISO 8601,
    without a time at midnight.
    """
    if isinstance(cell, str):
        return str(cell)
    if isinstance(cell, bytes):
        return cell.decode("utf-8", "replace")
    if isinstance(cell, bool | np.bool_):
        return str(bool(cell))
    if isinstance(cell, Integral):
        return str(int(cell))
    if isinstance(cell, Decimal) and cell.is_finite():
        return str(int(cell)) if cell == cell.to_integral_value() else format(cell.normalize(), "f")
    if isinstance(cell, Real):
        return _of_number(float(cell))
    if isinstance(cell, np.datetime64) and not np.isnat(cell):
        cell = cell.astype("datetime64[us]").item()
    return _of_date(cell) if isinstance(cell, date) else str(cell)


def _of_number(value: float) -> str:
    if value.is_integer():
        return str(int(value))
    narrow = abs(value) <= _LARGEST_OF_32_BITS and float(np.float32(value)) == value
    return str(np.float32(value)) if narrow else repr(value)


def _of_date(value: date) -> str:
    if isinstance(value, datetime) and (value.tzinfo or value.time() != time()):
        return value.isoformat(sep=" ")
    return value.strftime("%Y-%m-%d")


def form(label: str) -> str:
    """What labels of two tables have in common if they are one: `1`, `1.0` and `1e0`; `True` and `true`;
    `2024-01-05` and `2024-01-05 00:00:00`; both Unicode forms of a letter. A leading zero makes a code: `01` is not
    `1`."""
    text = unicodedata.normalize("NFC", label).strip()
    if text.lower() in ("true", "false"):
        return text.lower()
    if _NUMBER.fullmatch(text):
        number = Decimal(text)
        whole = number == number.to_integral_value()
        return str(int(number)) if whole else _of_number(float(text))
    if _DATE.fullmatch(text):
        try:
            return _of_date(datetime.fromisoformat(text))
        except ValueError:
            return text
    return text


def respelt(labels: Collection[str], known: Collection[str]) -> dict[str, str]:
    """Those of `labels` that are one of `known` in another spelling -> that one.

    Only where no other label found or known has the same form: two spellings in one table are two labels.
    """
    unknown = set(labels) - set(known)
    if not unknown:
        return {}
    of_known: dict[str, list[str]] = {}
    for label in known:
        of_known.setdefault(form(label), []).append(label)
    forms = Counter(form(label) for label in set(labels))
    return {
        label: of_known[form(label)][0]
        for label in sorted(unknown)
        if forms[form(label)] == 1 and len(of_known.get(form(label), ())) == 1
    }


def same_numbers(labels: Collection[str]) -> dict[str, str]:
    """Whole numbers among `labels` that have a decimal point or an exponent -> the integers they are.

    Only where all labels are numbers and one of them is written in two ways: else `1.0` may be the name of a version.
    """
    if not all(map(_NUMBER.fullmatch, labels)):
        return {}
    whole = {label: same for label in labels if _INTEGER.fullmatch(same := form(label))}
    if len(set(whole.values())) == len(whole):
        return {}
    return {label: same for label, same in whole.items() if label != same}


def renamed(rows: Rows, column: str, names: Mapping[str, str]) -> tuple[Rows, list[int]]:
    """`rows` with the labels in `column` replaced as `names` says, and the positions of those that changed."""
    if not names:
        return rows, []
    cells: Sequence[Any] = rows[column]
    changed = [_renamed(cell, names) for cell in cells]
    where = [i for i, (old, new) in enumerate(zip(cells, changed, strict=True)) if old != new]
    return replace(rows, columns={**rows.columns, column: changed}), where


def _renamed(cell: Any, names: Mapping[str, str]) -> Any:
    if isinstance(cell, list | tuple | set):
        return sorted({names.get(label, label) for label in cell})
    return names.get(cell, cell)
