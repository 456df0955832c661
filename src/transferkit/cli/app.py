"""The `transferkit` command, assembled from the files in `commands/`: a file's name is the command's name."""

import sys
from importlib import import_module
from pkgutil import iter_modules
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from transferkit import __version__
from transferkit.cli import commands

_ORDER = ("look", "fit", "predict", "evaluate", "compare", "models", "datasets", "fetch", "cache")


class Group(TyperGroup):
    """Commands in the order in which they are used."""

    def list_commands(self, ctx: Any) -> list[str]:
        return sorted(super().list_commands(ctx), key=lambda name: (*_ORDER, name).index(name))


app = typer.Typer(cls=Group, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


def _version(asked: bool) -> None:
    if asked:
        print(__version__)
        raise typer.Exit


@app.callback(invoke_without_command=True)
def transferkit(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="print the version and leave")
    ] = False,
) -> None:
    """Transfer learning with pretrained language models: every route, one honest table, one deployable model."""
    if context.invoked_subcommand is None:
        print(context.get_help(), file=sys.stderr)
        raise typer.Exit(2)


for _module in iter_modules(commands.__path__):
    app.command(_module.name)(import_module(f"{commands.__name__}.{_module.name}").command)
