"""Files that a command writes: under a name that says what they are, and over another file only when asked to."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from transferkit.artifact.place import is_run
from transferkit.disk import holds_something, unused
from transferkit.errors import ConfigError
from transferkit.table import prose

Overwrite = Annotated[bool, typer.Option("--overwrite", help="replace the file that --output names, if there is one")]


def checked(path: Path, suffixes: Sequence[str], read: Path | None, run: Path, overwrite: bool) -> Path:
    """`path`, where a file may be written that comes of the file `read` (None: of none) and the run or model in `run`.

    Raises `ConfigError` for another suffix, a folder that is not there, and files that must not be lost: with
    `overwrite` what is read and all that is in a run, without it every file that is there.
    """
    if path.suffix not in suffixes:
        raise ConfigError(f"--output {path}: expected a name ending in {prose.either(suffixes)}")
    if not path.parent.is_dir():
        raise ConfigError(f"--output {path}: there is no folder {path.parent}; make it, or name another")
    if path.is_dir():
        raise ConfigError(f"--output {path}: this is a folder; name a file in it")
    if read is not None and path.exists() and read.exists() and path.samefile(read):
        raise ConfigError(f"--output {path}: this is the file that is read; name another")
    if not holds_something(path):
        return path
    if inside := next((folder for folder in path.resolve().parents if folder == run.resolve() or is_run(folder)), None):
        raise ConfigError(f"--output {path}: there is such a file in {inside} already; name another")
    if not overwrite:
        raise ConfigError(
            f"--output {path}: there is such a file already; --overwrite replaces it, or name another, such as "
            f"{unused(path)}"
        )
    if not path.is_file():
        raise ConfigError(f"--output {path}: this is no file that could be replaced; name another")
    return path
