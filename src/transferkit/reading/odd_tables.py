"""Tables that are not separated as they should be: refused by what is there instead."""

import csv
from collections.abc import Sequence
from pathlib import Path

from transferkit.errors import DataError, shown

_ODD = ("|||", "||", "_!_", "::", "\x01", "^", "~", ":", "\uff0c", "\u3001", "\uff1b")
"""What separates in some files and is not read, the longest first."""
_FEWEST = 2
_SAMPLE = 50


def refuse(start: Sequence[str], mark: str, marks: str, path: Path) -> None:
    """Raise `DataError` where every line of the `start` of a table, which the `mark` separates, one of `marks`, is
    parted by another sign, stands in quotes as a whole, or has more fields than the first one, which may be a title."""
    lines = [line.strip("\r\n") for line in start if line.strip()][: _SAMPLE - 1]
    if len(lines) < _FEWEST:
        return
    plain = not any(sign in lines[0] for sign in marks)
    odd = next((sign for sign in _ODD if (plain or sign[0] in marks) and _parts_all(lines, sign)), None)
    if odd is not None:
        raise DataError(
            f"{path}: expected commas, semicolons, tabs or | between fields, found {odd!r}, which parts every line "
            f"into {lines[0].count(odd) + 1}; put one of these in its place"
        )
    inner = [line[1:-1].replace('""', "") for line in lines if line.startswith('"') and line.endswith('"')]
    whole = len(inner) == len(lines) and any(_parts_all(inner, sign) for sign in marks)
    if whole and not any('"' in line for line in inner):
        raise DataError(
            f"{path}: expected fields in quotes, found whole lines in quotes; take the quotes around them away"
        )
    widths = _widths(lines[1:], mark) if plain else set()
    if len(widths) == 1 and (width := widths.pop()) > 1:
        raise DataError(
            f"{path}: expected the names of {width} columns in the first line, found {shown(lines[0], 60)}; if "
            "that is a title or a comment, remove the line, else write a name for every column"
        )


def _widths(lines: Sequence[str], mark: str) -> set[int]:
    try:
        return {len(fields) for fields in csv.reader(lines, delimiter=mark, strict=True)}
    except csv.Error:  # as where a field goes on behind the last of these lines
        return set()


def _parts_all(lines: list[str], sign: str) -> bool:
    return sign in lines[0] and len({line.count(sign) for line in lines}) == 1
