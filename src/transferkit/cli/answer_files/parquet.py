"""Parquet, through pyarrow."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from transferkit.cli.answer_files import Line, Write, named
from transferkit.errors import ConfigError, DataError

TABLE = True
NESTED = True


@contextmanager
def opened(path: Path, marked: bool = False, delimiter: str = ",") -> Iterator[Write]:
    """See `AnswerFile`. A column has the type that it has in the first lines. Raises `DataError` where a later cell has
    another."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise ConfigError("writing .parquet needs pyarrow: pip install 'transferkit[data]'") from None
    writers: list[Any] = []

    def write(lines: Sequence[Line]) -> None:
        if not lines:
            return
        try:
            if not writers:
                writers.append(pq.ParquetWriter(path, _schema(pa, lines)))
            schema = writers[0].schema
            columns = zip(*named(lines, schema.names), strict=True)
            arrays = [pa.array(list(cells), field.type) for cells, field in zip(columns, schema, strict=True)]
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


def _schema(pa: Any, lines: Sequence[Line]) -> Any:
    """The types of the columns of `lines`; text where nothing is known of a column yet."""
    fields = []
    for name in lines[0]:
        found = pa.array([line.get(name) for line in lines]).type
        fields.append(pa.field(name, pa.string() if pa.types.is_null(found) else found))
    return pa.schema(fields)
