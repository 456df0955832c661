"""Standard input as a file: it is kept until it has been read, under a name that says its form."""

import logging
import re
import sys
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from transferkit.config import AUTO
from transferkit.disk import room_for
from transferkit.errors import ConfigError, DataError
from transferkit.reading import compression, formats, separated
from transferkit.table.column_names import ALIASES, plain

log = logging.getLogger("transferkit")

NAME = "-"
"""What stands for standard input where a file is named."""
_SAID = "standard input"
_START, _AT_ONCE = 2**16, 2**20
_PACKED = ((b"\x1f\x8b", ".gz"), (b"\xfd7zXZ\x00", ".xz"))
_BINARY = ((b"PAR1", ".parquet"), (b"PK\x03\x04", ".xlsx"))
_LINES, _TABLE, _JSON = ".txt", ".csv", ".json"  # which is also read where it is JSON lines
_ROWS_IN_JSON = re.compile(r"\s*\[\s*[{\]]")


@contextmanager
def as_file(form: str | None, columns: Collection[str], encoding: str | None = None) -> Iterator[Path]:
    """A file with all of standard input, which is gone afterwards.

    Its suffix is that of `form`, such as csv or txt, or told by the content: JSON where it begins so, a table where the
    first line has one of `columns` or another usual name of a text, else a text per line. Raises `ConfigError` for an
    unknown `form`. A `DataError` within speaks of standard input in place of the file.
    """
    suffix = _suffix(form)
    with tempfile.TemporaryDirectory(prefix="transferkit-") as folder:
        path = Path(folder) / "input"
        with room_for(path, "then try again, or let TMPDIR name another disk"), path.open("wb") as kept:
            _copy(sys.stdin.buffer, kept)
        with path.open("rb") as file:
            start = file.read(_START)
        packed = next((suffix for mark, suffix in _PACKED if start.startswith(mark)), "")
        if packed:
            path = path.rename(path.with_name(f"input{packed}"))
            start = next(compression.chunks(path, _START), b"")
        path = path.rename(path.with_name(f"input{suffix or suffix_of(start, columns, encoding)}{packed}"))
        try:
            yield path
        except DataError as error:
            raise DataError(str(error).replace(str(path), _SAID)) from None


def suffix_of(start: bytes, columns: Collection[str] = (), encoding: str | None = None) -> str:
    """The suffix of a file that begins with `start`."""
    for mark, suffix in _BINARY:
        if start.startswith(mark):
            return suffix
    text = start.decode("utf-8" if encoding in (None, AUTO) else encoding, "replace")
    lines = text.removeprefix("\ufeff").splitlines()
    first = next((line.strip() for line in lines if line.strip()), "")
    if first.startswith("{") or _ROWS_IN_JSON.match("".join(lines)):
        return _JSON
    head = separated.head([f"{line}\n" for line in lines[:50]])
    names = {plain(name.strip(' "\ufeff')) for name in first.split(head.mark)}
    known = {*map(plain, columns), *(name for role in ("text", "text_pair") for name in ALIASES[role]), "tokens"}
    if names & known:
        return _TABLE
    _say_lines([line for line in lines[:-1] or lines if line.strip()], head.mark)
    return _LINES


def _say_lines(lines: Sequence[str], mark: str) -> None:
    """Say that every line is read as a text: in a warning where they look like the rows of a table."""
    fields = {line.count(mark) + 1 for line in lines}
    if len(lines) > 1 and len(fields) == 1 and fields != {1}:
        words = f"{_SAID}: read as a text per line, although every line has {fields.pop()} fields separated by {mark!r}"
        log.warning("%s; --format csv reads a table", words)
    else:
        log.info("%s: read as a text per line; --format names another form", _SAID)


def _copy(source: IO[bytes], target: IO[bytes]) -> None:
    while chunk := source.read(_AT_ONCE):
        target.write(chunk)


def _suffix(form: str | None) -> str | None:
    if form is None:
        return None
    suffix = f".{form.lower().removeprefix('.')}"
    if suffix not in formats.by_suffix():
        known = ", ".join(sorted(name.removeprefix(".") for name in formats.by_suffix()))
        raise ConfigError(f"--format {form}: expected one of {known}")
    return suffix
