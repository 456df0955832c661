"""`transferkit compare`: the routes of two runs side by side."""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from transferkit import locales
from transferkit.cli import console
from transferkit.cli.everywhere import Debug, Language, Quiet
from transferkit.locales import ENGLISH

EXAMPLES = ("transferkit compare runs/first runs/second",)


def command(
    first: Annotated[Path, typer.Argument(metavar="RUN", help="run folder")],
    second: Annotated[Path, typer.Argument(metavar="RUN", help="run folder to compare it with")],
    language: Language = ENGLISH,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Put the routes of two runs side by side, tested in pairs where both were judged on the same rows."""
    from transferkit.comparison import compared, rendered

    say = locales.get(language)
    for part in rendered(compared(first, second), say):
        console.out().print(part, soft_wrap=isinstance(part, Text))
