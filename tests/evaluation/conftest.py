"""A small run over two labels with known rightness, for ranking, tables and documents."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from transferkit import tasks
from transferkit.config import DataConfig, RunConfig
from transferkit.data.rows import Rows
from transferkit.data.splits import Audit, Finding, Splits
from transferkit.evaluation import choosing
from transferkit.evaluation.choosing import Candidate
from transferkit.evaluation.ranking import compared
from transferkit.evaluation.results import VALIDATION, Choice, Cost, NaiveClaim, RouteResult, RunResult, Skipped
from transferkit.evaluation.scores import score
from transferkit.evaluation.verdict import verdict

TASK = replace(tasks.get("text-classification"), labels=("no", "yes"))
ROWS = 400
TRUTH = np.arange(ROWS) % 2

MakeRoute = Callable[..., RouteResult]


def make_route(
    name: str, wrong: int | Sequence[int], speed: float, route: str = "parameter_transfer", seeds: Sequence[float] = ()
) -> RouteResult:
    """A route that misses the rows `wrong`, or the first so many."""
    missed = np.isin(np.arange(ROWS), range(wrong) if isinstance(wrong, int) else wrong)
    answers = np.where(missed, 1 - TRUTH, TRUTH)
    probabilities = np.where(answers[:, None] == [0, 1], 0.9, 0.1).astype(np.float32)
    cost = Cost(90_900_000, 22_700_000, 22_700_000, 61.5, speed, 1000 / speed)
    scores = score(TASK, probabilities, TRUTH, resamples=200)
    return RouteResult(name, route, f"{name} way", scores, cost, probabilities, tuple(seeds))


def chosen(routes: Sequence[RouteResult], margin: float = 1.0) -> Choice:
    """The choice among `routes` by rows on which they answer as on the others."""
    candidates = [Candidate(each.name, each.route, each.cost.texts_per_second, [each.outputs]) for each in routes]
    return choosing.choose(TASK, candidates, TRUTH, VALIDATION, margin)


@pytest.fixture(name="make_route")
def make_route_fixture() -> MakeRoute:
    return make_route


@pytest.fixture
def result() -> RunResult:
    """tf-idf misses 60 of 400 rows, full 10, static 14, lora 50."""
    routes = (
        make_route("tf-idf", 60, 30_000, route="baseline"),
        make_route("full", 10, 500),
        make_route("static", 14, 25_000, route="distillation"),
        make_route("lora", 55, 480),
    )
    choice = chosen(routes)
    judged = compared(TASK, routes, choice.best, TRUTH)
    quoted = next(route for route in judged if route.name == choice.best).scores.metrics["accuracy"]
    columns = {"text": [f"text {i}" for i in range(ROWS)], "label": [TASK.labels[i] for i in TRUTH]}
    rows = Rows(columns, np.arange(1, ROWS + 1), "t.csv")
    audit = Audit((Finding("duplicates", "fixed", "2 rows stand twice", (3, 9), "kept the first"),), {"rows": ROWS})
    return RunResult(
        config=RunConfig(data=DataConfig(path="t.csv"), output_dir=Path("runs/x")),
        task=TASK,
        splits=Splits(rows, rows.take([0, 1]), rows, audit, {"text": "text"}),
        routes=judged,
        skipped=(Skipped("contrastive", "it is for few labels"),),
        choice=choice,
        quoted=quoted,
        verdict=verdict(TASK, judged, choice, quoted, "tf-idf"),
        manifest={"versions": {"numpy": np.__version__}, "seed": np.int64(3), "path": Path("x"), "nan": float("nan")},
        naive=NaiveClaim(0.1, 0.95, 0.9),
    )
