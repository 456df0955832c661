"""The encoding of a file: UTF-8, the one that was asked for, or with `auto` the one that its bytes look like."""

import codecs
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from charset_normalizer import from_bytes

from transferkit.config import usable_encoding
from transferkit.data import compression
from transferkit.errors import ConfigError, DataError, shown

log = logging.getLogger("transferkit")

AUTO = "auto"
UTF_8 = "utf-8-sig"
"""With or without a mark of byte order at its start."""

_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# What people save tables in: national encodings and those of Windows before those that are rare outside of mail.
_USUAL = [
    *("gb18030", "big5", "cp932", "euc_jp", "cp949"),
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp874"),
    *("koi8_r", "cp866", "iso8859_2", "iso8859_5", "iso8859_7", "iso8859_9", "mac_roman", "cp850"),
]
_SHIFTED = re.compile(rb"\x1b\$[@B]")  # ISO-2022-JP leaves ASCII by such a sign
_BETWEEN = re.compile(rb"[\s\",;]+")  # no part of a sign in any of these encodings
_AT_ONCE = 2**18
_SAMPLE = 2**16
_FEW_OF_CHARACTERS = 20
_FEWEST_LINES, _FEW_OF_LINES = 10, 50
_WIDE = 4  # of ASCII in UTF-16 every other byte is null
_NULLS = 100


@dataclass
class _Found:
    """What a file holds if it is read as UTF-8, or as what was asked for."""

    wrong: int = 0
    right: int = 0
    wrong_lines: int = 0
    lines: int = 0
    nulls: int = 0
    size: int = 0
    shifted: bool = False

    @property
    def fits(self) -> bool:
        """Whether no more than a handful of bytes is wrong: damage to a text, not another encoding."""
        among_lines = (self.wrong_lines - 1) * _FEW_OF_LINES <= self.lines - _FEWEST_LINES
        few = self.wrong * _FEW_OF_CHARACTERS <= self.right or among_lines
        return few and self.nulls * _WIDE <= self.size and not self.shifted


def of(path: Path, asked: str | None = None) -> str:
    """The name of the encoding to read the text file `path` in.

    Without `asked` it has to be UTF-8, where a handful of bytes may be wrong; with `auto` it is found out; any other
    name has to fit. Raises `DataError` where it does not, with the encoding that the file looks like, and
    `ConfigError` for a name that is none.
    """
    if asked not in (None, AUTO) and (name := _named(asked)) not in ("utf-8", UTF_8):
        return _as_asked(path, name)
    likely, found = _by_mark(path), _examined(path, UTF_8)
    if likely is None and found.fits:
        return UTF_8
    likely = likely or _likely(path, found)
    if asked == AUTO and likely:
        log.info("%s: read as %s", path, likely)
        return likely
    raise DataError(f"{path}: expected UTF-8 text, found {_described(found)}; {_advice(likely)}, or save it as UTF-8")


def _named(asked: str) -> str:
    """What Python calls the encoding `asked`."""
    try:
        return codecs.lookup(usable_encoding(asked)).name
    except ValueError as error:
        raise ConfigError(f"{error}; found {shown(asked)}") from None


def _as_asked(path: Path, name: str) -> str:
    mark = _by_mark(path)
    as_utf_8 = _examined(path, UTF_8)
    if mark is None and as_utf_8.right and as_utf_8.fits:
        raise DataError(f"{path}: expected {name}, found UTF-8; with --encoding auto every file is read in its own")
    found = _examined(path, name)
    if not found.fits:
        likely = mark or _likely(path, as_utf_8)
        raise DataError(f"{path}: expected {name}, found {_described(found)}; {_advice(likely)}")
    return name


def _described(found: _Found) -> str:
    if found.nulls * _NULLS > found.size or found.shifted or not found.wrong_lines:
        return "bytes of another encoding"
    return f"invalid bytes in {found.wrong_lines:,} of {found.lines:,} lines"


def _advice(likely: str | None) -> str:
    if likely is None:
        return "name its encoding with --encoding"
    return f"it looks like {likely}: read it with --encoding {likely}"


def _by_mark(path: Path) -> str | None:
    start = next(_chunks(path), b"")[:4]
    return next((name for mark, name in _MARKS.items() if start.startswith(mark)), None)


def _examined(path: Path, encoding: str) -> _Found:
    found, decoder = _Found(), codecs.getincrementaldecoder(encoding)("replace")
    meant = 0  # marks of replacement that stand in the file itself
    for chunk in _chunks(path):
        found.size += len(chunk)
        text = decoder.decode(chunk)
        found.lines += text.count("\n")
        if encoding == UTF_8:
            found.nulls += chunk.count(0)
            found.shifted = found.shifted or bool(_SHIFTED.search(chunk))
            meant += chunk.count("\ufffd".encode())
        if text.isascii():
            continue
        wrong = text.count("\ufffd")
        found.wrong += wrong
        found.right += len(text) - len(text.encode("ascii", "ignore")) - wrong
        found.wrong_lines += sum("\ufffd" in line for line in text.split("\n")) if wrong else 0
    found.lines += 1
    found.wrong, found.wrong_lines = max(0, found.wrong - meant), max(0, found.wrong_lines - meant)
    return found


def _telling(path: Path) -> bytes:
    """Words that are not ASCII, about 64 kB of them: what stands between them tells nothing."""
    sample = b""
    for chunk in _chunks(path):
        if not chunk.isascii():
            words = (word for word in _BETWEEN.split(chunk[: 16 * _SAMPLE]) if not word.isascii())
            sample += b" ".join(words)[: _SAMPLE - len(sample)] + b" "
        if len(sample) >= _SAMPLE:
            break
    return sample


def _chunks(path: Path) -> Iterator[bytes]:
    return compression.chunks(path, _AT_ONCE)


def _likely(path: Path, found: _Found) -> str | None:
    """The encoding that a file looks like, None where none fits."""
    if found.nulls * _NULLS > found.size:
        start = next(_chunks(path), b"")[:_SAMPLE]
        nulls = [start[place::4].count(0) for place in range(4)]
        big = nulls[0] > nulls[3]
        width = 32 if nulls[1 if big else 2] * 8 > len(start) else 16
        return f"utf-{width}-{'be' if big else 'le'}"
    if found.shifted:
        return "iso2022_jp"
    fitting = from_bytes(_telling(path), cp_isolation=_USUAL)
    best = min(fitting, key=lambda each: (each.chaos, -each.coherence, _USUAL.index(each.encoding)), default=None)
    return best.encoding if best else None
