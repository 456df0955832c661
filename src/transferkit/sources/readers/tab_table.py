"""Tab-separated tables with one header line, in which quotation marks are part of the text."""

import csv
from collections.abc import Mapping
from pathlib import Path

from transferkit.errors import SourceError
from transferkit.sources.readers import decode, to_rows
from transferkit.table.rows import Rows


def read(path: Path, columns: Mapping[str, str]) -> Rows:
    """The asked-for `columns`; the row number does not count the header."""
    table = csv.reader(decode(path.read_bytes()).splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    names, *rows = [row for row in table if row]
    absent = [name for name in columns.values() if name not in names]
    short = next((number for number, row in enumerate(rows, start=1) if len(row) != len(names)), None)
    if absent:
        raise SourceError(f"{path} has no column {absent[0]!r}; it has {', '.join(names)}")
    if short:
        raise SourceError(f"{path} row {short}: expected {len(names)} fields, found {len(rows[short - 1])}")
    return to_rows({ours: [row[names.index(theirs)] for row in rows] for ours, theirs in columns.items()})
