"""Parquet, through pyarrow; class names that `datasets` stores in the file are put back."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from transferkit.errors import ConfigError, DataError, shown
from transferkit.reading import compression, reading_progress
from transferkit.reading.collector import named_classes
from transferkit.table.rows import Rows

SUFFIXES = (".parquet",)
BINARY = True
_EXPANDED, _LARGE = 300, 100_000_000  # cells
_AT_ONCE = 2**16


def batches(path: Path, size: int, encoding: str) -> Iterator[Rows]:
    """Rows of the file, read batch by batch."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise ConfigError(f"reading {path} needs pyarrow: pip install 'transferkit[data]'") from None
    if path.suffix.lower() in compression.SUFFIXES:
        raise DataError(f"{path}: Parquet cannot be read through {path.suffix}; decompress the file first")
    with compression.open_bytes(path):
        pass
    start = 1
    try:
        # A row group, which may be the whole file, is not held in memory.
        with pq.ParquetFile(path, pre_buffer=False, buffer_size=_AT_ONCE) as file, reading_progress.of(path) as tell:
            _refuse_odd(file, path)
            stored = path.stat().st_size
            features = _features(file.schema_arrow.metadata)
            for batch in file.iter_batches(batch_size=size):
                columns = {
                    name: named_classes(column.to_pylist(), features.get(name))
                    for name, column in zip(batch.schema.names, batch.columns, strict=True)
                }
                yield Rows(columns, np.arange(start, start + batch.num_rows), str(path))
                start += batch.num_rows
                tell(stored * (start - 1) // max(1, file.metadata.num_rows))
    except (pa.ArrowException, OSError, ValueError, TypeError, OverflowError) as error:
        raise DataError(f"{path}: is not a readable Parquet file ({error}); fetch or write it again") from None
    if start == 1:
        raise DataError(f"{path}: has columns but no rows; expected at least one row")


def _features(metadata: dict[bytes, bytes] | None) -> dict[str, Any]:
    """Column features as `datasets` writes them beside the schema; empty for other writers."""
    if not metadata or b"huggingface" not in metadata:
        return {}
    try:
        whole = json.loads(metadata[b"huggingface"])
        features = dict((whole.get("info") or {}).get("features") or {})
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise ValueError("what `datasets` says of its columns is damaged") from None
    return features


def _refuse_odd(file: Any, path: Path) -> None:
    """Columns of one name, and rows beyond what a file of this size can hold texts of."""
    names = Counter(file.schema_arrow.names)
    repeated = [name for name, count in names.items() if count > 1]
    if repeated:
        raise DataError(f"{path}: names {shown(repeated[0])} more than once; rename one of the columns")
    cells = file.metadata.num_rows * max(1, len(names))
    if cells > max(_LARGE, _EXPANDED * path.stat().st_size):
        raise DataError(f"{path}: says that it has {file.metadata.num_rows:,} rows, more than its bytes can hold")
