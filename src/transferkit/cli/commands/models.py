"""`transferkit models`: the models of the catalogue."""

from pathlib import Path
from typing import Annotated

from transferkit import sources
from transferkit.cli import console
from transferkit.cli.description import flag
from transferkit.cli.everywhere import Debug, Quiet
from transferkit.places import cache_folder
from transferkit.plain_table import plain_table

EXAMPLES = ("transferkit models",)


def command(
    cache_dir: Annotated[Path | None, flag("cache_dir")] = None,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """List the pretrained models known by a short name; any hub name, folder, GGUF file or wheel works too."""
    rows = [
        (
            entry.name,
            f"{entry.parameters / 1e6:.1f} M",
            f"{entry.size / 1e6:.0f} MB",
            entry.licence,
            "yes" if sources.is_cached(entry.name, cache_folder(cache_dir)) else "no",
            entry.summary,
        )
        for entry in sources.models()
    ]
    console.out().print(plain_table(("model", "weights", "download", "licence", "here", "what it is"), rows, left=6))
