"""A small run over two labels with known rightness, for ranking, tables and documents."""

from pathlib import Path

import numpy as np
import pytest

from evaluation.known_routes import ROWS, TASK, TRUTH, MakeRoute, chosen, make_route
from transferkit.config import DataConfig, RunConfig
from transferkit.evaluation.ranking import compared
from transferkit.evaluation.results import NaiveClaim, RunResult, Skipped
from transferkit.evaluation.verdict import verdict
from transferkit.table.rows import Rows
from transferkit.table.splits import Audit, Finding, Splits


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
