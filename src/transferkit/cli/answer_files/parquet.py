"""Parquet, through pyarrow."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from transferkit.cli.answer_files import Columns, Write, named
from transferkit.errors import ConfigError, DataError

TABLE = True
NESTED = True


@contextmanager
def opened(path: Path, marked: bool = False, delimiter: str = ",") -> Iterator[Write]:
    """See `AnswerFile`. A column has the type that it has in the first rows. Raises `DataError` where a later cell has
    another."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise ConfigError("writing .parquet needs pyarrow: pip install 'transferkit[data]'") from None
    writers: list[Any] = []

    def write(columns: Columns) -> None:
        try:
            if not writers:
                writers.append(pq.ParquetWriter(path, _schema(pa, columns)))
            schema = writers[0].schema
            there = zip(named(columns, schema.names), schema, strict=True)
            arrays = [pa.array(list(cells), field.type) for cells, field in there]
            writers[0].write_table(pa.Table.from_arrays(arrays, schema=schema))
        except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
            raise DataError(
                f"a column has cells of several types, which Parquet cannot hold ({error}); name a .jsonl or .csv file"
            ) from None

    try:
        yield write
    finally:
        for writer in writers:
            writer.close()


def _schema(pa: Any, columns: Columns) -> Any:
    """The types of `columns`; text where nothing is known of one yet."""
    fields = []
    for name, cells in columns.items():
        found = pa.array(list(cells)).type
        fields.append(pa.field(name, pa.string() if pa.types.is_null(found) else found))
    return pa.schema(fields)
