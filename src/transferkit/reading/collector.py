"""Records and tables in memory -> `Rows` under their raw column names."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from transferkit.errors import ConfigError, DataError, shown
from transferkit.table.rows import Rows
from transferkit.table.values import missing

MOST_KEYS = 2_000
"""Different keys of records; with more, every row has names of its own, and a table of them would not end."""
MOST_STREAMED = 1_000_000
"""Rows that are read of a stream."""
_UNLABELLED = -1  # as `datasets` writes it
_SOME = 10


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
            fields_named = "one field" if len(self._names) == 1 else f"{len(self._names)} fields"
            raise DataError(
                f"{self._source}: row {number}: expected {fields_named} as in the header "
                f"({', '.join(name[:40] for name in [*self._names][:20])}), found {len(fields)}; fix or remove that row"
            )
        self._numbers.append(number)
        self._records.append(fields)

    def add_mapping(self, number: int, record: Mapping[str, Any]) -> None:
        """Take one row given as column -> value."""
        if not record.keys() <= self._names.keys():
            self._names.update(dict.fromkeys(record))
        if len(self._names) > MOST_KEYS:
            raise DataError(
                f"{self._source}: row {number}: expected at most {MOST_KEYS:,} columns, found more: every row seems to "
                "have names of its own; write the same names in every row"
            )
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
    if header.count("") > 1:  # as spreadsheets leave behind; pandas calls them so
        header = [name or f"Unnamed: {i}" for i, name in enumerate(header)]
    repeated = sorted(name for name, count in Counter(header).items() if count > 1)
    if repeated:
        listed = ", ".join(shown(name, 40) for name in repeated[:10])
        raise DataError(
            f"{path}: the header names {listed} more than once; rename one, or put names above it if it is a row"
        )
    return header


def from_mapping(columns: Mapping[str, Any], source: str) -> Rows:
    """Rows from column name -> values, all of one length."""
    lists = {name: _cells(values, name, source) for name, values in _texts_as_names(columns, source).items()}
    lengths = {name: len(values) for name, values in lists.items()}
    if len(set(lengths.values())) != 1:
        raise DataError(f"{source}: expected columns of one length, found {dict([*lengths.items()][:10]) or 'none'}")
    return _filled(lists, source)


def _texts_as_names(columns: Mapping[Any, Any], source: str) -> dict[str, Any]:
    """`columns` under names that are text; two that read alike are refused."""
    named: dict[str, Any] = {}
    for name, values in columns.items():
        if (text := _name(name)) in named:
            raise DataError(f"{source}: expected distinct column names, found {shown(text)} twice; rename one")
        named[text] = values
    return named


def _name(name: Any) -> str:
    """A column's name as text: numbers are written out, the levels of several are joined by blanks."""
    if isinstance(name, str):
        return name
    return " ".join(map(str, name)).strip() if isinstance(name, tuple) else str(name)


def _cells(values: Any, name: str, source: str) -> list[Any]:
    if isinstance(values, str | bytes | Mapping | Set) or not _can_be_walked(values):
        raise DataError(
            f"{source}: column {shown(name)}: expected a list of cells in their order, found {shown(values, 40)}"
        )
    return list(values)


def _can_be_walked(values: Any) -> bool:
    """An array of no dimension cannot."""
    try:
        iter(values)
    except TypeError:
        return False
    return True


def from_stream(records: Iterable[Any], source: str, features: Mapping[str, Any] | None = None) -> Rows:
    """Rows from one mapping per row, of a stream that may never end: more than `MOST_STREAMED` are refused. Numbers of
    classes become the names that `features` give them."""
    mappings = list(islice(records, MOST_STREAMED + 1))
    if len(mappings) > MOST_STREAMED:
        raise DataError(
            f"{source}: expected a stream of at most {MOST_STREAMED:,} rows, found more; give a part of it, such as "
            "its take(100_000) or list(itertools.islice(rows, 100_000)), or write it to a file"
        )
    rows = from_records(mappings, source)
    names = {name: features[name] for name in rows.columns if features and name in features}
    try:
        columns = {name: named_classes(list(cells), names.get(name)) for name, cells in rows.columns.items()}
    except ValueError as error:
        raise DataError(f"{source}: {error}; fix its features") from None
    return replace(rows, columns=columns)


