"""Folders that `datasets` writes with `save_to_disk`: a data set, or several as splits."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from transferkit.errors import ConfigError, DataError
from transferkit.reading import collector
from transferkit.table.rows import Rows

_SPLITS, _STATE = "dataset_dict.json", "state.json"


def is_one(folder: Path) -> bool:
    """Whether `folder` was written so."""
    return folder.is_dir() and any((folder / name).is_file() for name in (_SPLITS, _STATE))


def load(folder: Path) -> Any:
    """The `Dataset` or `DatasetDict` in `folder`. Raises `DataError` where it is damaged."""
    try:
        import datasets
    except ImportError:
        raise ConfigError(f"reading {folder} needs datasets: pip install 'transferkit[data]'") from None
    try:
        return datasets.load_from_disk(str(folder))
    except Exception as error:  # of many kinds, for files that are missing or not what they were
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise DataError(f"{folder}: cannot be read as what save_to_disk wrote ({reason}); save it again") from None


def batches(folder: Path, size: int) -> Iterator[Rows]:
    """The rows of the one data set in `folder`, at most `size` at a time."""
    dataset = load(folder)
    if isinstance(dataset, Mapping):
        listed = ", ".join(str(folder / name) for name in list(dataset)[:5]) or "nothing"
        raise DataError(f"{folder}: expected one table, found several splits; name one of them: {listed}")
    for start in range(0, max(1, len(dataset)), size):
        part = dataset.select(range(start, min(start + size, len(dataset))))
        rows = collector.from_dataset(part, str(folder))
        yield replace(rows, numbers=rows.numbers + start)
