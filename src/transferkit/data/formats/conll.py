"""CoNLL columns: a word per line, an empty line between sentences, the word first and its tag last."""

import re
from collections.abc import Iterator
from pathlib import Path

from transferkit.data import compression
from transferkit.data.rows import Rows
from transferkit.data.tables import Collector
from transferkit.errors import DataError

SUFFIXES = (".conll", ".conll2003", ".iob", ".iob2", ".bio")
BINARY = False
_START = "-DOCSTART-"
_BLANK = re.compile(r" +")


def batches(path: Path, size: int, encoding: str) -> Iterator[Rows]:
    """Columns `tokens` and `ner_tags`, a sentence per row; its number is the line of its first word.

    Columns stand apart by tabs, in a line without one by blanks, and every line has as many; document marks
    (-DOCSTART-) and comments (# ...) between sentences are left out.
    """
    rows = Collector(str(path))
    for number, words in _sentences(path, encoding):
        rows.add_mapping(number, {"tokens": [word for word, _ in words], "ner_tags": [tag for _, tag in words]})
        if len(rows) == size:
            yield rows.flush()
    yield from rows.finish()


def _sentences(path: Path, encoding: str) -> Iterator[tuple[int, list[tuple[str, str]]]]:
    words: list[tuple[str, str]] = []
    first = width = 0
    for number, line in compression.numbered(path, encoding=encoding):
        fields = _fields(line)
        if not any(fields) or fields[0] == _START or (not words and line.startswith("# ")):
            if words:
                yield first, words
            words = []
        elif len(fields) < 2 or not (fields[0] and fields[-1]):
            raise DataError(f"{path}: line {number}: expected a word and its tag, found {line.strip()[:40]!r}; mend it")
        elif len(fields) != (width := width or len(fields)):
            raise DataError(
                f"{path}: line {number}: expected {width} columns as above, found {len(fields)} in "
                f"{line.strip()[:40]!r}, so which one is the tag is not sure; mend it"
            )
        else:
            first = number if not words else first
            words.append((fields[0], fields[-1]))
    if words:
        yield first, words


def _fields(line: str) -> list[str]:
    """The columns of a line; a tab keeps an empty one, and blanks inside of a word."""
    if "\t" in line:
        return [field.strip() for field in line.split("\t")]
    return _BLANK.split(line.strip())
