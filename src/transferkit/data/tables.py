"""Records and tables in memory -> `Rows` under their raw column names."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from transferkit.data.rows import Rows
from transferkit.errors import DataError


class Collector:
    """Gathers numbered records and gives them back as `Rows`, a batch at a time.

    With a `header` every record is a list of exactly that many fields; without one the columns
    are the keys seen so far, and a key that a record lacks is None there.
    """

    def __init__(self, source: str, header: Sequence[str] | None = None) -> None:
        self._source = source
        self._names = dict.fromkeys(header or ())
        self._numbers: list[int] = []
        self._records: list[Sequence[str]] = []
        self._mappings: list[Mapping[str, Any]] = []
        self._flushed = False

    def __len__(self) -> int:
        return len(self._numbers)

    def add(self, number: int, fields: Sequence[str]) -> None:
        """Take the fields of one row; `DataError` when their number is not the header's."""
        if len(fields) != len(self._names):
            raise DataError(
                f"{self._source}: row {number}: expected {len(self._names)} fields as in the header "
                f"({', '.join(self._names)}), found {len(fields)}; mend or remove that row"
            )
        self._numbers.append(number)
        self._records.append(fields)

    def add_mapping(self, number: int, record: Mapping[str, Any]) -> None:
        """Take one row given as column -> value."""
        self._names.update(dict.fromkeys(record))
        self._numbers.append(number)
        self._mappings.append(record)

    def flush(self) -> Rows:
        """The rows gathered since the last flush."""
        columns: dict[str, Sequence[Any]]
        if self._mappings:
            columns = {name: [record.get(name) for record in self._mappings] for name in self._names}
        else:
            columns = dict(zip(self._names, zip(*self._records, strict=True), strict=True))
        rows = Rows(columns, np.asarray(self._numbers, dtype=np.int64), self._source)
        self._numbers, self._records, self._mappings, self._flushed = [], [], [], True
        return rows

    def finish(self) -> Iterator[Rows]:
        """What is left, if anything; `DataError` when there never was a row."""
        if self._numbers:
            yield self.flush()
        elif not self._flushed:
            raise DataError(f"{self._source}: has no rows{' under its header' if self._names else ''}; expected some")


def check_header(names: Sequence[str], path: Path) -> list[str]:
    """The column names of a header line, stripped; `DataError` when it is blank or names repeat."""
    header = [name.strip() for name in names]
    if not any(header):
        raise DataError(f"{path}: expected a header with column names in line 1, found a blank line")
    repeated = sorted({name for name in header if header.count(name) > 1})
    if repeated:
        raise DataError(f"{path}: the header names {', '.join(map(repr, repeated))} more than once; rename one")
    return header


def from_mapping(columns: Mapping[str, Any], source: str) -> Rows:
    """Rows from column name -> values, all of one length."""
    lists = {str(name): list(values) for name, values in columns.items()}
    lengths = {name: len(values) for name, values in lists.items()}
    if len(set(lengths.values())) != 1:
        raise DataError(f"{source}: expected columns of one length, found {lengths or 'no columns'}")
    return _filled(lists, source)


def from_records(records: Sequence[Mapping[str, Any]], source: str) -> Rows:
    """Rows from one mapping per row."""
    rows = Collector(source)
    for number, record in enumerate(records, start=1):
        if not isinstance(record, Mapping):
            raise DataError(f"{source}: row {number}: expected a mapping, found a {type(record).__name__}")
        rows.add_mapping(number, record)
    return next(rows.finish())


def from_frame(frame: Any, source: str) -> Rows:
    """Rows from a pandas DataFrame; missing values become None. Numbers count rows, the index is not used."""
    columns = {}
    for position, name in enumerate(frame.columns):
        series = frame.iloc[:, position]
        columns[str(name)] = series.astype(object).where(series.notna(), None).tolist()
    if len(columns) < len(frame.columns):
        raise DataError(f"{source}: expected distinct column names, found {list(frame.columns)}; rename some")
    return _filled(columns, source)


def from_dataset(dataset: Any, source: str) -> Rows:
    """Rows from a `datasets.Dataset`; integer classes become their names."""
    plain = dataset.with_format(None)[:]  # one slice: a column read row by row is a hundred times slower
    columns = {name: named_classes(values, dataset.features[name]) for name, values in plain.items()}
    return _filled(columns, source)


def named_classes(values: list[Any], feature: Any) -> list[Any]:
    """`values` with class numbers replaced by names if `feature` is a ClassLabel or a list of them.

    `feature` is an object of `datasets` or the dictionary it is stored as. -1 means unlabelled: None.
    """
    inner, nested = _field(feature, "feature"), True
    if inner is None:
        inner, nested = feature, False
    names = _field(inner, "names")
    if not names:
        return values
    table = dict(enumerate(names))
    if nested:
        return [None if value is None else [table.get(item) for item in value] for value in values]
    return [value if isinstance(value, str) else table.get(value) for value in values]


def _field(feature: Any, name: str) -> Any:
    return feature.get(name) if isinstance(feature, Mapping) else getattr(feature, name, None)


def _filled(columns: dict[str, list[Any]], source: str) -> Rows:
    count = len(next(iter(columns.values()), []))
    if count == 0:
        raise DataError(f"{source}: has no rows; expected at least one")
    return Rows(columns, np.arange(1, count + 1), source)
