"""Comma-separated values with RFC 4180 quoting and a header.

Where the header has no comma, but semicolons, tabs or bars, these separate. Nothing else is guessed.
"""

import csv
from collections.abc import Iterator
from itertools import chain, count
from pathlib import Path

from transferkit.data import compression
from transferkit.data.rows import Rows
from transferkit.data.tables import Collector, check_header
from transferkit.errors import DataError

SUFFIXES = (".csv",)
BINARY = False


def batches(path: Path, size: int, encoding: str) -> Iterator[Rows]:
    """Rows of the file; a blank line counts as a row number but holds no row."""
    csv.field_size_limit(max(csv.field_size_limit(), compression.MAX_LINE))
    lines = compression.lines(path, encoding)
    try:
        first = next(lines, "")
    except compression.LongLineError as error:
        raise DataError(f"{path}: the header: {error}") from None
    reader = csv.reader(chain([first] if first else [], lines), delimiter=_separator(first), strict=True)
    header = check_header(_record(reader, path, 0) or [], path)
    rows = Collector(str(path), header)
    for number in count(1):
        fields = _record(reader, path, number)
        if fields is None:
            break
        if not fields:
            if len(header) > 1:
                continue
            fields = [""]
        rows.add(number, fields)
        if len(rows) == size:
            yield rows.flush()
    yield from rows.finish()


def _separator(header: str) -> str:
    return next((mark for mark in ",;\t|" if mark in header), ",")


def _record(reader: "Iterator[list[str]]", path: Path, number: int) -> list[str] | None:
    where = f"row {number}" if number else "the header"
    try:
        return next(reader, None)
    except csv.Error as error:
        raise DataError(
            f"{path}: {where} is not valid CSV ({error}); "
            'put fields with commas, quotes or line ends in "..." and double the quotes inside'
        ) from None
    except compression.LongLineError as error:
        raise DataError(f"{path}: {where}: {error}") from None
