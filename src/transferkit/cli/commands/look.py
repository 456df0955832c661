"""`transferkit look`: what a file is read as, before anything is learned."""

from typing import Annotated

import typer

from transferkit.cli import console, summary
from transferkit.cli.description import described, flag
from transferkit.cli.everywhere import Debug, Quiet
from transferkit.config import DataConfig
from transferkit.errors import DataError
from transferkit.intake import look


def command(
    data: Annotated[str, typer.Argument(help=DataConfig.model_fields["path"].description)],
    task: Annotated[str | None, flag("task")] = None,
    validation: Annotated[str | None, flag("validation")] = None,
    test: Annotated[str | None, flag("test")] = None,
    encoding: Annotated[str | None, flag("encoding")] = None,
    text: Annotated[str | None, flag("text")] = None,
    text_pair: Annotated[str | None, flag("text_pair")] = None,
    label: Annotated[str | None, flag("label")] = None,
    group: Annotated[str | None, flag("group")] = None,
    time: Annotated[str | None, flag("time")] = None,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Say what DATA is read as: encoding, columns, labels, a row as it is learned, and what is odd."""
    columns = {"text": text, "text_pair": text_pair, "label": label, "group": group, "time": time}
    files = {"path": data, "validation": validation, "test": test, "encoding": encoding}
    found = look(described({**files, **columns, "task": task}))
    summary.print_overview(console.out(), found)
    if found.problem:
        raise DataError(found.problem)
