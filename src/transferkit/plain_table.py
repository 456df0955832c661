"""A table of words and numbers, as a terminal shows it."""

from collections.abc import Sequence

from rich import box
from rich.table import Table


def plain_table(titles: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> Table:
    """A plain table whose first `left` columns are words and the others numbers."""
    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=True)
    for position, title in enumerate(titles):
        drawn.add_column(title, justify="left" if position < left else "right", no_wrap=position != len(titles) - 1)
    for row in rows:
        drawn.add_row(*row)
    return drawn
