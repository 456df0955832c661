"""The `transferkit` command, assembled from the files in `commands/`: a file's name is the command's name."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption

from transferkit.cli import commands, console

_ORDER = ("fit", "predict", "evaluate", "compare", "models", "datasets", "fetch")


def _quiet(_context: Any, _option: Any, value: bool) -> bool:
    if value:
        console.be_quiet()
    return value


# Read by `main` from the words themselves, so that it holds for mistakes in the words too.
_DEBUG = TyperOption(
    param_decls=["--debug"], is_flag=True, expose_value=False, help="show the traceback of an error"
)
_QUIET = TyperOption(
    param_decls=["--quiet"], is_flag=True, expose_value=False, is_eager=True, callback=_quiet, help="only say problems"
)


class Command(TyperCommand):
    """A command which takes --quiet and --debug like every other one."""

    def get_params(self, ctx: Any) -> list[Any]:
        return [*super().get_params(ctx), _QUIET, _DEBUG]


class Group(TyperGroup):
    """Commands in the order in which they are used."""

    def list_commands(self, ctx: Any) -> list[str]:
        return sorted(super().list_commands(ctx), key=lambda name: (*_ORDER, name).index(name))


app = typer.Typer(
    cls=Group, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None
)


@app.callback()
def transferkit() -> None:
    """Transfer learning with pretrained language models: every route, one honest table, one deployable model."""


for _module in iter_modules(commands.__path__):
    app.command(_module.name, cls=Command)(import_module(f"{commands.__name__}.{_module.name}").command)
