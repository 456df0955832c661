"""A folder per label with a text file per row."""

from collections.abc import Mapping
from pathlib import Path

from transferkit.errors import SourceError
from transferkit.sources.readers import decode, to_rows
from transferkit.table.rows import Rows


def read(path: Path, columns: Mapping[str, str]) -> Rows:
    """Columns text (the whole file), headline (its first line), body (the rest), label (its folder) and file; rows are
    numbered in the order of their paths.

    Files which are not UTF-8 are read as Windows-1252.
    """
    files = sorted(path.glob("*/*.txt"))
    if not files:
        raise SourceError(f"{path} holds no LABEL/NAME.txt")
    texts = [decode(file.read_bytes()).replace("\r\n", "\n").strip() for file in files]
    parts = [text.partition("\n") for text in texts]
    return to_rows(
        {
            "text": texts,
            "headline": [headline.strip() for headline, _, _ in parts],
            "body": [body.strip() for _, _, body in parts],
            "label": [file.parent.name for file in files],
            "file": [f"{file.parent.name}/{file.name}" for file in files],
        }
    )
