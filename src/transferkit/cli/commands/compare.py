"""`transferkit compare`: the routes of two runs side by side."""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from transferkit.cli import console
from transferkit.cli.everywhere import Debug, Quiet

EXAMPLES = ("transferkit compare runs/first runs/second",)


def command(
    first: Annotated[Path, typer.Argument(metavar="RUN", help="run folder")],
    second: Annotated[Path, typer.Argument(metavar="RUN", help="run folder to compare it with")],
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Put the routes of two runs side by side, tested in pairs where both were judged on the same rows."""
    from transferkit.comparison import compared, rendered

    for part in rendered(compared(first, second)):
        console.out().print(part, soft_wrap=isinstance(part, Text))
