"""Files, folders and tables in memory -> `Rows` under their raw column names."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from transferkit.data import compression, formats, tables
from transferkit.data.rows import Rows, concatenated
from transferkit.errors import DataError

ALL = "all"
"""The key of rows that came without splits."""

SPLIT_NAMES = {
    "train": "train",
    "training": "train",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "dev": "validation",
    "test": "test",
    "unsupervised": "unlabelled",
    "unlabelled": "unlabelled",
    "unlabeled": "unlabelled",
}
"""What splits are called elsewhere -> what they are called here."""

_BATCH = 50_000


def read(source: Any) -> Rows:
    """All rows of `source` with its own column names and 1-based row numbers.

    `source` is a path (.csv, .tsv, .jsonl, .parquet; plain, .gz or .xz), a pandas DataFrame, a
    `datasets.Dataset`, a mapping of columns or a list of mappings. Bytes that are not UTF-8 become U+FFFD,
    which the audit reports. Raises `DataError` naming file, row and what to do.
    """
    if isinstance(source, Rows):
        return source
    if isinstance(source, str | Path):
        return concatenated(list(stream(source, _BATCH)))
    if _is(source, "pandas", "DataFrame"):
        return tables.from_frame(source, "DataFrame")
    if _is(source, "datasets", "Dataset"):
        return tables.from_dataset(source, "Dataset")
    if isinstance(source, Mapping) and not _is_split_mapping(source):
        return tables.from_mapping(source, "mapping")
    if isinstance(source, list | tuple):
        return tables.from_records(source, "list")
    raise DataError(
        "expected a path, a DataFrame, a Dataset, a mapping of columns or a list of mappings as one table, "
        f"found {'several splits' if isinstance(source, Mapping) else type(source).__name__}"
    )


def read_splits(source: Any, validation: Any = None, test: Any = None) -> dict[str, Rows]:
    """The splits of `source` under `train`, `validation`, `test` (and `unlabelled`), or `{"all": rows}`.

    Splits come from a folder of files named after them, a `DatasetDict`, or a mapping of split name to table.
    `validation` and `test` are further sources for these splits; they win over what `source` has.
    """
    found = _splits_of(source)
    named = {name: read(table) for name, table in (("validation", validation), ("test", test)) if table is not None}
    if named and ALL in found:
        found = {"train": found[ALL]}
    return found | named


def _splits_of(source: Any) -> dict[str, Rows]:
    if isinstance(source, Mapping) and _is_split_mapping(source):
        return {split_name(name): read(table) for name, table in source.items()}
    if isinstance(source, str | Path) and Path(source).expanduser().is_dir():
        return _read_folder(Path(source).expanduser())
    return {ALL: read(source)}


def stream(path: str | Path, batch_size: int = 1000) -> Iterator[Rows]:
    """The rows of a file in batches of at most `batch_size`: memory does not grow with the file."""
    file = Path(path).expanduser()
    return formats.of(file).batches(file, batch_size)


def split_name(name: str) -> str:
    """The usual name of a split called `name` (dev -> validation); unknown names stay."""
    return SPLIT_NAMES.get(str(name).strip().lower(), str(name))


def _is_split_mapping(source: Mapping[str, Any]) -> bool:
    """Whether the keys are splits, not columns: by their names or because tables stand under them."""
    return all(str(name).lower() in SPLIT_NAMES for name in source) or any(
        isinstance(value, Rows | Mapping | Path)
        or _is(value, "pandas", "DataFrame")
        or _is(value, "datasets", "Dataset")
        for value in source.values()
    )


def _is(value: Any, package: str, name: str) -> bool:
    """Whether `value` is a `name` of an optional `package`, without importing it."""
    return any(kind.__name__ == name and kind.__module__.split(".")[0] == package for kind in type(value).__mro__)


def _read_folder(folder: Path) -> dict[str, Rows]:
    files = [path for path in sorted(folder.iterdir()) if compression.stored_suffix(path) in formats.by_suffix()]
    found: dict[str, Path] = {}
    for path in files:
        words = re.split(r"[._\-]", path.name.lower())
        for name in {SPLIT_NAMES[word] for word in words if word in SPLIT_NAMES}:
            if name in found:
                raise DataError(f"{folder}: both {found[name].name} and {path.name} look like {name}; keep one of them")
            found[name] = path
    if found:
        return {name: read(path) for name, path in found.items()}
    if len(files) == 1:
        return {ALL: read(files[0])}
    raise DataError(
        f"{folder}: expected files named train, validation and test (or a single data file), "
        f"found {', '.join(path.name for path in files[:5]) or 'none'}; rename them or name one file"
    )
