"""What single cells are by the way they are written: dates, addresses, identifiers, numbers."""

import math
import re
from datetime import date, time
from numbers import Real
from typing import Any

import numpy as np

from transferkit.language.words import has_signs
from transferkit.table import values

_NAME = r"[^\W\d_]{3,10}\.?"
_CLOCK = r"(?:[T\s]+.*\d{1,2}:\d{2}.*)?"
_TIMES = (
    r"(?:19|20)\d{2}[-/]\d{1,2}",
    rf"\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}\.?{_CLOCK}",
    rf"\d{{4}}\s*年\s*\d{{1,2}}\s*月(?:\s*\d{{1,2}}\s*日)?{_CLOCK}",
    rf"\d{{1,2}}[-/.]\d{{1,2}}[-/.](?:\d{{4}}|\d{{2}}),?{_CLOCK}",
    r"\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\s*[AaPp]\.?[Mm]\.?)?",
    rf"(?:{_NAME},?\s+)?\d{{1,2}}(?:st|nd|rd|th)?[-\s.]+{_NAME}[-\s,]+\d{{2,4}},?{_CLOCK}",
    rf"(?:{_NAME},?\s+)?{_NAME}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}},?{_CLOCK}",
    rf"{_NAME}\s+{_NAME}\s+\d{{1,2}}\s+\d{{2}}:\d{{2}}:\d{{2}}.*\d{{4}}",
)
_TIME = re.compile("|".join(f"(?:{form})" for form in _TIMES))
_DAY = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_YEAR = re.compile(r"(?:19|20)\d\d(?:\.0)?")
_ADDRESS = re.compile(
    r"(?:https?|ftp|file|s3)://\S+|www\.\S+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|@\w+|[A-Za-z]:[\\/].*|(?:~|\.{1,2})?/\S+"
    r"|\S*[\w)]\.(?:jpe?g|png|gif|bmp|webp|wav|mp3|mp4|flac|ogg|pdf|txt|docx?|xlsx?|csv|json|xml|html?)",
    re.IGNORECASE,
)
_HEX = re.compile(r"[0-9a-f]{8}(?:-?[0-9a-f]{4,})*", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?(?=[.,]?\d)(?:\d{1,3}(?:[ .,']\d{3})+|\d+)?(?:[.,]\d+)?(?:[eE][+-]?\d+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?[\d.]+,\d{1,2}")
_UNITS = " %€$£¥￥分星"
_LONGEST = 50
_FEWEST_DIGITS = 0.5


def is_time(cell: Any) -> bool:
    """Whether a cell is a date or a time of day, in one of the usual ways to write them, or a year."""
    if isinstance(cell, date | time | np.datetime64):
        return True
    short = _short(cell)
    return bool(short) and any(form.fullmatch(short) for form in (_TIME, _DAY, _YEAR))


def is_address(cell: Any) -> bool:
    """Whether a cell is an address of the web, of e-mail or of a file."""
    return isinstance(cell, str) and bool(_ADDRESS.fullmatch(cell.strip()))


def is_key(cell: Any) -> bool:
    """Whether a cell is a name that is given to things: one word with digits in it, or mostly digits."""
    short = _short(cell)
    digits = sum(map(str.isdigit, short))
    if not digits:
        return bool(_HEX.fullmatch(short))
    one_word = len(short.split()) == 1 and not has_signs(short)
    return one_word or digits >= _FEWEST_DIGITS * len(short)


def number(cell: Any) -> float | None:
    """The number that a cell holds, also with a unit that prices, shares and stars have; None where it is none."""
    if isinstance(cell, bool | np.bool_):
        return None
    if isinstance(cell, Real):
        return _finite(cell)
    short = _short(cell).strip(_UNITS)
    if not any(map(str.isdigit, short)) or not _NUMBER.fullmatch(short):
        return None
    if _DECIMAL_COMMA.fullmatch(short):
        short = short.replace(".", "").replace(",", ".")
    try:
        return _finite(short)
    except ValueError:  # marks between thousands
        return _finite("".join(sign for sign in short if sign not in " ,.'"))


def _finite(value: Any) -> float | None:
    try:
        converted = float(value)
    except OverflowError:
        return None
    return converted if math.isfinite(converted) else None


def _short(cell: Any) -> str:
    """A cell as text; "" for one that is longer than what is looked for here."""
    cell_text = text(cell)
    return cell_text if len(cell_text) <= _LONGEST else ""


def text(cell: Any) -> str:
    """A cell as text without blanks at its ends; "" for what is none, such as a list."""
    try:
        return values.text(cell).strip()
    except ValueError:
        return ""
