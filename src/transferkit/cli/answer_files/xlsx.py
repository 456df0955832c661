"""A workbook of one sheet, through openpyxl. Texts are texts there: one that begins with `=` is no formula."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from transferkit.cli.answer_files import Columns, Write, named, rows_of
from transferkit.errors import ConfigError, DataError

TABLE = True
NESTED = False
_MOST_ROWS, _MOST_SIGNS = 1_048_576, 32_767
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


@contextmanager
def opened(path: Path, marked: bool = False, delimiter: str = ",") -> Iterator[Write]:
    """See `AnswerFile`. Raises `DataError` for what a sheet has no room for."""
    try:
        from openpyxl import Workbook
        from openpyxl.cell import WriteOnlyCell
    except ImportError:
        raise ConfigError("writing .xlsx needs openpyxl: pip install 'transferkit[excel]'") from None
    book = Workbook(write_only=True)
    sheet = book.create_sheet("answers")
    header: list[str] = []
    count = 0

    def cell(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        if len(value) > _MOST_SIGNS:
            raise DataError(f"a cell of a workbook holds {_MOST_SIGNS:,} signs, found {len(value):,}; name a .csv file")
        made = WriteOnlyCell(sheet, _UNWRITABLE.sub("\ufffd", value))
        made.data_type = "s"
        return made

    def write(columns: Columns) -> None:
        nonlocal count
        if not header:
            header.extend(columns)
            sheet.append([cell(name) for name in header])
        count += rows_of(columns)
        if count >= _MOST_ROWS:
            raise DataError(f"a sheet of a workbook holds {_MOST_ROWS:,} rows; name a .csv file")
        for row in zip(*named(columns, header), strict=True):
            sheet.append([cell(value) for value in row])

    yield write
    with path.open("wb") as file:
        book.save(file)
