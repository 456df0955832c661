"""A loaded model in other processes: pickled, and forked from one that has predicted."""

import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import transferkit
from tiny_models import Tiny, make_context, some_rows
from transferkit import predictors, routes
from transferkit.config import RouteConfig

TEXTS = ["a good film", "a bad film"]

FORKING = """
import os, sys
import torch, transferkit
torch.set_num_threads(2)
model = transferkit.load(sys.argv[1])
texts = ["a good film", "a bad film"] * 200
before = model.predict(texts)
child = os.fork()
if not child:
    os._exit(0 if model.predict(texts) == before else 1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.fixture(scope="module")
def folder(tiny: Tiny, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("saved")
    plan = routes.resolve(RouteConfig(name="full", options={"epochs": 1}))
    outcome = plan.run(make_context(tiny(), place / "work", some_rows(24)))
    outcome.predictor.save(place / "model")
    predictors.add_facts(place / "model", {"task": "text-classification", "columns": {"text": "text"}})
    return place / "model"


def test_a_pickled_model_is_loaded_from_its_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.parent)
    model = transferkit.load("model")
    written = pickle.dumps(model)
    assert len(written) < 1_000
    monkeypatch.chdir("/")
    again = pickle.loads(written)
    assert (again.predict_proba(TEXTS) == model.predict_proba(TEXTS)).all()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_process_forked_after_a_prediction_answers(folder: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    ended = subprocess.run([sys.executable, "-c", FORKING, str(folder)], env=environment, timeout=120, check=False)
    assert ended.returncode == 0
