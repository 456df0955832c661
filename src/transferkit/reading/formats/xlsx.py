"""Excel workbooks, through openpyxl: their one sheet with rows, of which the first has the names of columns."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from transferkit.errors import ConfigError, DataError
from transferkit.reading import compression
from transferkit.reading.collector import Collector, check_header
from transferkit.table.rows import Rows

SUFFIXES = (".xlsx",)
BINARY = True


def batches(path: Path, size: int, encoding: str) -> Iterator[Rows]:
    """Rows of the sheet, numbered below the header. Cells keep their types, formulas are the values that Excel last saw
    in them; empty rows are left out. Raises `DataError` where several sheets have rows."""
    if path.suffix.lower() in compression.SUFFIXES:
        raise DataError(f"{path}: a workbook cannot be read through {path.suffix}; decompress the file first")
    with _sheet(path) as sheet:
        lines = sheet.iter_rows(values_only=True)
        header = check_header([_name(cell) for cell in _trimmed(next(lines, ()))], path)
        rows = Collector(str(path), header)
        for number, cells in enumerate(lines, start=1):
            if filled := _trimmed(cells):
                rows.add(number, filled + [None] * (len(header) - len(filled)))
            if len(rows) == size:
                yield rows.flush()
        yield from rows.finish()


@contextmanager
def _sheet(path: Path) -> Iterator[Any]:
    try:
        from openpyxl import load_workbook
    except ImportError:
        raise ConfigError(f"reading {path} needs openpyxl: pip install 'transferkit[excel]'") from None
    with compression.open_bytes(path) as file:
        try:
            book = load_workbook(file, read_only=True, data_only=True)
            filled = [sheet for sheet in book.worksheets if next(sheet.iter_rows(values_only=True), None)]
        except Exception as error:  # of many kinds, for what is no workbook
            raise DataError(f"{path}: is not a readable workbook ({error}); save it again as .xlsx") from None
        if len(filled) != 1:
            listed = ", ".join(repr(sheet.title) for sheet in filled[:5]) or "none"
            raise DataError(
                f"{path}: expected one sheet with rows, found {listed}; save the one that is meant as a workbook of "
                "its own, or as CSV (UTF-8)"
            )
        yield filled[0]


def _name(cell: Any) -> str:
    return "" if cell is None else str(cell)


def _trimmed(cells: Sequence[Any]) -> list[Any]:
    """`cells` without empty ones behind the last, which a sheet has where something stood there once."""
    return list(cells)[: max((i for i, cell in enumerate(cells, start=1) if cell is not None), default=0)]
