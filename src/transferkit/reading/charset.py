"""The encoding of a file: UTF-8, the one that was asked for, or with `auto` the one that its bytes look like."""

import codecs
import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from transferkit.config import usable_encoding
from transferkit.errors import ConfigError, DataError, shown
from transferkit.reading import compression, guesses, mixed, shifts
from transferkit.reading.guesses import Guess

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
_ENDS = re.compile(rb'[\r\n"]+')  # of what is written in one go; no part of a sign in any of these encodings
_WORDS = re.compile(rb"[A-Za-z] [A-Za-z]")
_APART = "save all of it as UTF-8"
_WRONG_LINE = re.compile(r"\ufffd.*")
_AT_ONCE = 2**18
_SAMPLE = 2**14
_FEWEST_BESIDE = 2**10
_FEW_OF_CHARACTERS = 20
_FEWEST_LINES, _FEW_OF_LINES = 10, 50
_MANY_NULLS, _NULLS = 4, 100  # of ASCII in UTF-16 every other byte is one; most texts have none


@dataclass
class _Found:
    """What a file holds if it is read as UTF-8, or as what was asked for."""

    wrong: int = 0
    right: int = 0
    wrong_lines: int = 0
    lines: int = 0
    nulls: int = 0
    size: int = 0
    shifted: str = ""

    @property
    def fits(self) -> bool:
        """Whether no more than a handful of bytes is wrong: damage to a text, not another encoding."""
        among_lines = (self.wrong_lines - 1) * _FEW_OF_LINES <= self.lines - _FEWEST_LINES
        few = self.wrong * _FEW_OF_CHARACTERS <= self.right or among_lines
        return few and self.nulls * _MANY_NULLS <= self.size and not self.shifted


def of(path: Path, encoding: str | None = None, usual: str | None = None) -> str:
    """The name of the encoding to read the text file `path` in.

    Without `encoding` it has to be UTF-8, where a handful of bytes may be wrong; with `auto` it is found out, also
    where these are all that is not ASCII; any other name has to fit. `usual` is the encoding that files like this one
    were read in before: a file that is not UTF-8 throughout but fits it is not read in any other without being asked.
    Raises `DataError` where the file does not fit, or may as well be in another encoding, with the likely ones, and
    `ConfigError` for a name that is none.
    """
    if encoding not in (None, AUTO) and (name := _named(encoding)) not in ("utf-8", UTF_8):
        return _as_asked(path, name)
    mark, content = _by_mark(path), _examined(path, UTF_8)
    if encoding is None and usual and mark is None and content.wrong and _fits(path, usual):
        raise DataError(
            f"{path}: expected UTF-8 text, found {_described(content)}; the files that the model was trained on were "
            f"read in {usual}, as this one can be: --encoding {usual}"
        )
    is_utf_8 = mark is None and content.fits and not _is_wide(path, content)
    if is_utf_8 and (encoding != AUTO or content.right or not content.wrong):
        return UTF_8
    likely = _likely(path, content, mark)
    narrow = mark is None and not content.shifted and not (likely and likely[0].name.startswith("utf"))
    if narrow and not content.fits and (lines := mixed.of(path)):
        raise DataError(f"{path}: expected one encoding, found {lines}; {_APART}")
    if encoding == AUTO and len(likely) == 1:
        log.info("%s: read as %s", path, likely[0].name)
        return likely[0].name
    if is_utf_8:
        return UTF_8
    raise DataError(f"{path}: expected UTF-8 text, found {_described(content)}; {_advice(likely)}, or save it as UTF-8")


def is_marked(path: Path) -> bool:
    """Whether the file begins with a mark of byte order, as Excel writes it and needs it."""
    return next(_chunks(path), b"").startswith((codecs.BOM_UTF8, *_MARKS))


def _fits(path: Path, usual: str) -> bool:
    """Whether `path` can be read in the encoding `usual`; of `auto`, and of a name that is none, nothing is known."""
    try:
        return usual != AUTO and _examined(path, _named(usual)).fits
    except (ConfigError, DataError):
        return False


def _named(name: str) -> str:
    """What Python calls the encoding `name`."""
    try:
        return codecs.lookup(usable_encoding(name)).name
    except ValueError as error:
        raise ConfigError(f"{error}; found {shown(name)}") from None


def _as_asked(path: Path, name: str) -> str:
    mark = _by_mark(path)
    as_utf_8 = _examined(path, UTF_8)
    marked = name in _MARKS.values()
    if mark is None and (as_utf_8.right or marked) and as_utf_8.fits and not _is_wide(path, as_utf_8):
        raise DataError(f"{path}: expected {name}, found UTF-8; with --encoding auto every file is read in its own")
    if marked and mark != name:
        return _in_order(path, name, _likely(path, as_utf_8, mark))
    content = _examined(path, name)
    if not content.fits:
        likely = _likely(path, as_utf_8, mark)
        raise DataError(f"{path}: expected {name}, found {_described(content, name)}; {_advice(likely)}")
    if not as_utf_8.fits and not name.startswith("utf") and (lines := mixed.of(path)):
        log.warning("%s: read as %s as asked, but it is in %s; %s", path, name, lines, _APART)
    elif not name.startswith("utf") and not as_utf_8.fits and (both := guesses.better(_sample(path), name)):
        line, likelier = guesses.differing(both)
        log.warning("%s: read as %s as asked (%r), but it looks like %s (%r)", path, name, line, both[1].name, likelier)
    return name


