"""A finished run as it is read back from `run.json`: what `load`, `compare` and `--resume` take from it."""

import math
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import Field, field_validator, model_validator

from transferkit import record, tasks
from transferkit.config import DESCRIBED, resuming
from transferkit.errors import ArtifactError
from transferkit.evaluation.document import VERSION
from transferkit.evaluation.results import Interval
from transferkit.record import Record

NAME = "run.json"


class SavedInterval(Record):
    """A value with its interval; None for what is no number."""

    value: float | None
    low: float | None
    high: float | None


class SavedScores(Record):
    """The metrics of a route, by name."""

    metrics: dict[str, SavedInterval]


class SavedRoute(Record):
    """One route; `artifact` is relative to the run folder, and there only if it was `kept`."""

    name: str
    artifact: str
    kept: bool = True
    scores: SavedScores
    seed_values: tuple[float | None, ...] = ()

    @field_validator("artifact")
    @classmethod
    def _inside(cls, artifact: str) -> str:
        path = PurePosixPath(artifact)
        if path.is_absolute() or ".." in path.parts or not path.parts or "\0" in artifact:
            raise ValueError("expected a folder of the run, such as models/full")
        return artifact


class SavedTask(Record):
    """What was learned, and by which metric routes are compared."""

    name: str
    main_metric: str

    @field_validator("name")
    @classmethod
    def _known(cls, name: str) -> str:
        if name not in (*tasks.names(), *tasks.ALIASES):
            raise ValueError(f"expected one of {', '.join(tasks.names())}")
        return name


class SavedData(Record):
    """Which rows a run had; `columns` are their names in the user's file."""

    columns: dict[str, str]
    fingerprint: str


class SavedRun(Record):
    """What is read of run.json. `best` and `cheapest` are names of `routes`; a run may have no cheapest. `folds` are
    the parts of a cross-validation that scores are of, else 0."""

    version: int = Field(1, ge=1)
    task: SavedTask
    data: SavedData
    routes: tuple[SavedRoute, ...] = Field(min_length=1)
    best: str
    cheapest: str | None = None
    folds: int = Field(0, ge=0)

    @model_validator(mode="after")
    def _consistent(self) -> "SavedRun":
        names = [route.name for route in self.routes]
        if len(set(names)) < len(names):
            raise ValueError("routes: expected different names")
        for what, name in (("best", self.best), ("cheapest", self.cheapest)):
            if name not in (*names, None):
                raise ValueError(f"{what}: expected one of the routes {', '.join(names)}, found {name!r}")
        if any(self.task.main_metric not in route.scores.metrics for route in self.routes):
            raise ValueError(f"routes: expected the metric {self.task.main_metric!r} of each")
        return self

    def route(self, name: str) -> SavedRoute | None:
        return next((route for route in self.routes if route.name == name), None)


def read(folder: Path) -> SavedRun | None:
    """The run in `folder`, None where there is no `run.json`. Raises `ArtifactError` for a damaged one."""
    path = folder / NAME
    if not path.exists():
        return None
    remedy = f"restore it from a copy, or name a model in {folder / 'models'}"
    version = record.read(path, _Version, ArtifactError, remedy).version
    if isinstance(version, int) and version > VERSION:
        raise ArtifactError(f"{path} has version {version}; a newer transferkit is needed")
    return record.read(path, SavedRun, ArtifactError, remedy)


def missing(folder: Path, lacking: str = NAME) -> ArtifactError:
    """Why `folder` is no finished run, which is `lacking` a file."""
    if not folder.is_dir():
        return ArtifactError(f"no run in {folder}: there is no such folder")
    if folder.absolute().parent.name == "models":
        run_of = folder.absolute().parent.parent
        return ArtifactError(f"{folder} is one model; name the run that it is of, {run_of}")
    if not (folder / DESCRIBED).exists():
        holds = f"it has no {lacking}" if any(folder.iterdir()) else "it is empty"
        return ArtifactError(f"no run in {folder}: {holds}; name the folder of a finished run")
    return ArtifactError(f"{folder} is no finished run: it has no {lacking}; finish it with: {resuming(folder)}")


def interval(saved: SavedInterval) -> Interval:
    """The interval; what is None is no number."""
    value, low, high = (math.nan if number is None else number for number in (saved.value, saved.low, saved.high))
    return Interval(value, low, high)


def required(folder: Path) -> SavedRun:
    """The run in `folder`, which must be finished."""
    run = read(folder)
    if run is None:
        raise ArtifactError(f"{folder} is no finished run: it has no {NAME}")
    return run


class _Version(Record):
    version: Any = 1
