"""What is said of `resume` before any rows are read: that it is of another run, or that there is nothing to resume."""

import logging
import re
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from transferkit.artifact.place import is_run
from transferkit.config import DESCRIBED, RunConfig, parse, read_yaml
from transferkit.errors import ConfigError, nearest

log = logging.getLogger("transferkit")

# What may differ between a run and its resumption.
INCIDENTAL = ("output_dir", "offline", "cache_dir", "threads", "language")
FILES = ("path", "validation", "test")
_MOST_BESIDE = 10_000
_LONGEST_SLIP = 2


def require_resumable(config: RunConfig) -> None:
    """Raise `ConfigError` where the run in the folder that `config` names was begun with other data, or where there is
    none there, but beside it one that is called nearly so and may be meant. Where there is none at all, that is said.
    """
    path = config.output_dir
    if path is None:
        raise ConfigError("--resume needs to know which run to continue: add --output-dir RUN")
    if (path / DESCRIBED).exists():
        _require_same_data(config, path)
        return
    near = nearest_run(path)
    if near and _is_meant(config, near, path):
        raise ConfigError(
            f"nothing to resume: {path} holds no run, but {near} does; resume that one with --output-dir {near}, or "
            f"leave out --resume to start a new run in {path}"
        )
    log.warning("nothing to resume in %s: a new run starts there%s", path, f"; did you mean {near}?" if near else "")


def nearest_run(path: Path) -> Path | None:
    """The run folder beside `path` whose name is the nearest to it; None where none is near."""
    try:
        beside = [folder for folder in islice(path.parent.iterdir(), _MOST_BESIDE) if (folder / DESCRIBED).is_file()]
    except OSError:
        return None
    near = nearest(path.name, [folder.name for folder in beside if folder.name != path.name])
    return path.parent / near if near and is_run(path.parent / near) else None


def _require_same_data(config: RunConfig, path: Path) -> None:
    try:
        before = parse(read_yaml(path / DESCRIBED))
    except ConfigError:
        return  # which is said where it is read
    now = _files_of(config)
    for name, begun in _files_of(before).items():
        if not is_same_file(begun, now[name]):
            what = "data" if name == "path" else name.replace("_", " ")
            raise ConfigError(
                f"cannot resume {path}: the run was begun with {begun or 'no file'} as its {what} rows, not with "
                f"{now[name] or 'none'}; give the same again, or another --output-dir"
            )


def _files_of(config: RunConfig) -> dict[str, str | None]:
    return {name: getattr(config.data, name) for name in FILES} | {"unlabelled": config.unlabelled}


def is_same_file(before: str | None, now: str | None) -> bool:
    """Whether both name one file, whichever way."""
    if before is None or now is None or before == now:
        return before == now
    return Path(before).exists() and Path(now).exists() and Path(before).samefile(now)


def _is_meant(config: RunConfig, near: Path, path: Path) -> bool:
    """Whether the run in `near` may be the one that is meant by `path`: the names are nearly the same, and it was begun
    with what is asked for."""
    if not _is_slip(path.name, near.name):
        return False
    try:
        before = parse(read_yaml(near / DESCRIBED)).model_dump(mode="json")
    except ConfigError:
        return False
    return _within(config.model_dump(mode="json", exclude_defaults=True, exclude={*INCIDENTAL}), before)


def _within(asked: Any, before: Any) -> bool:
    """Whether everything that is `asked` for was so `before`."""
    if isinstance(asked, Mapping) and isinstance(before, Mapping):
        return all(_within(value, before.get(name)) for name, value in asked.items())
    return bool(asked == before)


def _is_slip(name: str, meant: str) -> bool:
    """Whether `name` may be `meant` with a slip of the fingers, not that of another run: runs are told apart by numbers
    and by words behind their names."""
    same_numbers = re.findall(r"\d+", name) == re.findall(r"\d+", meant)
    return same_numbers and abs(len(name) - len(meant)) <= _LONGEST_SLIP
