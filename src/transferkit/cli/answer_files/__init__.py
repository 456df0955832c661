"""Answers as a file: one form of file, one file here, called by the suffix."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from csv import writer
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, Protocol

Columns = Mapping[str, Sequence[Any]]
"""Some rows that were answered, column by column."""
Write = Callable[[Columns], None]


class AnswerFile(Protocol):
    """What every file of this folder offers."""

    TABLE: bool
    """Whether all rows have the columns of the first ones; else every one has names of its own."""

    NESTED: bool
    """Whether a cell may be a list or a mapping."""

    def opened(self, path: Path, marked: bool = False, delimiter: str = ",") -> AbstractContextManager[Write]:
        """What writes rows to the new file `path`, some at a time. Cells with separators are `marked` as UTF-8 at the
        start of the file where programs such as Excel need that; other forms of file say themselves what they are. The
        `delimiter` is that of CSV."""


def suffixes() -> tuple[str, ...]:
    """What the files may be called by: `.csv` ..."""
    return tuple(f".{module.name}" for module in iter_modules(__path__))


def of(path: Path) -> AnswerFile:
    """The form that the suffix of `path` says."""
    form: AnswerFile = import_module(f"{__name__}.{path.suffix.removeprefix('.')}")
    return form


def rows_of(columns: Columns) -> int:
    """How many rows there are."""
    return len(next(iter(columns.values())))


def named(columns: Columns, names: Sequence[str]) -> list[Sequence[Any]]:
    """Those called `names`, None all over where there is none."""
    absent = [None] * rows_of(columns)
    return [columns.get(name, absent) for name in names]


@contextmanager
def separated(path: Path, delimiter: str, marked: bool) -> Iterator[Write]:
    """What writes rows to a text file of cells with a `delimiter` between them, below a header."""
    with path.open("w", encoding="utf-8-sig" if marked else "utf-8", newline="") as file:
        table, header = writer(file, delimiter=delimiter), list[str]()

        def write(columns: Columns) -> None:
            if not header:
                header.extend(columns)
                table.writerow(header)
            table.writerows(zip(*named(columns, header), strict=True))

        yield write
