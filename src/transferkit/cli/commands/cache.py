"""`transferkit cache`: what is kept between runs, how much room it takes, and how to get that back."""

import logging
from pathlib import Path
from typing import Annotated

import typer

from transferkit.cli import console
from transferkit.cli.description import flag
from transferkit.cli.everywhere import Debug, Quiet
from transferkit.errors import ConfigError
from transferkit.places import cache_folder
from transferkit.plain_table import plain_table

log = logging.getLogger("transferkit")

EXAMPLES = ("transferkit cache", "transferkit cache --empty")


def command(
    empty: Annotated[bool, typer.Option("--empty", help="remove what was computed: it is computed again")] = False,
    downloads: Annotated[
        bool, typer.Option("--downloads", help="with --empty: also models and data, which are fetched again")
    ] = False,
    cache_dir: Annotated[Path | None, flag("cache_dir")] = None,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Show what the cache folder holds, or empty it; files that are not the cache's are neither counted nor removed."""
    if downloads and not empty:
        raise ConfigError("--downloads goes with --empty; add it, or leave --downloads out")
    folder = cache_folder(cache_dir)
    if cache_dir is not None and not folder.is_dir():
        found = "a file" if folder.exists() else "nothing there"
        raise ConfigError(f"--cache-dir {cache_dir}: expected a cache folder, found {found}; check the path")
    if empty:
        _empty(folder, downloads)
    _show(folder)


def _empty(folder: Path, downloads: bool) -> None:
    from transferkit.cache import spaces
    from transferkit.sources import store

    spaces.of(folder).empty()
    for download in store.fetched(folder) if downloads else ():
        for path in store.remove(folder, download.key):
            log.warning("%s stays: it was not fetched", path)


def _show(folder: Path) -> None:
    from transferkit.cache import spaces
    from transferkit.sources import store

    computed, fetched = spaces.of(folder), store.fetched(folder)
    rows = [
        ("computed", "features and answers of frozen models", f"{len(computed.spaces()):,}", _size(computed.size())),
        ("downloads", "models and data sets", f"{len(fetched):,}", _size(sum(download.size for download in fetched))),
    ]
    limits = (_size(computed.limit_bytes), "none")
    drawn = [(*row, limit) for row, limit in zip(rows, limits, strict=True)]
    console.out().print(plain_table(("kind", "what it is", "number", "size", "limit"), drawn, left=2))
    console.out().print(f"\n{folder}", markup=False, soft_wrap=True)


def _size(count: int) -> str:
    return f"{count / 2**30:,.1f} GB" if count >= 2**30 else f"{count / 2**20:,.1f} MB"
