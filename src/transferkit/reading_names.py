"""`transferkit.read`: the rows of whatever `fit` takes, by name, by place or as they are."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from transferkit import keywords, messages, sources
from transferkit.errors import DataError, shown
from transferkit.places import cache_folder
from transferkit.reading import files
from transferkit.sources import hub_data
from transferkit.table.rows import Rows


def read(
    source: Any,
    encoding: str | None = None,
    of_words: bool = False,
    *,
    split: str | None = None,
    cache_dir: str | Path | None = None,
    offline: bool = False,
    progress: bool = True,
) -> Rows:
    """All rows of `source` with its own column names and 1-based row numbers.

    Parameters
    ----------
    source : str, path, DataFrame, dataset, mapping or list
        What `fit` takes: a file, a folder, a catalogue name such as "trec", a hub data set `org/name`, a DataFrame of
        pandas or polars, an Arrow table, a `datasets` object, a mapping of columns, or mappings as a list or a stream.
    encoding : str or None, default=None
        Encoding of a text file, or "auto"; None for UTF-8.
    of_words : bool, default=False
        Whether a .txt file may have a word per line, to be tagged.
    split : str or None, default=None
        The split to read where there are several: "train", "validation" or "test".
    cache_dir : str, path or None, default=None
        Where data of the catalogue are kept; None for the usual cache.
    offline : bool, default=False
        Never touch the network.
    progress : bool, default=True
        Show messages and progress.

    Raises
    ------
    DataError
        For what cannot be read, or has several splits of which none is named; it names file, row and what to do.
    SourceError
        For data that cannot be had.

    >>> transferkit.read("trec").to_pandas()  # doctest: +SKIP
    """
    with messages.shown(progress), keywords.named(read):
        tables = _splits_of(source, encoding, cache_dir, offline)
        if tables is None and split is None:
            return files.read(source, encoding, of_words)
        tables = files.read_splits(source, encoding=encoding) if tables is None else tables
        return _one_of(tables, split, source)


def _splits_of(
    source: Any, encoding: str | None, cache_dir: str | Path | None, offline: bool
) -> dict[str, Rows] | None:
    """The splits of what has a name, or is a folder of splits; None for anything else."""
    if not isinstance(source, str | Path):
        return None
    name = str(source)
    if sources.is_dataset(name):
        return sources.load_tables(name, cache_dir=cache_folder(cache_dir), offline=offline)
    if hub_data.names(name):
        return hub_data.load(name, offline=offline)
    return files.read_splits(source, encoding=encoding) if Path(name).is_dir() else None


def _one_of(tables: Mapping[str, Rows], split: str | None, source: Any) -> Rows:
    wanted = split if split is None else files.split_name(split)
    if wanted is None and len(tables) == 1:
        return next(iter(tables.values()))
    if wanted is not None and wanted in tables:
        return tables[wanted]
    have = " and ".join(sorted(tables, key=lambda name: name != "train"))
    where = source if isinstance(source, str | Path) else "the data"
    found = f"{where} has {'the splits ' * (len(tables) > 1)}{have}"
    raise DataError(
        f"{found}, but no split {shown(split)}; name one of these" if split else f"{found}; name one: split=..."
    )
