"""Text files to be tagged that have a word per line, without tags: told from files with a text per line."""

import logging
from itertools import islice
from pathlib import Path

from transferkit.errors import DataError
from transferkit.language.words import has_signs, signs
from transferkit.reading import compression

_FIRST = 2_000  # lines
_LONGEST, _SURELY, _HARDLY = 8, 2.0, 4.0
"""Signs of the longest word of a script without blanks; on average words have fewer than the one, texts more than the
other."""

log = logging.getLogger("transferkit")


def holds(path: Path, encoding: str) -> bool:
    """Whether the lines of `path` are words: runs of lines without a blank, with empty lines between them.

    Raises `DataError` where short lines of a script without blanks may be either.
    """
    lines = [line.strip() for _, line in islice(compression.numbered(path, encoding=encoding), _FIRST)]
    words = [line for line in lines if line]
    if len(words) < 2 or any(len(word.split()) > 1 for word in words):
        return False
    runs = sum(bool(line) and not before for before, line in zip(["", *lines], lines, strict=False))
    sizes = [len(signs(word)) for word in words if has_signs(word)]
    mean = sum(sizes) / max(1, len(sizes))
    if max(sizes, default=0) > _LONGEST or mean > _HARDLY:
        return False
    if runs in (1, len(words)):
        if not sizes or mean <= _SURELY:
            log.warning(
                "%s: every line is one word, and each is read as a text of its own; where lines are the words of "
                "sentences, put an empty line between these, or call the file .conll",
                path,
            )
        return False
    if mean > _SURELY:
        raise DataError(
            f"{path}: expected a text per line, or a word per line with an empty line between sentences; found short "
            f"lines that may be either, such as {words[0]!r} and {words[1]!r}; call the file .conll if they are words, "
            "or leave out the empty lines if they are texts"
        )
    return True
