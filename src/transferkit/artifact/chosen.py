"""Which model answers: one of a run's, by name or by how it did, or the one in a folder of its own."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from transferkit import predictors
from transferkit.artifact import saved_run
from transferkit.artifact.saved_run import SavedRun
from transferkit.config import DESCRIBED, resuming
from transferkit.errors import ArtifactError, ConfigError, nearest, shown
from transferkit.places import beside, usable_path


@dataclass(frozen=True)
class Chosen:
    """The route called `name`, whose artifact is `folder`; `why` it was taken, "" where it was asked for by name."""

    name: str
    folder: Path
    why: str = ""


def chosen(folder: str | Path, route: str | None = None, cheapest: bool = False) -> Chosen:
    """The artifact of `route` in the run `folder`, by default of its best, or of the `cheapest` one that is as good; or
    `folder` itself, where it is an artifact.

    Raises `ArtifactError` for a folder that is neither, or is damaged; `ConfigError` for a route that it has not.
    """
    path = _place(folder)
    if not isinstance(route, str | None):
        raise ConfigError(f"expected the name of a route, found {shown(route)}")
    if not path.is_dir():
        if path.is_file():
            raise ArtifactError(f"no run or model in {path}: it is a file; the folder of the run comes before the rows")
        raise ArtifactError(f"no run or model in {path}: there is no such folder{beside(path)}")
    run = saved_run.read(path)
    if run is None and (path / DESCRIBED).exists():
        return _of_unfinished(path, route)
    if run is None:
        if route or cheapest:
            raise ConfigError(f"{path} is one model, not a run: it has no routes to choose from")
        return Chosen(path.resolve().name, path)
    name = route or (run.cheapest if cheapest else run.best)
    if name is None:
        raise ConfigError(
            f"{path} names no cheapest route: its rows were too few to show that a faster one is as good as "
            f"{run.best}; leave out --cheapest, or name one with --route"
        )
    return Chosen(name, path / _artifact(path, run, name), "" if route else "the cheapest" if cheapest else "the best")


def _artifact(path: Path, run: SavedRun, name: str) -> str:
    """The folder of the route called `name`, relative to `path`."""
    found = run.route(name)
    if found is None:
        there = ", ".join(result.name for result in run.routes)
        near = nearest(name, [result.name for result in run.routes])
        meant = f"; did you mean {near}?" if near else ""
        raise ConfigError(f"{path} has no route {shown(name, 60)}; it has {there}{meant}")
    if not found.kept:
        there = ", ".join(result.name for result in run.routes if result.kept)
        raise ConfigError(
            f"{path} did not keep the model of {shown(name, 60)} (keep: best); it has {there}; a run with --keep all "
            "keeps every model"
        )
    return found.artifact


def _place(folder: Any) -> Path:
    if not isinstance(folder, str | Path):
        raise ConfigError(f"expected the folder of a run or a model, found {shown(folder)}")
    try:
        return usable_path(folder)
    except ValueError as error:
        raise ArtifactError(f"no run or model in {shown(str(folder))}: {error}") from None


def _of_unfinished(path: Path, route: str | None) -> Chosen:
    finished = sorted(file.parent.name for file in (path / "models").glob(f"*/{predictors.FACTS}"))
    if route in finished:
        return Chosen(str(route), path / "models" / str(route))
    raise ArtifactError(
        f"the run in {path} is not finished; finish it with: {resuming(path)}"
        + (f", or name a finished route: {', '.join(finished)}" if finished else "")
    )
