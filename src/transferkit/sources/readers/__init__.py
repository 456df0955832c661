"""Readers of data sets which come in formats of their own. One format, one file, each with `read`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import numpy as np

from transferkit.table.rows import Rows


class Reader(Protocol):
    """Reads the file or folder `path`; `columns` maps our column names to those of the file."""

    def __call__(self, path: Path, columns: Mapping[str, str]) -> Rows: ...


def decode(raw: bytes) -> str:
    """UTF-8, or Windows-1252 (of which latin-1 is nearly a part) where the bytes are not UTF-8."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def to_rows(columns: Mapping[str, list[str]]) -> Rows:
    """Rows numbered from 1 in the order given."""
    count = len(next(iter(columns.values())))
    return Rows(dict(columns), np.arange(1, count + 1, dtype=np.int64))
