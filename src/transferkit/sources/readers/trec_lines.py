"""TREC question types: lines `COARSE:fine question ?`."""

from collections.abc import Mapping
from pathlib import Path

from transferkit.errors import SourceError
from transferkit.sources.readers import decode, to_rows
from transferkit.table.rows import Rows


def read(path: Path, columns: Mapping[str, str]) -> Rows:
    """Columns text, label (coarse) and fine_label (`COARSE:fine`); the row number is the line number.

    The original is latin-1; each line is read as UTF-8 where it is that, as Windows-1252 otherwise. The copy in
    the catalogue was converted before it was packed and has a replacement character in five of its lines.
    """
    texts, labels, fine_labels = [], [], []
    for number, raw in enumerate(path.read_bytes().splitlines(), start=1):
        kind, _, question = decode(raw).partition(" ")
        if ":" not in kind:
            raise SourceError(f"{path} line {number}: expected 'COARSE:fine question', found {decode(raw)[:60]!r}")
        texts.append(question.strip())
        labels.append(kind.split(":")[0])
        fine_labels.append(kind)
    return to_rows({"text": texts, "label": labels, "fine_label": fine_labels})
