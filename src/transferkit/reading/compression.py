"""Bytes and lines out of plain, .gz and .xz files, with a bound on what one line may hold."""

import codecs
import gzip
import lzma
import stat
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import IO, cast

from transferkit.errors import DataError, shown
from transferkit.places import beside
from transferkit.reading import reading_progress

MAX_LINE = 64 * 2**20
"""Signs one line (and one quoted CSV field) may have; a longer one is refused before it is read whole."""

SUFFIXES = (".gz", ".xz")

_MARK = "\ufeff"  # of byte order; also where files with one were joined
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
    with open_plain(path) as plain, _unpacked(plain, path) as file:
        yield file


@contextmanager
def _unpacked(plain: IO[bytes], path: Path) -> Iterator[IO[bytes]]:
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


def refuse_address(path: Path) -> None:
    """Raise `DataError` for an address, which a path has only one slash of."""
    scheme, colon, rest = str(path).partition(":/")
    if colon and scheme in ("http", "https", "ftp", "s3", "gs", "hf"):
        raise DataError(f"{scheme}://{rest}: expected the path of a file, found an address; download the file first")


def _regular(path: Path) -> int:
    """The size of `path`; a folder, or what may never end (a pipe, a device), is refused."""
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        refuse_address(path)
        what = "a link to nothing" if path.is_symlink() else "nothing there"
        raise DataError(f"{path}: expected a data file, found {what}{beside(path) or '; check the path'}") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{shown(str(path))}: cannot be opened: {reason}; check the path and its permissions") from None
    if stat.S_ISDIR(status.st_mode):
        raise DataError(f"{path}: expected a data file, found a folder; name one of the files in it")
    if not stat.S_ISREG(status.st_mode):
        raise DataError(f"{path}: expected a data file, found a pipe, socket or device; write its rows to a file first")
    return status.st_size


def chunks(path: Path, size: int) -> Iterator[bytes]:
    """All of `path`, decompressed, `size` bytes at a time. Raises `DataError` for a truncated or damaged file."""
    number, read, most = 0, 0, max(_LARGE, _EXPANDED * _regular(path))
    with (
        open_plain(path) as plain,
        _unpacked(plain, path) as file,
        _undamaged(path, lambda: f"line {number}"),
        reading_progress.of(path) as tell,
    ):
        while chunk := file.read(size):
            number, read = number + chunk.count(b"\n"), read + len(chunk)
            _require_texts(read, most, path)
            tell(plain.tell())
            yield chunk


def whole_text(path: Path, encoding: str = "utf-8-sig") -> str:
    """All of `path` as text, for who reads a document; bytes that `encoding` does not have become U+FFFD."""
    return "".join(_texts(path, encoding, _AT_ONCE))


def _texts(path: Path, encoding: str, size: int) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    for chunk in chunks(path, size):
        yield decoder.decode(chunk)
    yield decoder.decode(b"", True)


def lines(path: Path, encoding: str = "utf-8-sig") -> Iterator[str]:
    """The lines of `path` as text, line ends kept; bytes that `encoding` does not have become U+FFFD.

    A mark of byte order at the start of a line, as files that were joined have it, is left out. A line ends with a
    carriage return where nothing else ends the first lines, as in files of old Macs.
    Raises `DataError` for an empty, truncated or damaged file; `LongLineError` for a line over `MAX_LINE` signs, of
    which no more than that is ever held.
    """
    return chain.from_iterable(_line_groups(path, encoding))


def _line_groups(path: Path, encoding: str) -> Iterator[list[str]]:
    """The lines of a stretch of the file at a time."""
    number, end = 0, _line_end(path, encoding)
    held: list[str] = []  # the parts of a line that has not ended yet
    for text in _texts(path, encoding, _START):
        held.append(text)
        if end in text:
            *whole, last = "".join(held).split(end)
            group = [line.removeprefix(_MARK) + end for line in whole]
            held = [last]
            yield _none_long(group, number)
            number += len(group)
        _none_long(["".join(held)] if sum(map(len, held)) > MAX_LINE else [], number)
    if last_line := "".join(held):
        yield [last_line.removeprefix(_MARK)]
    elif number == 0:
        raise DataError(f"{path}: is empty; expected rows of data")


def _none_long(lines: list[str], before: int) -> list[str]:
    """`lines`, of which none may be too long; there are so many `before`."""
    longest = max(map(len, lines), default=0)
    if longest > MAX_LINE:
        number = before + 1 + next(i for i, line in enumerate(lines) if len(line) > MAX_LINE)
        raise LongLineError(
            f"line {number} is longer than {size_text(MAX_LINE)}, which no text should be; "
            "check that the file has line ends, and split or remove that row"
        )
    return lines


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


def numbered(path: Path, header: int = 0, encoding: str = "utf-8-sig", unit: str = "row") -> Iterator[tuple[int, str]]:
    """(row number, line without its end) where every line is a row; `header` lines get 0 or less. Errors call a line by
    the `unit`."""
    number = -header
    try:
        for number, line in enumerate(lines(path, encoding), 1 - header):
            yield number, line.rstrip("\r\n")
    except LongLineError as error:
        raise DataError(f"{path}: {unit} {number + 1}: {error}") from None


def stretches(path: Path, encoding: str) -> Iterator[tuple[int, str]]:
    """The text of `path`, whose lines end with a line feed alone, in parts that end before an empty line, each with the
    number of its first line."""
    number, held, run = 1, [""], 0
    for text in _with_line_feeds(_texts(path, encoding, _START), _line_end(path, encoding)):
        run = len(text) - text.rfind("\n") - 1 + (run if "\n" not in text else 0)
        if run > MAX_LINE:
            lines_before = number + sum(part.count("\n") for part in (*held, text))
            raise DataError(
                f"{path}: line {lines_before}: is longer than {size_text(MAX_LINE)}, which no text should be"
            )
        held.append(text)
        if "\n\n" not in text and not text.startswith("\n"):
            continue
        whole, end, last = "".join(held).rpartition("\n\n")
        held = [last]
        if end:
            yield number, _unmarked(whole)
            number += whole.count("\n") + 2
    if last := "".join(held).rstrip("\n"):
        yield number, _unmarked(last)


def blocks(number: int, text: str) -> Iterator[tuple[int, str]]:
    """The parts of a stretch of lines between empty ones, each with the number of its first line; that of the stretch
    is `number`."""
    for part in text.split("\n\n"):
        block = part.lstrip("\n")
        if block:
            yield number + len(part) - len(block), block.rstrip("\n")
        number += part.count("\n") + 2


def _unmarked(block: str) -> str:
    return block.removeprefix(_MARK).replace(f"\n{_MARK}", "\n") if _MARK in block else block


def _with_line_feeds(texts: Iterator[str], end: str) -> Iterator[str]:
    """`texts`, parts of one, with line feeds for carriage returns that are, or belong to, the `end` of a line."""
    held = ""
    for text in texts:
        whole = held + text
        held = "\r" if whole.endswith("\r") and end == "\n" else ""
        yield (whole.removesuffix("\r") if held else whole).replace("\r\n" if end == "\n" else "\r", "\n")
    yield held


def size_text(size: int) -> str:
    return f"{size // 2**20} MiB" if size >= 2**20 else f"{size} bytes"
