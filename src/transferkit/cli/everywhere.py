"""Options that several commands take."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from transferkit.cli import console
from transferkit.cli.description import flag
from transferkit.config import Precision


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
Columns = Annotated[
    list[str] | None,
    typer.Option("--text", help="name of the text column; several, title,body, are joined", show_default=False),
]
SecondColumns = Annotated[
    list[str] | None, typer.Option("--text-pair", help="name of the second text column", show_default=False)
]
MeasuredPrecision = Annotated[
    Precision | None,
    typer.Option("--precision", help="of the model's matrix products [default: what it was measured in]"),
]
Threads = Annotated[
    int | None,
    typer.Option("--threads", min=1, max=1_024, help="threads that compute [default: as many as it may use]"),
]
Language = Annotated[str, flag("language", metavar="en|zh")]
# `main` looks for this one itself, so that it also holds for mistakes in the words of a command.
Debug = Annotated[bool, typer.Option("--debug", help="show the traceback of an error")]


def named_columns(asked: Mapping[str, Sequence[str] | None]) -> dict[str, str]:
    """Canonical -> raw names of the columns that are `asked` for, several of one kind with commas between them."""
    return {name: ",".join(raw) for name, raw in asked.items() if raw}
