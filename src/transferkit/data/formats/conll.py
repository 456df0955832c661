"""CoNLL columns: a word per line, an empty line between sentences, the word first and its tag last."""

import re
from collections.abc import Iterator
from pathlib import Path

from transferkit.data import compression
from transferkit.data.rows import Rows
from transferkit.data.tables import Collector
from transferkit.errors import DataError

SUFFIXES = (".conll", ".conll2003", ".iob", ".iob2", ".bio")
_START = "-DOCSTART-"
_BLANK = re.compile(r"[ \t]+")


def batches(path: Path, size: int) -> Iterator[Rows]:
    """Columns `tokens` and `ner_tags`, a sentence per row; its number is the line of its first word.

    Columns stand apart by blanks or tabs; document marks (-DOCSTART-) and comments (# ...) between sentences
    are left out.
    """
    rows = Collector(str(path))
    for number, words in _sentences(path):
        rows.add_mapping(number, {"tokens": [word for word, _ in words], "ner_tags": [tag for _, tag in words]})
        if len(rows) == size:
            yield rows.flush()
    yield from rows.finish()


def _sentences(path: Path) -> Iterator[tuple[int, list[tuple[str, str]]]]:
    words: list[tuple[str, str]] = []
    first = 0
    for number, line in compression.numbered(path):
        fields = _BLANK.split(line.strip())
        if fields == [""] or fields[0] == _START or (not words and line.startswith("# ")):
            if words:
                yield first, words
            words = []
        elif len(fields) < 2:
            raise DataError(f"{path}: row {number}: expected a word and its tag, found {line.strip()[:40]!r}; mend it")
        else:
            first = number if not words else first
            words.append((fields[0], fields[-1]))
    if words:
        yield first, words
