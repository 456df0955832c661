"""Comma-separated files whose columns have names of their own."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from transferkit.data.rows import Rows
from transferkit.errors import SourceError
from transferkit.sources.readers import decode, to_rows


def read(path: Path, columns: Mapping[str, str]) -> Rows:
    """The asked-for `columns` as text; the row number does not count the header."""
    reader = csv.DictReader(io.StringIO(decode(path.read_bytes()), newline=""))
    absent = [name for name in columns.values() if name not in (reader.fieldnames or ())]
    if absent:
        raise SourceError(f"{path} has no column {absent[0]!r}; it has {', '.join(reader.fieldnames or ())}")
    rows = list(reader)
    return to_rows({ours: [row[theirs] or "" for row in rows] for ours, theirs in columns.items()})
