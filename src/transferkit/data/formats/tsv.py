"""Tab-separated values with a header: one line is one row; or a word per line, with empty lines between sentences."""

import csv
from collections.abc import Iterator
from pathlib import Path

from transferkit.data import compression, word_columns
from transferkit.data.rows import Rows
from transferkit.data.tables import Collector, check_header

SUFFIXES = (".tsv", ".tab")
BINARY = False


def batches(path: Path, size: int, encoding: str) -> Iterator[Rows]:
    """Rows of the file. Quotes are undone where the whole line is quoted properly, else kept as they stand."""
    if word_columns.holds_words(path, encoding):
        yield from word_columns.batches(path, size, encoding)
        return
    csv.field_size_limit(max(csv.field_size_limit(), compression.MAX_LINE))
    lines = compression.numbered(path, 1, encoding)
    _, first = next(lines)
    header = check_header(_fields(first), path)
    rows = Collector(str(path), header)
    for number, line in lines:
        if not line and len(header) > 1:
            continue
        rows.add(number, _fields(line))
        if len(rows) == size:
            yield rows.flush()
    yield from rows.finish()


def _fields(line: str) -> list[str]:
    if '"' in line:
        try:
            return next(csv.reader([line], delimiter="\t", strict=True))
        except csv.Error:
            return line.split("\t")
    return line.split("\t")
