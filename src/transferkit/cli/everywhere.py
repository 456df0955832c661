"""The two options that every command takes."""

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
# `main` looks for this one itself, so that it also holds for mistakes in the words of a command.
Debug = Annotated[bool, typer.Option("--debug", help="show the traceback of an error")]
