"""A teacher, and what its students are made from."""

from pathlib import Path

import numpy as np
import pytest

from tiny_models import Tiny, make_context, some_rows
from transferkit import routes
from transferkit.config import RouteConfig
from transferkit.context import Context

FRESH = some_rows(60, seed=9)


@pytest.fixture(scope="session")
def teacher(tiny: Tiny, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of four layers, fine-tuned until it is good."""
    folder = tmp_path_factory.mktemp("teacher")
    context = make_context(tiny("bert", layers=4), folder, some_rows(150))
    options = {"epochs": 12, "learning_rate": 4e-3, "batch_size": 16}
    outcome = routes.resolve(RouteConfig(name="full", options=options)).run(context)
    truth = np.asarray(context.task.references(FRESH))
    assert (outcome.predictor.predict(FRESH).outputs.argmax(axis=1) == truth).mean() > 0.9
    outcome.predictor.save(folder / "full")
    return folder / "full"


@pytest.fixture
def context(tiny: Tiny, tmp_path: Path, teacher: Path) -> Context:
    return make_context(tiny("bert", layers=4), tmp_path, some_rows(150), teachers={"full": teacher})