def _in_order(path: Path, name: str, likely: Sequence[Guess]) -> str:
    """The encoding called `name` with its order of bytes, which no mark at the start of the file tells."""
    meant = [guess.name for guess in likely if guess.name.startswith(name)]
    if len(meant) == 1:
        log.info("%s: read as %s", path, meant[0])
        return meant[0]
    way = _advice(likely) if likely else f"say which it is with --encoding {name}-le or --encoding {name}-be"
    raise DataError(f"{path}: expected {name} with a mark of byte order at its start, found none; {way}")


def _described(content: _Found, expected: str = "UTF-8") -> str:
    """What was found in place of `expected`: another encoding, unless most of what is not ASCII fits."""
    few = content.wrong_lines and content.wrong <= content.right
    if not few or content.nulls * _NULLS > content.size or content.shifted:
        return "text in another encoding"
    return f"bytes that are not {expected} in {content.wrong_lines:,} of {content.lines:,} lines"


def _advice(likely: Sequence[Guess]) -> str:
    if not likely:
        return "name its encoding with --encoding"
    first, *others = likely
    if not others:
        return f"it looks like {first.name}: read it with --encoding {first.name}"
    lines = [f"{guess.name} ({line!r})" for guess, line in zip(likely, guesses.differing(likely), strict=True)]
    return f"it may be {', '.join(lines[:-1])} or {lines[-1]}: give the one that reads right with --encoding"


def _by_mark(path: Path) -> str | None:
    start = next(_chunks(path), b"")[:4]
    return next((name for mark, name in _MARKS.items() if start.startswith(mark)), None)


def _examined(path: Path, encoding: str) -> _Found:
    content, decoder = _Found(), codecs.getincrementaldecoder(encoding)("replace")
    meant = 0  # marks of replacement that stand in the file itself
    for chunk in _chunks(path):
        content.size += len(chunk)
        try:
            text = decoder.decode(chunk)
        except UnicodeError as error:  # of a codec that replaces nothing
            raise DataError(f"{path}: cannot be read as {encoding} ({error}); name another with --encoding") from None
        content.lines += text.count("\n")
        if encoding == UTF_8:
            content.nulls += chunk.count(0)
            content.shifted = content.shifted or shifts.of(chunk)
            meant += chunk.count("\ufffd".encode())
        if text.isascii():
            continue
        wrong = text.count("\ufffd")
        content.wrong += wrong
        content.right += len(text) - len(text.encode("ascii", "ignore")) - wrong
        content.wrong_lines += len(_WRONG_LINE.findall(text)) if wrong else 0
    content.lines += 1
    content.wrong, content.wrong_lines = max(0, content.wrong - meant), max(0, content.wrong_lines - meant)
    return content


def _sample(path: Path) -> bytes:
    """Lines and quoted texts that are not ASCII, about 16 kB and all that have a byte that these lack, and as much of
    others with several words: they tell the language."""
    telling: list[bytes] = []
    plain: list[bytes] = []
    seen: set[int] = set()
    size = beside = 0
    for chunk in _whole_lines(path):
        if size >= _SAMPLE and seen.issuperset(chunk):
            continue
        for piece in _ENDS.split(chunk):
            if piece.isascii():
                if beside < _SAMPLE and _WORDS.search(piece):
                    plain.append(piece)
                    beside += len(piece)
            elif size < _SAMPLE or not seen.issuperset(piece):
                telling.append(piece[:_SAMPLE])
                size += len(piece)
                seen.update(piece)
    room = max(size, _FEWEST_BESIDE)
    for piece in plain:
        if room > 0:
            telling.append(piece)
        room -= len(piece)
    return b"\n".join(telling)


def _whole_lines(path: Path) -> Iterator[bytes]:
    """The file in parts that end where a line or quoted text does, if any does."""
    rest = b""
    for chunk in _chunks(path):
        end = max(chunk.rfind(b"\n"), chunk.rfind(b'"')) + 1 or len(chunk)
        yield rest + chunk[:end]
        rest = chunk[end:]
    yield rest


def _chunks(path: Path) -> Iterator[bytes]:
    return compression.chunks(path, _AT_ONCE)


def _likely(path: Path, content: _Found, mark: str | None) -> list[Guess]:
    """The encodings that a file may be in, the likeliest first, and none that the whole of it is not in."""
    if mark is not None:
        return [Guess(mark)]
    if content.shifted:
        return [Guess(content.shifted)]
    if of_four := _of_four_bytes(start := _start(path)):
        return [Guess(of_four)]
    narrow, wide = guesses.of(_sample(path)), guesses.of(start, guesses.WIDE)
    is_wide = wide and (not narrow or wide[0].score > guesses.reading(start, narrow[0].name).score)
    likely = wide if is_wide else narrow
    return [guess for guess in likely if _examined(path, guess.name).fits]


def _is_wide(path: Path, content: _Found) -> bool:
    """Whether a file that could be UTF-8 is UTF-16, as Cyrillic is that has no byte beyond ASCII in it."""
    few = content.nulls * _NULLS <= content.size
    return not few and any("\n" in guess.text for guess in guesses.of(_start(path), guesses.WIDE))


def _start(path: Path) -> bytes:
    start = next(_chunks(path), b"")[:_SAMPLE]
    return start[: len(start) // 2 * 2]


def _of_four_bytes(start: bytes) -> str | None:
    """UTF-32, which has a null in the same two of four bytes."""
    nulls = [4 * start[place::4].count(0) for place in range(4)]
    if min(nulls[2:]) > len(start) // 2:
        return "utf-32-le"
    return "utf-32-be" if min(nulls[:2]) > len(start) // 2 else None