def from_arrow(table: Any, source: str) -> Rows:
    """Rows from what hands out its columns as Arrow does (polars, pyarrow, DuckDB)."""
    try:
        import pyarrow as pa
    except ImportError:
        raise ConfigError(f"reading a {source} needs pyarrow: pip install 'transferkit[data]'") from None
    contents = pa.RecordBatchReader.from_stream(table).read_all()
    if len(set(contents.column_names)) < len(contents.column_names):
        raise DataError(f"{source}: expected distinct column names, found {shown(contents.column_names)}; rename some")
    return _filled({name: contents.column(name).to_pylist() for name in contents.column_names}, source)


def from_records(records: Sequence[Mapping[str, Any]], source: str) -> Rows:
    """Rows from one mapping per row."""
    rows = Collector(source)
    for number, row in enumerate(records, start=1):
        record = as_record(row)
        if not isinstance(record, Mapping):
            raise DataError(
                f'{source}: row {number}: expected a mapping such as {{"text": ..., "label": ...}}, found a '
                f"{type(record).__name__}"
            )
        rows.add_mapping(number, _texts_as_names(record, f"{source}: row {number}"))
    return next(rows.finish())


def as_record(row: Any) -> Any:
    """`row`, or for a text with what is known of it, as spaCy has it, (text, {"entities": ...}), one mapping."""
    if type(row) is dict:
        return row
    parts = list(row) if isinstance(row, list | tuple) else []
    if len(parts) == 2 and isinstance(parts[0], str) and isinstance(parts[1], Mapping):
        return {"text": parts[0], **parts[1]}
    return row


def from_frame(frame: Any, source: str) -> Rows:
    """Rows from a pandas DataFrame; missing values become None. Numbers count rows, the index is not used."""
    names = [_name(name) for name in frame.columns]
    if len(set(names)) < len(names):
        raise DataError(f"{source}: expected distinct column names, found {shown(names)}; rename some")
    columns = {}
    for position, name in enumerate(names):
        cells = frame.iloc[:, position].astype(object).tolist()
        columns[name] = [None if missing(cell) else cell for cell in cells]
    return _filled(columns, source)


def from_dataset(dataset: Any, source: str) -> Rows:
    """Rows from a `datasets.Dataset`; integer classes become their names."""
    plain = dataset.with_format(None)[:]  # one slice: a column read row by row is a hundred times slower
    try:
        columns = {name: named_classes(values, dataset.features[name]) for name, values in plain.items()}
    except ValueError as error:
        raise DataError(f"{source}: {error}; fix its features") from None
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
    if not isinstance(names, list | tuple):
        raise ValueError(f"expected a list of class names, found {shown(names)}")
    if nested and _are_vectors(values, len(names)):
        return [
            None if value is None else [name for name, flag in zip(names, value, strict=True) if flag]
            for value in values
        ]
    if nested:
        return [None if value is None else [_class(item, names) for item in value] for value in values]
    return [_class(value, names) for value in values]


def _are_vectors(values: list[Any], classes: int) -> bool:
    """Whether lists have 0 or 1 for each of some classes, rather than numbers of classes: of those no row would have
    so many 0 and 1, save for words of two classes in sentences that are all as long as there are classes."""
    lists = [value for value in values if value is not None]
    return classes > 2 and len(lists) >= _SOME and all(len(v) == classes and set(v) <= {0, 1} for v in lists)


def _class(value: Any, names: Sequence[Any]) -> Any:
    if value is None or isinstance(value, str):
        return value
    if value == _UNLABELLED:
        return None
    if not isinstance(value, int) or not 0 <= value < len(names):
        raise ValueError(f"expected the number of one of {len(names)} classes, found {shown(value, 40)}")
    return names[value]


def _field(feature: Any, name: str) -> Any:
    return feature.get(name) if isinstance(feature, Mapping) else getattr(feature, name, None)


def _filled(columns: dict[str, list[Any]], source: str) -> Rows:
    count = len(next(iter(columns.values()), []))
    if count == 0:
        raise DataError(f"{source}: has no rows; expected at least one")
    return Rows(columns, np.arange(1, count + 1), source)
