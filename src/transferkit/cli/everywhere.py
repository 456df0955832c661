"""Options that several commands take."""

from typing import Annotated

import typer

from transferkit.cli import console


def _quiet(value: bool) -> bool:
    if value:
        console.be_quiet()
    return value


Quiet = Annotated[
    bool, typer.Option("--quiet", callback=_quiet, is_eager=True, help="no progress, only answers and problems")
]
Encoding = Annotated[
    str | None, typer.Option(help="encoding of the file, such as gb18030, or auto [default: UTF-8]", show_default=False)
]
# `main` looks for this one itself, so that it also holds for mistakes in the words of a command.
Debug = Annotated[bool, typer.Option("--debug", help="show the traceback of an error")]
