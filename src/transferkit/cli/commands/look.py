"""`transferkit look`: what a file is read as, before anything is learned."""

from typing import Annotated

import typer

from transferkit import locales, tasks
from transferkit.cli import completion, console, summary
from transferkit.cli.description import described, flag
from transferkit.cli.everywhere import Debug, Language, Quiet
from transferkit.config import DataConfig
from transferkit.errors import DataError
from transferkit.intake import look
from transferkit.locales import ENGLISH

EXAMPLES = ("transferkit look reviews.csv", "transferkit look reviews.csv --text body --label stars")


def command(
    context: typer.Context,
    data: Annotated[
        str, typer.Argument(help=DataConfig.model_fields["path"].description, autocompletion=completion.data)
    ],
    task: Annotated[str | None, flag("task", values=tasks.names(), complete=completion.task)] = None,
    validation: Annotated[str | None, flag("validation")] = None,
    test: Annotated[str | None, flag("test")] = None,
    encoding: Annotated[str | None, flag("encoding")] = None,
    text: Annotated[list[str] | None, flag("text", metavar="COLUMN")] = None,
    text_pair: Annotated[list[str] | None, flag("text_pair", metavar="COLUMN")] = None,
    label: Annotated[list[str] | None, flag("label", metavar="COLUMN")] = None,
    label_separator: Annotated[str | None, flag("label_separator")] = None,
    label_names: Annotated[str | None, flag("label_names")] = None,
    group: Annotated[str | None, flag("group")] = None,
    time: Annotated[str | None, flag("time")] = None,
    weight: Annotated[str | None, flag("weight")] = None,
    language: Language = ENGLISH,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Say what DATA is read as: encoding, columns, labels, a row as it is learned, and what is odd."""
    flags = {name: value for name, value in context.params.items() if name not in ("data", "quiet", "debug")}
    run = described({**flags, "path": data})
    overview = look(run)
    summary.print_overview(console.out(), overview, locales.get(run.language))
    if overview.problem:
        raise DataError(overview.problem)
