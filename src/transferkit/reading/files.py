"""Files, folders and tables in memory -> `Rows` under their raw column names."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from transferkit.errors import DataError, shown
from transferkit.places import usable_path
from transferkit.reading import (
    brat,
    class_names,
    collector,
    compression,
    folders,
    formats,
    label_studio,
    lone_words,
    prodigy,
    reading_progress,
    saved,
    signatures,
    word_columns,
)
from transferkit.reading import charset as encodings
from transferkit.table import collecting
from transferkit.table.rows import Rows, concatenated

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
_TEXTS = ".txt"
_OPEN_KEYS = (".jsonl", ".ndjson", ".json")
"""Formats in which a key that no row of a part has is simply not there."""


def read(source: Any, encoding: str | None = None, of_words: bool = False, usual: str | None = None) -> Rows:
    """All rows of `source` with its own column names and 1-based row numbers.

    `source` is a path (.csv, .tsv, .txt, .json, .jsonl, .parquet, .conll; plain, .gz or .xz; a folder that `datasets`
    saved), a DataFrame of pandas or polars, an Arrow table, a `datasets.Dataset` or `IterableDataset`, a mapping of
    columns, or mappings as a list or a stream, of which at most a million rows are read. A file is read as UTF-8, where
    a handful of bytes may be wrong and become U+FFFD, which the audit reports; `encoding` names another, or is `auto`,
    and `usual` is the one that files like it were read in before (`charset.of`). A .txt file of texts `of_words`, to be
    tagged, may have a word per line. Raises `DataError` naming file, row and what to do.
    """
    if isinstance(source, Rows):
        return source
    return prodigy.accepted(label_studio.unpacked(_read(source, encoding, of_words, usual)))


def _read(source: Any, encoding: str | None, of_words: bool, usual: str | None) -> Rows:
    if isinstance(source, str | Path):
        with reading_progress.told(), collecting.paused():
            return concatenated(list(_batches(source, _BATCH, encoding, of_words, usual)))
    if _is(source, "pandas", "DataFrame"):
        return collector.from_frame(source, "DataFrame")
    if _is(source, "datasets", "Dataset"):
        return collector.from_dataset(source, "Dataset")
    if _is(source, "datasets", "IterableDataset"):
        return collector.from_stream(source.with_format(None), "IterableDataset", source.features)
    if _is_arrow(source):
        return collector.from_arrow(source, type(source).__name__)
    if isinstance(source, Mapping) and not _is_split_mapping(source):
        return collector.from_mapping(source, "mapping")
    if isinstance(source, list | tuple):
        return collector.from_records(source, "list")
    if isinstance(source, Iterable) and not isinstance(source, Mapping | bytes | Set):
        return collector.from_stream(source, type(source).__name__)
    raise DataError(
        "expected a path, a DataFrame, a Dataset, a mapping of columns or a list or stream of mappings as one table, "
        f"found {'several splits' if isinstance(source, Mapping) else type(source).__name__}"
    )


def read_splits(source: Any, validation: Any = None, test: Any = None, encoding: str | None = None) -> dict[str, Rows]:
    """The splits of `source` under `train`, `validation`, `test` (and `unlabelled`), or `{"all": rows}`.

    Splits come from a folder of files named after them, a `DatasetDict`, or a mapping of split name to table.
    `validation` and `test` are further sources for these splits; they win over what `source` has.
    """
    splits = _splits_of(source, encoding)
    further = (("validation", validation), ("test", test))
    named = {name: read(table, encoding) for name, table in further if table is not None}
    if named and ALL in splits:
        splits = {"train": splits[ALL]}
    return splits | named


def _splits_of(source: Any, encoding: str | None) -> dict[str, Rows]:
    if isinstance(source, Mapping) and _is_split_mapping(source):
        return {split_name(name): read(table, encoding) for name, table in source.items()}
    if isinstance(source, str | Path) and (documents := brat.splits(_place(source), SPLIT_NAMES, ALL)):
        return {name: brat.read(folder, encoding) for name, folder in documents.items()}
    if isinstance(source, str | Path) and saved.is_one(_place(source)):
        dataset = saved.load(_place(source))
        one = collector.from_dataset(dataset, str(source)) if not isinstance(dataset, Mapping) else None
        return {ALL: one} if one else _splits_of(dataset, encoding)
    if isinstance(source, str | Path) and _place(source).is_dir():
        return _read_folder(_place(source), encoding)
    return {ALL: read(source, encoding)}


def _place(path: str | Path) -> Path:
    if not isinstance(path, str | Path):
        raise DataError(f"expected the path of a file, found {shown(path)}")
    try:
        return usable_path(path)
    except ValueError as error:
        raise DataError(f"{shown(str(path))}: {error}") from None


def stream(
    path: str | Path,
    batch_size: int = 1000,
    encoding: str | None = None,
    of_words: bool = False,
    usual: str | None = None,
) -> Iterator[Rows]:
    """The rows of a file in batches of at most `batch_size`: memory does not grow with the file. Numbered classes have
    the names that `dataset_info.json` beside it gives them; tasks of Label Studio are without their annotations. Of a
    text per line that is not `of_words` an empty line, but for a last one, is a row without text. `of_words` and
    `usual` as in `read`."""
    return map(label_studio.tasks, _batches(path, batch_size, encoding, of_words, usual, every_line=True))


def _batches(
    path: str | Path,
    batch_size: int,
    encoding: str | None,
    of_words: bool,
    usual: str | None,
    every_line: bool = False,
) -> Iterator[Rows]:
    file = _place(path)
    if saved.is_one(file):
        return saved.batches(file, batch_size)
    of_file = formats.of(file)
    signatures.refuse_others(file, compression.stored_suffix(file))
    if of_file.BINARY:
        return of_file.batches(file, batch_size, "")
    name = encodings.of(file, encoding, usual)
    shown = "UTF-8" if name == encodings.UTF_8 else name
    lone = of_words and _TEXTS in of_file.SUFFIXES and lone_words.holds(file, name)
    batches_of = word_columns.batches if lone else of_file.batches
    if every_line and not of_words:
        batches_of = getattr(of_file, "every_line", batches_of)
    made = batches_of(file, batch_size, name)
    batches = (replace(rows, encoding=shown) for rows in made)
    names = class_names.beside(file)
    return class_names.named(batches, names) if names else batches


def split_name(name: str) -> str:
    """The usual name of a split called `name` (dev -> validation); unknown names stay."""
    return SPLIT_NAMES.get(str(name).strip().lower(), str(name))


def _is_split_mapping(source: Mapping[str, Any]) -> bool:
    """Whether the keys are splits, not columns: by their names or because tables stand under them."""
    return all(str(name).lower() in SPLIT_NAMES for name in source) or any(
        isinstance(value, Rows | Mapping | Path)
        or _is(value, "pandas", "DataFrame")
        or _is(value, "datasets", "Dataset")
        or _is(value, "datasets", "IterableDataset")
        or _is_arrow(value)
        for value in source.values()
    )


def _is(value: Any, package: str, name: str) -> bool:
    """Whether `value` is a `name` of an optional `package`, without importing it."""
    return any(kind.__name__ == name and kind.__module__.split(".")[0] == package for kind in type(value).__mro__)


def _is_arrow(value: Any) -> bool:
    """Whether `value` is a table that hands out its columns as Arrow does; a single column has no others."""
    return hasattr(value, "__arrow_c_stream__") and (hasattr(value, "columns") or hasattr(value, "schema"))


def _read_folder(folder: Path, encoding: str | None) -> dict[str, Rows]:
    files, others = folders.files_of(folder, SPLIT_NAMES, ALL)
    splits = {name: _joined(paths, encoding) for name, paths in files.items()}
    if others:
        splits["train"] = replace(splits["train"], notes=(*splits["train"].notes, folders.note(others)))
    return splits


def _joined(paths: Sequence[Path], encoding: str | None) -> Rows:
    """The rows of all parts of a split, numbered on through them."""
    if len(paths) == 1:
        return read(paths[0], encoding)
    parts = [read(path, encoding) for path in paths]
    for path, part in zip(paths, parts, strict=True):
        odd = set(part.columns) ^ set(parts[0].columns)
        if odd and compression.stored_suffix(path) not in _OPEN_KEYS:
            raise DataError(
                f"{path}: expected the columns of {paths[0].name}, the first part; only one of them has "
                f"{', '.join(map(repr, sorted(odd)[:5]))}; write both with the same columns"
            )
    rows = concatenated(parts)
    source = f"{paths[0].parent / paths[0].name} and further parts"
    return replace(rows, numbers=np.arange(1, len(rows) + 1), source=source)
