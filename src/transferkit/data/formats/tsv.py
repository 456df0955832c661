"""Tab-separated values with a header: one line is one row, but for line ends in quoted fields as pandas writes them; or
a word per line, with empty lines between sentences."""

import csv
import logging
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from transferkit.data import compression, separated, word_columns
from transferkit.data.rows import Rows
from transferkit.data.tables import Collector, check_header

log = logging.getLogger("transferkit")

SUFFIXES = (".tsv", ".tab")
BINARY = False
_SAMPLE = 50


def batches(path: Path, size: int, encoding: str) -> Iterator[Rows]:
    """Rows of the file, numbered by lines, or in their order where fields have line ends in them.

    Quotes are undone where the whole line is quoted properly, else kept as they stand: texts may begin with one. Where
    lines have too few fields for that but the file as a whole is quoted properly, a quoted field goes on over lines.
    Where there is no tab in the header but commas, semicolons or bars that part every row alike, these separate.
    """
    if word_columns.holds_words(path, encoding):
        yield from word_columns.batches(path, size, encoding)
        return
    csv.field_size_limit(max(csv.field_size_limit(), compression.MAX_LINE))
    start = separated.head([line for _, line in islice(compression.numbered(path, 1, encoding), _SAMPLE)], "\t,;|")
    if start.mark != "\t" and separated.is_even(start):
        log.info("%s: %r separates, not a tab", path, start.mark)
        yield from separated.batches(path, size, encoding)
        return
    lines = compression.numbered(path, 1 + start.skipped, encoding)
    _, first = next(islice(lines, start.skipped, None))
    header = check_header(_fields(first), path)
    trailing = separated.trails([_fields(line) for line in start.lines[1:] if line], len(header), path)
    over_lines = not trailing and _quoted_over_lines(path, encoding, len(header), start.skipped)
    in_lines = ((number, _fields(line)) for number, line in lines)
    rows = Collector(str(path), header)
    for number, fields in _whole_records(path, encoding, start.skipped) if over_lines else in_lines:
        if fields == [""] and len(header) > 1:
            continue
        rows.add(number, separated.without_last(fields, len(header)) if trailing else fields)
        if len(rows) == size:
            yield rows.flush()
    yield from rows.finish()


def _quoted_over_lines(path: Path, encoding: str, width: int, skipped: int) -> bool:
    """Whether fields go on over lines: some lines have another number of fields than the header, or one column is all
    there is, and read as a whole the file has quotes around such fields only."""
    lines = (line for number, line in compression.numbered(path, 1 + skipped, encoding) if number > 0)
    odd = any(('"' in line if width == 1 else line and len(_fields(line)) != width) for line in lines)
    if not odd:
        return False
    try:
        records = list(_whole_records(path, encoding, skipped))
    except csv.Error:
        return False
    fine = all(len(fields) == width or fields == [""] for _, fields in records)
    long = [field.split("\n")[1:-1] for _, fields in records for field in fields if "\n" in field]
    swallowed = any(width > 1 and line.count("\t") == width - 1 for lines in long for line in lines)
    return fine and bool(long) and not swallowed


def _whole_records(path: Path, encoding: str, skipped: int) -> Iterator[tuple[int, list[str]]]:
    """Records of the file as CSV with tabs, without its header, numbered in their order."""
    lines = (f"{line}\n" for _, line in islice(compression.numbered(path, 1, encoding), skipped, None))
    for number, fields in enumerate(csv.reader(lines, delimiter="\t", strict=True)):
        if number:
            yield number, fields or [""]


def _fields(line: str) -> list[str]:
    if '"' in line:
        try:
            return next(csv.reader([line], delimiter="\t", strict=True))
        except csv.Error:
            return line.split("\t")
    return line.split("\t")
