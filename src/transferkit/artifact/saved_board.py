"""The table of a finished run, and what its audit found, as `run.json` has them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator, Field

from transferkit import metrics, record, tasks
from transferkit.artifact import saved_run
from transferkit.artifact.saved_run import SavedInterval, SavedTask
from transferkit.config import FP32, Precision
from transferkit.errors import ArtifactError
from transferkit.evaluation.results import (
    VALIDATION,
    Choice,
    Comparison,
    Interval,
    MeasuredCost,
    ReliabilityBin,
    RouteResult,
    Scores,
    Skipped,
)
from transferkit.locales import ENGLISH
from transferkit.record import Record
from transferkit.table.splits import Finding
from transferkit.tasks import Task


def _no_number(value: Any) -> Any:
    return math.nan if value is None else value


Number = Annotated[float, Field(allow_inf_nan=True), BeforeValidator(_no_number)]
"""What is no number is written as null."""


@dataclass(frozen=True)
class SavedBoard:
    """A `Board`, with the findings of the audit."""

    task: Task
    routes: tuple[RouteResult, ...]
    skipped: tuple[Skipped, ...]
    choice: Choice
    verdict: str
    folded: bool
    language: str
    findings: tuple[Finding, ...]


def required(folder: Path) -> SavedBoard:
    """That of the run in `folder`. Raises `ArtifactError` where there is none that is finished and whole. What is kept
    in memory alone, the routes' outputs among it, is None."""
    run = saved_run.read(folder) if folder.is_dir() else None
    if run is None:
        raise saved_run.missing(folder)
    remedy = f"restore it from a copy, or name a model in {folder / 'models'}"
    found = record.read(folder / saved_run.NAME, _Run, ArtifactError, remedy)
    return SavedBoard(
        task=replace(tasks.get(found.task.name), labels=found.task.labels, main_metric=found.task.main_metric),
        routes=tuple(_route(route) for route in found.routes),
        skipped=tuple(Skipped(route.name, route.reason) for route in found.skipped),
        choice=_choice(found),
        verdict=found.verdict,
        folded=found.folded,
        language=found.config.language,
        findings=tuple(Finding(**dict(finding)) for finding in found.data.audit.findings),
    )


class _Comparison(Record):
    a: str
    b: str
    difference: Number
    p_value: Number
    test: str


class _Bin(Record):
    confidence: Number
    accuracy: Number
    count: int


class _Scores(Record):
    metrics: dict[str, SavedInterval]
    per_class: dict[str, dict[str, Number]] = Field(default_factory=dict)
    confusion: tuple[tuple[int, ...], ...] = ()
    reliability: tuple[_Bin, ...] = ()
    signatures: dict[str, str] = Field(default_factory=dict)
    rows: int = 0


class _Cost(Record):
    bytes: int
    parameters: int
    trained_parameters: int
    train_seconds: Number
    texts_per_second: Number
    milliseconds_one: Number


class _Route(Record):
    name: str
    route: str
    method: str = ""
    scores: _Scores
    cost: _Cost
    seed_values: tuple[Number, ...] = ()
    history: tuple[dict[str, Number], ...] = ()
    settings: dict[str, Any] = Field(default_factory=dict)
    notes: tuple[str, ...] = ()
    backbone: str = ""
    artifact: str
    precision: Precision = FP32
    against_baseline: _Comparison | None = None
    against_best: _Comparison | None = None


class _Skipped(Record):
    name: str
    reason: str


class _Choice(Record):
    best: str
    cheapest: str | None
    by: str
    rows: int
    margin: float
    scores: dict[str, SavedInterval] = Field(default_factory=dict)
    losses: dict[str, SavedInterval] = Field(default_factory=dict)
    tie_by: str = ""
    effect: Number = 1.0


class _Finding(Record):
    kind: str
    severity: str
    message: str
    rows: tuple[int, ...] = ()
    action: str = ""


class _Audit(Record):
    findings: tuple[_Finding, ...] = ()


class _Data(Record):
    audit: _Audit = _Audit()


class _Config(Record):
    language: str = ENGLISH


class _Task(SavedTask):
    labels: tuple[str, ...] = ()


class _Run(Record):
    task: _Task
    config: _Config = _Config()
    data: _Data
    routes: tuple[_Route, ...] = Field(min_length=1)
    skipped: tuple[_Skipped, ...] = ()
    best: str
    cheapest: str | None = None
    choice: _Choice | None = None
    verdict: str = ""
    folded: bool = False


def _choice(run: _Run) -> Choice:
    found = run.choice
    if found is None:  # of the first versions
        return Choice(run.best, run.cheapest, VALIDATION, 0, metrics.point(run.task.main_metric))
    scores, losses = _intervals(found.scores), _intervals(found.losses)
    return Choice(
        found.best, found.cheapest, found.by, found.rows, found.margin, scores, losses, found.tie_by, found.effect
    )


def _route(route: _Route) -> RouteResult:
    scores = route.scores
    return RouteResult(
        name=route.name,
        route=route.route,
        method=route.method,
        scores=Scores(
            metrics=_intervals(scores.metrics),
            per_class=scores.per_class,
            confusion=np.array(scores.confusion, dtype=np.int64).reshape(len(scores.confusion), -1)
            if scores.confusion
            else np.zeros((0, 0), dtype=np.int64),
            reliability=tuple(ReliabilityBin(**dict(each)) for each in scores.reliability),
            signatures=scores.signatures,
            rows=scores.rows,
        ),
        cost=MeasuredCost(**dict(route.cost)),
        outputs=None,
        seed_values=route.seed_values,
        history=route.history,
        settings=route.settings,
        notes=route.notes,
        backbone=route.backbone,
        artifact=route.artifact,
        precision=route.precision,
        against_baseline=_comparison(route.against_baseline),
        against_best=_comparison(route.against_best),
    )


def _intervals(saved: Mapping[str, SavedInterval]) -> dict[str, Interval]:
    return {name: saved_run.interval(found) for name, found in saved.items()}


def _comparison(saved: _Comparison | None) -> Comparison | None:
    return Comparison(**dict(saved)) if saved else None
