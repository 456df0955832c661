"""Folders that earlier versions wrote load, and answer as they did then.

`before/` was written by `write_fixtures.py`, run with the code of the commit that its README names. When a format
changes (`predictors.VERSION` for `transferkit.json`, `evaluation.document.VERSION` for `run.json`,
`artifact.ledger.Written.version` for a run's record):

1. with the last commit before the change, write its folders:
   `PYTHONPATH=src python tests/artifact/write_fixtures.py tests/artifact/NAME`, with a README like that of `before/`
   and its `.gitattributes`, and add NAME to `VERSIONS` below;
2. raise the number, so that earlier versions of transferkit refuse the new folders in one sentence;
3. bring the reader: a new key of `Facts` (or `SavedRun`, `Written`) has a default that means what the earlier version
   did, and where that is not enough, the kind's `load` looks at `facts.version`. The earlier folders stay as they are.
"""

import csv
import json
import shutil
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import numpy as np
import pytest

import transferkit
from artifact.write_fixtures import DIES_AT, answers_of
from calling import Call
from transferkit import predictors, tasks
from transferkit.artifact import saved_run
from transferkit.config import parse, read_yaml
from transferkit.errors import ConfigError
from transferkit.shapes import Shape
from transferkit.training.learner import Learner

HERE = Path(__file__).parent
VERSIONS = ("before",)
UNFINISHED = "unfinished"


def answers_then(version: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((HERE / version / "answers" / f"{name}.json").read_text(encoding="utf-8"))
    return found


RUNS = [
    (version, path.stem)
    for version in VERSIONS
    for path in sorted((HERE / version / "answers").glob("*.json"))
    if path.stem != UNFINISHED
]
MODELS = [(version, task, route) for version, task in RUNS for route in answers_then(version, task)]
every_run = pytest.mark.parametrize(("version", "task"), RUNS)
every_model = pytest.mark.parametrize(("version", "task", "route"), MODELS)


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str) -> Path:
    """A copy of the fixtures, as the current folder: their runs name rows and models relative to it."""
    shutil.copytree(HERE / version, tmp_path / version)
    monkeypatch.chdir(tmp_path / version)
    return tmp_path / version


def require_same(found: Any, expected: Any, within: float) -> None:
    """JSON values, of which numbers that are no integers may differ by `within`: other processors round otherwise."""
    if isinstance(expected, float):
        assert isinstance(found, float) and found == pytest.approx(expected, abs=within)
    elif isinstance(expected, dict):
        assert list(found) == list(expected)
        require_same(list(found.values()), list(expected.values()), within)
    elif isinstance(expected, list):
        assert isinstance(found, list) and len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            require_same(one, other, within)
    else:
        assert found == expected


@pytest.mark.parametrize("version", VERSIONS)
def test_every_kind_of_predictor_and_every_shape_is_here(version: str) -> None:
    folders = [HERE / version / "runs" / task / "models" / route for _, task, route in MODELS]
    kinds = {predictors.read_facts(folder).kind for folder in folders}
    assert kinds == {module.name for module in iter_modules(predictors.__path__)}
    assert {tasks.get(task).shape for _, task in RUNS} == set(Shape)


@every_model
def test_a_model_answers_as_it_did(version: str, task: str, route: str) -> None:
    found = answers_of(HERE / version / "runs" / task, route, task)
    require_same(found, answers_then(version, task)[route], 1e-6)


@every_model
def test_a_model_on_its_own_answers_as_it_did(version: str, task: str, route: str, tmp_path: Path) -> None:
    folder = HERE / version / "runs" / task
    shutil.copytree(folder / "models" / route, tmp_path / "model")
    alone, expected = transferkit.load(tmp_path / "model"), answers_then(version, task)[route]
    (found,) = alone.stream(HERE / version / "rows" / f"{task}.questions.jsonl")
    assert alone.task.name == task and list(alone.labels) == expected["labels"]
    values = [getattr(value, "tags", value) for value in found.values]
    then = [value["tags"] if isinstance(value, dict) else value for value in expected["values"]]
    require_same(values, then, 1e-6)


@every_run
def test_the_test_rows_have_the_scores_of_the_report(version: str, task: str) -> None:
    folder = HERE / version / "runs" / task
    run = saved_run.required(folder)
    for route in run.routes:
        scores = transferkit.load(folder, route.name).evaluate(HERE / version / "rows" / f"{task}.test.jsonl")
        then = route.scores.metrics[run.task.main_metric].value
        assert then is not None and scores.metrics[run.task.main_metric].value == pytest.approx(then, abs=1e-6)


@every_run
def test_a_run_is_compared(version: str, task: str, copied: Path, call: Call) -> None:
    shutil.copytree(Path("runs", task), Path("runs", "copy"))
    ended = call("compare", Path("runs", task), Path("runs", "copy"))
    assert ended.code == 0, ended.err
    assert all(route in ended.out for route in answers_then(version, task)) and "on the same 15 rows" in ended.out


def cells_of(path: Path) -> list[Any]:
    """The cells of a table, its numbers as numbers."""

    def read(cell: str) -> Any:
        try:
            return float(cell)
        except ValueError:
            return cell

    with path.open(encoding="utf-8", newline="") as file:
        return [read(cell) for line in csv.reader(file) for cell in line]


@every_run
def test_a_finished_run_is_gone_through_again(version: str, task: str, copied: Path, call: Call) -> None:
    """Nothing is trained anew, and the report is written from what is there."""
    run = Path("runs", task)
    weights = {path: path.read_bytes() for path in run.glob("models/*/*") if path.suffix == ".safetensors"}
    answers = cells_of(run / "predictions.csv")
    (run / "report.html").unlink()
    ended = call("fit", "--resume", "--output-dir", run, "--quiet")
    assert ended.code == 0, ended.err
    assert weights == {path: path.read_bytes() for path in weights}
    report = (run / "report.html").read_text(encoding="utf-8")
    assert all(route in report for route in answers_then(version, task)) and "</html>" in report
    # As far as processors agree on numbers.
    for now, then in zip(cells_of(run / "predictions.csv"), answers, strict=True):
        assert now == (pytest.approx(then, abs=1e-5) if isinstance(then, float) else then)
    assert parse(read_yaml(run / "config.yaml")).task == task


@pytest.mark.parametrize("version", VERSIONS)
def test_an_unfinished_run_goes_on(version: str, copied: Path, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """From its checkpoint, and to the answers of a run that was not disturbed."""
    run, forward, steps = Path("runs", UNFINISHED), Learner.forward, []
    finished = {path: path.read_bytes() for path in (run / "models").rglob("*") if path.is_file()}
    assert finished and not (run / "models" / "full").exists()

    def counted(self: Learner, batch: Any) -> Any:
        steps.append(batch)
        return forward(self, batch)

    monkeypatch.setattr(Learner, "forward", counted)
    ended = call("fit", "--resume", "--output-dir", run, "--quiet")
    if np.lib.NumpyVersion(np.__version__) < "2.0.0":  # what numpy 2 has written it cannot read
        assert (ended.code, steps) == (ConfigError.exit_code, []) and "another version of numpy" in ended.error
        return
    assert ended.code == 0, ended.err
    assert 0 < len(steps) <= DIES_AT - 5
    assert finished == {path: path.read_bytes() for path in finished}
    expected = answers_then(version, UNFINISHED)
    for route in expected:
        found = answers_of(run.absolute(), route, "text-classification")
        require_same(found["outputs"], expected[route]["outputs"], 1e-3)
