"""Where a run may write."""

import os
from pathlib import Path

from transferkit.config import DESCRIBED
from transferkit.errors import ConfigError


def refuse_unusable(path: Path, resume: bool) -> None:
    """Raise `ConfigError`, before anything is read, where no run can be made or `resume` is missing."""
    above = next((folder for folder in (path, *path.absolute().parents) if folder.exists()), path)
    if not above.is_dir():
        raise ConfigError(f"--output-dir {path}: expected a folder, found the file {above}; name another folder")
    if not os.access(above, os.W_OK | os.X_OK):
        raise ConfigError(f"--output-dir {path}: {above} cannot be written to; name another folder")
    if (path / DESCRIBED).exists() and not resume:
        raise ConfigError(f"{path} already holds a run; --resume continues it, another --output-dir starts a new one")
