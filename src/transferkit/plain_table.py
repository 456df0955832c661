"""A table of words and numbers: as a terminal shows it, as text, as HTML and as a DataFrame."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from importlib import import_module
from io import StringIO
from typing import TYPE_CHECKING, Any

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from transferkit.errors import ConfigError, printable

if TYPE_CHECKING:
    import pandas as pd

WIDTH = 120
"""Of tables that Python prints, in columns of a terminal."""


def plain_table(titles: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> Table:
    """A plain table whose first `left` columns are words and the others numbers."""
    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=True)
    for position, title in enumerate(titles):
        drawn.add_column(
            Text(printable(title)), justify="left" if position < left else "right", no_wrap=position != len(titles) - 1
        )
    for row in rows:
        drawn.add_row(*(Text(printable(cell)) for cell in row))  # what is in them is no markup
    return drawn


def as_text(parts: Iterable[Table | Text]) -> str:
    """What a terminal of usual width would show, one part below the other."""
    page = StringIO()
    # In a notebook rich would write into the cell instead of the page.
    console = Console(file=page, width=WIDTH, color_system=None, force_jupyter=False, force_terminal=False)
    for part in parts:
        console.print(part, soft_wrap=isinstance(part, Text))
    return page.getvalue()


def as_html(parts: Iterable[Table | Text]) -> str:
    """The same for a notebook."""
    return "".join(_table(part) if isinstance(part, Table) else f"<div>{escape(part.plain)}</div>" for part in parts)


def html_table(titles: Sequence[str], rows: Iterable[Sequence[str]], left: Sequence[bool]) -> str:
    """A table for a notebook; titles and cells are HTML, `left` says which columns are words."""
    aligned = [f"text-align:{'left' if words else 'right'};vertical-align:middle" for words in left]

    def line(tag: str, cells: Sequence[str]) -> str:
        made = (f'<{tag} style="{style}">{cell}</{tag}>' for style, cell in zip(aligned, cells, strict=True))
        return f"<tr>{''.join(made)}</tr>"

    body = "".join(line("td", row) for row in rows)
    return f"<table><thead>{line('th', titles)}</thead><tbody>{body}</tbody></table>"


def as_frame(rows: Iterable[Mapping[str, Any]]) -> "pd.DataFrame":
    """A DataFrame with a row for each of `rows`. Raises `ConfigError` without pandas."""
    try:
        frame: pd.DataFrame = import_module("pandas").DataFrame(list(rows))
    except ImportError:
        raise ConfigError("a DataFrame needs pandas: pip install 'transferkit[data]'") from None
    return frame


def padded(text: str, width: int) -> str:
    """`text` with blanks behind it, as wide as so many columns of a terminal."""
    return text + " " * (width - cell_len(text))


def _table(table: Table) -> str:
    columns = [[_plain(cell) for cell in column.cells] for column in table.columns]
    titles = [_plain(column.header).replace("\n", "<br>") for column in table.columns]
    return html_table(titles, list(zip(*columns, strict=True)), [column.justify == "left" for column in table.columns])


def _plain(cell: Any) -> str:
    return escape(cell.plain if isinstance(cell, Text) else str(cell))
