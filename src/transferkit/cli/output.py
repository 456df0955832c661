"""Files that a command writes: under a name that says what they are, and never over what it reads."""

from collections.abc import Sequence
from pathlib import Path

from transferkit.errors import ConfigError


def checked(path: Path, suffixes: Sequence[str], read: Path, run: Path) -> Path:
    """`path`, where a file may be written that comes of the file `read` and the run or model in `run`.

    Raises `ConfigError` for another suffix, a folder that is not there, and files that must not be lost.
    """
    if path.suffix not in suffixes:
        raise ConfigError(f"--output {path}: expected a name ending in {' or '.join(suffixes)}")
    if not path.parent.is_dir():
        raise ConfigError(f"--output {path}: there is no folder {path.parent}; make it, or name another")
    if path.is_dir():
        raise ConfigError(f"--output {path}: this is a folder; name a file in it")
    if path.exists() and read.exists() and path.samefile(read):
        raise ConfigError(f"--output {path}: this is the file that is read; name another")
    if path.exists() and run.resolve() in path.resolve().parents:
        raise ConfigError(f"--output {path}: there is such a file in {run} already; name another")
    return path
