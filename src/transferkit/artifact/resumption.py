"""What is said of `resume` before any rows are read: that it is of another run, or that there is nothing to resume."""

import logging
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from transferkit.artifact.place import is_run
from transferkit.config import DESCRIBED, RunConfig, parse, read_yaml
from transferkit.errors import ConfigError, nearest

log = logging.getLogger("transferkit")

# What may differ between a run and its resumption.
INCIDENTAL = ("output_dir", "offline", "cache_dir", "threads", "language")
_FILES = ("path", "validation", "test")
_MOST_BESIDE = 10_000


def require_resumable(config: RunConfig, path: Path) -> None:
    """Raise `ConfigError` where the run in `path` was begun with other data, or where there is none but one that is
    called nearly so and may be meant; say so where there is none at all."""
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
        if not _is_same(begun, now[name]):
            what = "data" if name == "path" else name.replace("_", " ")
            raise ConfigError(
                f"cannot resume {path}: the run was begun with {begun or 'no file'} as its {what} rows, not with "
                f"{now[name] or 'none'}; give the same again, or another --output-dir"
            )


def _files_of(config: RunConfig) -> dict[str, str | None]:
    return {name: getattr(config.data, name) for name in _FILES} | {"unlabelled": config.unlabelled}


def _is_same(before: str | None, now: str | None) -> bool:
    """Whether both name one file, whichever way."""
    if before is None or now is None or before == now:
        return before == now
    return Path(before).exists() and Path(now).exists() and Path(before).samefile(now)


def _is_meant(config: RunConfig, near: Path, path: Path) -> bool:
    """Whether the run in `near` may be the one that is meant by `path`: what is asked for is what it was begun with, and
    the names differ in more than their numbers, as those of several runs do."""
    if _without_digits(near.name) == _without_digits(path.name):
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


def _without_digits(name: str) -> str:
    return "".join(_not_digits(name))


def _not_digits(name: str) -> Iterator[str]:
    return (sign for sign in name if not sign.isdigit())
