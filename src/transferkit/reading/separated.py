"""Tables of separated values with a header: what separates, where the header is, and RFC 4180 quoting."""

import csv
import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from transferkit.errors import DataError
from transferkit.reading import compression, odd_tables
from transferkit.reading.collector import Collector, check_header
from transferkit.table.rows import Rows

log = logging.getLogger("transferkit")

MARKS = ",;\t|"
"""What may separate, the likeliest first."""
_NAMED = re.compile(r'\s*"?sep=(.)"?\s*', re.IGNORECASE)
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_SAMPLE, _SIGNS = 50, 2**20
_FEWEST = 2
_PLACE = "\x00"  # of what is quoted
_LINE_END = "new-line character"


@dataclass(frozen=True)
class Head:
    """How a table begins: `lines` of its start, the header first, after `skipped` ones that are blank or name the
    separator, which is the `mark`."""

    mark: str
    lines: tuple[str, ...]
    skipped: int

    def records(self, spaced: bool = False) -> list[list[str]]:
        """The fields of the rows in these lines, as far as they can be read; blanks before them are none of theirs if
        they are `spaced`."""
        try:
            reader = csv.reader(self.lines, delimiter=self.mark, skipinitialspace=spaced, strict=spaced)
            rows = [fields for fields in reader if fields]
        except csv.Error:
            return []
        return rows[1 : -1 if len(self.lines) == _SAMPLE else None]

    @property
    def spaced(self) -> bool:
        """Whether quotes stand behind a blank, `"a, b", "pos"`, in at least half of the rows, and all rows have as many
        fields if it is left out."""
        width = len(next(csv.reader(self.lines[:1], delimiter=self.mark), []))
        records = self.records(spaced=True)
        behind = re.compile(rf"{re.escape(self.mark)} +{_PLACE}")
        bare = _QUOTED.sub(_PLACE, "".join(self.lines)).splitlines()[1:]
        often = sum(bool(behind.search(line)) for line in bare) * 2 >= len(records) > 0
        return often and all(len(fields) == width for fields in records)


def head(lines: Sequence[str], marks: str = MARKS) -> Head:
    """The head of a table that begins with `lines`, where one of `marks` separates."""
    skipped, named = 0, ""
    for line in lines:
        match = _NAMED.fullmatch(line.removeprefix("\ufeff")) if not named else None
        if match is None and line.strip(f'{MARKS} "\r\n'):
            break
        named = named or (match[1] if match else "")
        skipped += 1
    else:
        skipped = 0
    left = tuple(lines[skipped:])
    return Head(named or _separator(left, marks), left, skipped)


def _separator(lines: tuple[str, ...], marks: str) -> str:
    """What separates: of what stands in the header outside of quotes that by which rows have as many fields as it."""
    header = _QUOTED.sub("", lines[0]) if lines else ""
    there = [mark for mark in marks if mark in header]
    if len(there) < 2:
        return there[0] if there else marks[0]
    return next((mark for mark in there if is_even(Head(mark, lines, 0))), there[0])


def is_even(start: Head) -> bool:
    """Whether every row has as many fields as the header, and more than one."""
    width = len(next(csv.reader(start.lines[:1], delimiter=start.mark), []))
    records = start.records()
    return width > 1 and bool(records) and all(len(fields) == width for fields in records)


def trails(records: Sequence[Sequence[str]], width: int, path: Path) -> bool:
    """Whether every one of `records` ends with a separator too many, with nothing behind it."""
    trailing = len(records) >= _FEWEST and all(len(row) == width + 1 and not row[-1].strip() for row in records)
    if trailing:
        log.info("%s: rows end with one separator more than the header, which is left out", path)
    return trailing


def without_last(fields: list[str], width: int) -> list[str]:
    """`fields` without an empty one behind the last of `width`."""
    return fields[:-1] if len(fields) == width + 1 and not fields[-1].strip() else fields


def batches(path: Path, size: int, encoding: str) -> Iterator[Rows]:
    """Rows of the file; a blank line counts as a row number but holds no row."""
    csv.field_size_limit(max(csv.field_size_limit(), compression.MAX_LINE))
    lines = compression.lines(path, encoding)
    read, failed = _first(lines)
    start = head(read)
    odd_tables.refuse(start.lines, start.mark, MARKS, path)
    whole = chain(start.lines, _rest(lines, failed))
    reader = csv.reader(whole, delimiter=start.mark, skipinitialspace=(spaced := start.spaced), strict=True)
    header = check_header(next(_records(reader, path, 0), (0, []))[1], path)
    trailing = trails(start.records(spaced), len(header), path)
    rows = Collector(str(path), header)
    for number, fields in _records(reader, path):
        if not fields:
            if len(header) > 1:
                continue
            fields = [""]
        rows.add(number, without_last(fields, len(header)) if trailing else fields)
        if len(rows) == size:
            yield rows.flush()
    yield from rows.finish()


def delimiter(path: Path, encoding: str) -> str:
    """What separates in the CSV file `path`, read as `encoding`; a comma for a file of another form."""
    if compression.stored_suffix(path) != ".csv":
        return MARKS[0]
    return head(_first(compression.lines(path, "utf-8-sig" if encoding in ("", "UTF-8") else encoding))[0]).mark


def _first(lines: Iterator[str]) -> tuple[list[str], compression.LongLineError | None]:
    """Some lines of the start, and why there are no more where one is too long."""
    first_lines: list[str] = []
    signs = 0
    try:
        while len(first_lines) < _SAMPLE and signs < _SIGNS and (line := next(lines, None)) is not None:
            first_lines.append(line)
            signs += len(line)
    except compression.LongLineError as error:
        return first_lines, error
    return first_lines, None


def _rest(lines: Iterable[str], failed: compression.LongLineError | None) -> Iterator[str]:
    if failed is not None:
        raise failed
    yield from lines


def _records(reader: Iterator[list[str]], path: Path, first: int = 1) -> Iterator[tuple[int, list[str]]]:
    """The fields of every row with its number, of which the header's is 0. Raises `DataError` that names the row."""
    following = first
    try:
        for following, fields in enumerate(reader, first + 1):
            yield following - 1, fields
    except csv.Error as error:
        reason = "a line ends with a carriage return alone" if _LINE_END in str(error) else error
        raise DataError(
            f"{path}: {_row(following)} is not valid CSV ({reason}); "
            'put fields with commas, quotes or line ends in "..." and double the quotes inside'
        ) from None
    except compression.LongLineError as error:
        raise DataError(f"{path}: {_row(following)}: {error}") from None


def _row(number: int) -> str:
    return f"row {number}" if number else "the header"
