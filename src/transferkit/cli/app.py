"""The `transferkit` command, assembled from the files in `commands/`: a file's name is the command's name."""

import logging
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from transferkit import __version__
from transferkit.cli import commands
from transferkit.errors import ConfigError, unknown
from transferkit.sources import catalogue

_ORDER = ("look", "fit", "predict", "evaluate", "compare", "models", "datasets", "fetch", "cache")


class Group(TyperGroup):
    """Commands in the order in which they are used."""

    def list_commands(self, ctx: Any) -> list[str]:
        return sorted(super().list_commands(ctx), key=lambda name: (*_ORDER, name).index(name))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that is called. Raises `ConfigError` with the nearest one where there is none of that name."""
        name = args[0]
        if name in self.commands or name.startswith("-"):
            return super().resolve_command(ctx, args)
        error = unknown("command", name, self.commands)
        if catalogue.dataset(name) or Path(name).exists():
            raise ConfigError(f"{error}; for the data of that name: transferkit fit {name}")
        raise error


class Command(TyperCommand):
    """A command that says so where an option of one value is given twice."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The words that are left. The last value of an option is taken, as usual, but not in silence."""
        words = args[: args.index("--")] if "--" in args else args
        for option in self.params:
            names = [name for name in option.opts if name.startswith("--")]
            times = sum(word.partition("=")[0] in names for word in words)
            if times > 1 and not (getattr(option, "multiple", False) or getattr(option, "is_flag", False)):
                several = "; several have commas between them, full,lora" if "--routes" in names else ""
                log.warning("%s is given %d times, and the last one is taken%s", names[0], times, several)
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        """What a shell offers, each with the first line of its help."""
        items = super().shell_complete(ctx, incomplete)
        for item in items:
            item.help = (item.help or "").partition("\n")[0] or None
        return items


log = logging.getLogger("transferkit")

app = typer.Typer(
    cls=Group,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


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


def _epilog(examples: Sequence[str]) -> str:
    r"""Examples below the help of a command, a line each: click keeps the lines of a paragraph that begins with \b."""
    return "\n".join(("\b", "Examples:", *(f"  {example}" for example in examples)))


for _module in iter_modules(commands.__path__):
    _member: Any = import_module(f"{commands.__name__}.{_module.name}")
    app.command(_module.name, cls=Command, epilog=_epilog(_member.EXAMPLES))(_member.command)
