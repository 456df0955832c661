"""A table of words and numbers, as a terminal shows it, or as text."""

from collections.abc import Iterable, Sequence
from io import StringIO

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDTH = 120
"""Of tables that Python prints, in columns of a terminal."""


def plain_table(titles: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> Table:
    """A plain table whose first `left` columns are words and the others numbers."""
    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=True)
    for position, title in enumerate(titles):
        drawn.add_column(title, justify="left" if position < left else "right", no_wrap=position != len(titles) - 1)
    for row in rows:
        drawn.add_row(*row)
    return drawn


def as_text(parts: Iterable[Table | Text]) -> str:
    """What a terminal of usual width would show, one part below the other."""
    page = StringIO()
    console = Console(file=page, width=WIDTH, color_system=None)
    for part in parts:
        console.print(part, soft_wrap=isinstance(part, Text))
    return page.getvalue()
