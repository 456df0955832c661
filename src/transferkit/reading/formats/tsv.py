"""Tab-separated values with a header: one line is one row, but for line ends in quoted fields as pandas writes them; or
a word per line, with empty lines between sentences."""

import csv
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from transferkit.reading import compression, separated, word_columns
from transferkit.reading.collector import Collector, check_header
from transferkit.table.rows import Rows

log = logging.getLogger("transferkit")

SUFFIXES = (".tsv", ".tab")
BINARY = False
_SAMPLE = 50


def batches(path: Path, size: int, encoding: str) -> Iterator[Rows]:
    """Rows of the file, numbered by lines, or in their order where fields have line ends in them.

    Quotes are undone where the whole line is quoted properly, else kept as they stand: texts may begin with one. Where
    a line is not, or has too few fields, but the file as a whole is quoted properly, a quoted field goes on over lines.
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
    in_lines = ((number, _fields(line)) for number, line in lines)
    rows = Collector(str(path), header)
    records = in_lines if trailing else _records(lines, len(header), _Whole(path, encoding, start.skipped))
    for number, fields in records:
        if fields == [""] and len(header) > 1:
            continue
        rows.add(number, separated.without_last(fields, len(header)) if trailing else fields)
        if len(rows) == size:
            yield rows.flush()
    yield from rows.finish()


@dataclass(frozen=True)
class _Whole:
    """The file as CSV with tabs, in which a quoted field may go on over lines."""

    path: Path
    encoding: str
    skipped: int

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """Its records without the header, numbered in their order."""
        lines = (
            f"{line}\n" for _, line in islice(compression.numbered(self.path, 1, self.encoding), self.skipped, None)
        )
        for number, fields in enumerate(csv.reader(lines, delimiter="\t", strict=True)):
            if number:
                yield number, fields or [""]

    def is_meant(self, width: int) -> bool:
        """Whether some lines have another number of fields than the header, or one column is all there is, and as a
        whole it has quotes around fields that go on over lines and around nothing that looks like rows."""
        lines = (
            line for number, line in compression.numbered(self.path, 1 + self.skipped, self.encoding) if number > 0
        )
        if not any(('"' in line if width == 1 else line and len(_fields(line)) != width) for line in lines):
            return False
        try:
            records = list(self.records())
        except csv.Error:
            return False
        fine = all(len(fields) == width or fields == [""] for _, fields in records)
        long = [field.split("\n")[1:-1] for _, fields in records for field in fields if "\n" in field]
        swallowed = any(width > 1 and line.count("\t") == width - 1 for lines in long for line in lines)
        return fine and bool(long) and not swallowed


def _records(lines: Iterator[tuple[int, str]], width: int, whole: _Whole) -> Iterator[tuple[int, list[str]]]:
    """A record per line, up to the first line that may be none; from there on of the `whole` file if that is meant."""
    for number, line in lines:
        fields = _unquoted(line)
        if fields is None or (len(fields) != width and line) or (width == 1 and '"' in line):
            if whole.is_meant(width):
                yield from (record for record in whole.records() if record[0] >= number)
                return
            yield number, _fields(line)
            break
        yield number, fields
    yield from ((number, _fields(line)) for number, line in lines)


def _fields(line: str) -> list[str]:
    fields = _unquoted(line)
    return line.split("\t") if fields is None else fields


def _unquoted(line: str) -> list[str] | None:
    """The fields of a line, None where its quotes are none."""
    if '"' not in line:
        return line.split("\t")
    try:
        return next(csv.reader([line], delimiter="\t", strict=True))
    except csv.Error:
        return None
