"""Bytes and lines out of plain, .gz and .xz files, with a bound on what one line may hold."""

import codecs
import gzip
import lzma
import stat
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from itertools import count
from pathlib import Path
from typing import IO, cast

from transferkit.errors import DataError, shown

MAX_LINE = 64 * 2**20
"""Signs one line (and one quoted CSV field) may have; a longer one is refused before it is read whole."""

SUFFIXES = (".gz", ".xz")

_AT_ONCE, _START = 2**20, 2**16
_EXPANDED, _LARGE = 300, 2**30
"""What grows to more than so many times its size, and to more than so many bytes, holds no texts."""


class LongLineError(Exception):
    """A line over `MAX_LINE`; the format that knows the row number turns it into a `DataError`."""


def stored_suffix(path: Path) -> str:
    """The suffix that tells the format: `.csv` for both `a.csv` and `a.csv.xz`, in lower case."""
    inner = path.with_suffix("") if path.suffix.lower() in SUFFIXES else path
    return inner.suffix.lower()


@contextmanager
def open_bytes(path: Path) -> Iterator[IO[bytes]]:
    """`path` opened for reading, decompressed on the way where its suffix says so."""
    with open_plain(path) as plain:
        match path.suffix.lower():
            case ".gz":
                with gzip.GzipFile(fileobj=plain) as unpacked:
                    yield cast(IO[bytes], unpacked)
            case ".xz":
                with lzma.LZMAFile(plain) as unpacked:
                    yield cast(IO[bytes], unpacked)
            case _:
                yield plain


def open_plain(path: Path) -> IO[bytes]:
    """`path` opened for reading its bytes as they are stored."""
    _regular(path)
    try:
        return path.open("rb")
    except OSError as error:
        raise DataError(f"{path}: cannot be opened: {error.strerror or error}; check its permissions") from None


def _regular(path: Path) -> int:
    """The size of `path`; a folder, or what may never end (a pipe, a device), is refused."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        what = "a link to nothing" if path.is_symlink() else "nothing there"
        raise DataError(f"{path}: expected a data file, found {what}; check the path") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{shown(str(path))}: cannot be opened: {reason}; check the path and its permissions") from None
    if stat.S_ISDIR(found.st_mode):
        raise DataError(f"{path}: expected a data file, found a folder; name one of the files in it")
    if not stat.S_ISREG(found.st_mode):
        raise DataError(f"{path}: expected a data file, found a pipe, socket or device; write its rows to a file first")
    return found.st_size


def chunks(path: Path, size: int) -> Iterator[bytes]:
    """All of `path`, decompressed, `size` bytes at a time. Raises `DataError` for a truncated or damaged file."""
    number, read, most = 0, 0, max(_LARGE, _EXPANDED * _regular(path))
    with open_bytes(path) as file, _undamaged(path, lambda: f"line {number}"):
        while chunk := file.read(size):
            number, read = number + chunk.count(b"\n"), read + len(chunk)
            _require_texts(read, most, path)
            yield chunk


def whole_text(path: Path, encoding: str = "utf-8-sig") -> str:
    """All of `path` as text, for who reads a document; bytes that `encoding` does not have become U+FFFD."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    parts = [decoder.decode(chunk) for chunk in chunks(path, _AT_ONCE)]
    return "".join([*parts, decoder.decode(b"", True)])


def lines(path: Path, encoding: str = "utf-8-sig") -> Iterator[str]:
    """The lines of `path` as text, line ends kept; bytes that `encoding` does not have become U+FFFD. A line ends with
    a carriage return where nothing else ends the first lines, as in files of old Macs.

    Raises `DataError` for an empty, truncated or damaged file; `LongLineError` for a line over `MAX_LINE` signs, of
    which no more than that is ever held.
    """
    number = read = 0
    most = max(_LARGE, _EXPANDED * _regular(path))
    line_end = _line_end(path, encoding)
    with (
        open_bytes(path) as file,
        _undamaged(path, lambda: f"line {number}"),
        TextIOWrapper(file, encoding, errors="replace", newline=line_end) as text,
    ):
        while line := text.readline(MAX_LINE + 1):
            number, read = number + 1, read + len(line)
            _require_texts(read, most, path)
            if len(line) > MAX_LINE:
                raise LongLineError(
                    f"line {number} is longer than {size_text(MAX_LINE)}, which no text should be; "
                    "check that the file has line ends, and split or remove that row"
                )
            yield line
    if number == 0:
        raise DataError(f"{path}: is empty; expected rows of data")


def _line_end(path: Path, encoding: str) -> str:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    start = decoder.decode(next(chunks(path, _START), b""))
    return "\r" if "\r" in start.rstrip("\r") and "\n" not in start else "\n"


@contextmanager
def _undamaged(path: Path, place: Callable[[], str]) -> Iterator[None]:
    try:
        yield
    except (EOFError, lzma.LZMAError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(
            f"{path}: is truncated or damaged after {place()} ({error}); fetch or compress it again"
        ) from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read after {place()}: {error.strerror or error}") from None


def _require_texts(read: int, most: int, path: Path) -> None:
    if read > most:
        raise DataError(
            f"{path}: holds more than {_EXPANDED} times its own size; if that is meant, decompress it first"
        )


def numbered(path: Path, header: int = 0, encoding: str = "utf-8-sig") -> Iterator[tuple[int, str]]:
    """(row number, line without its end) where every line is a row; `header` lines get 0 or less."""
    stream = lines(path, encoding)
    for number in count(1 - header):
        try:
            line = next(stream, None)
        except LongLineError as error:
            raise DataError(f"{path}: row {number}: {error}") from None
        if line is None:
            return
        yield number, line.rstrip("\r\n")


def size_text(size: int) -> str:
    return f"{size // 2**20} MiB" if size >= 2**20 else f"{size} bytes"
