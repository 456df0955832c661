"""CoNLL columns."""

from collections.abc import Mapping
from pathlib import Path

from transferkit.reading.charset import UTF_8
from transferkit.reading.formats import conll
from transferkit.table.rows import Rows, concatenated

_AT_ONCE = 4096


def read(path: Path, columns: Mapping[str, str]) -> Rows:
    """Columns tokens and ner_tags, a sentence per row."""
    return concatenated(list(conll.batches(path, _AT_ONCE, UTF_8)))
