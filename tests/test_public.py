"""What `import transferkit` offers."""

import inspect
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import transferkit
from transferkit import tasks
from transferkit.errors import ConfigError, DataError
from transferkit.model import Model
from transferkit.predictors import Predictions
from transferkit.shapes import Shape
from transferkit.table.rows import Rows

NAMES = [
    "Model",
    "Overview",
    "Rows",
    "Run",
    "RunConfig",
    "TransferClassifier",
    "TransferFeatures",
    "TransferRegressor",
    "TransferkitError",
    "__version__",
    "compare",
    "fit",
    "load",
    "look",
    "open",
    "read",
]


def test_the_public_names_are_these() -> None:
    assert transferkit.__all__ == NAMES == dir(transferkit)
    with pytest.raises(AttributeError, match="no attribute 'fitt'"):
        _ = transferkit.fitt  # type: ignore[attr-defined]


def test_importing_is_light() -> None:
    heavy = {"torch", "transformers", "sklearn", "pydantic"}
    program = f"import sys, transferkit; sys.exit(', '.join({heavy} & set(sys.modules)) or 0)"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


@pytest.fixture(scope="module")
def run(tiny_model: Path, small_file: Path, tmp_path_factory: pytest.TempPathFactory) -> transferkit.Run:
    base = tmp_path_factory.mktemp("run")
    frame = pd.read_csv(small_file)
    where = {"output_dir": base / "run", "cache_dir": base / "cache"}
    routes = ["baseline", {"feature_transfer": {"pooling": "cls"}}]
    return transferkit.fit(frame, model=str(tiny_model), routes=routes, folds=0, offline=True, **where)


def test_fit_takes_a_frame_and_shows_the_table(run: transferkit.Run) -> None:
    assert {route.name for route in run.result.routes} == {"baseline", "feature_transfer"}
    assert run.best.name == run.result.best and (run.cheapest and run.cheapest.name) == run.result.cheapest
    assert "accuracy" in str(run) and "feature_transfer" in str(run)
    assert run.result.config.data.path == "DataFrame"
    assert (run.folder / "report.html").exists()


def test_a_run_is_opened_as_it_was_made(run: transferkit.Run) -> None:
    opened = transferkit.open(run.folder)
    pd.testing.assert_frame_equal(opened.leaderboard(), run.leaderboard())
    assert (str(opened), repr(opened), opened._repr_html_()) == (str(run), repr(run), run._repr_html_())
    assert opened.findings == run.findings == run.result.splits.audit.findings
    assert opened.best.scores.metrics == run.best.scores.metrics and opened.verdict == run.verdict
    assert opened.model("baseline").folder == run.model("baseline").folder


def test_load_gives_the_best_route_or_the_one_asked_for(run: transferkit.Run) -> None:
    assert transferkit.load(run.folder).folder.name == run.best.name
    assert transferkit.load(run.folder, "feature_transfer").folder.name == "feature_transfer"
    if run.cheapest:
        assert transferkit.load(run.folder, cheapest=True).folder.name == run.cheapest.name
    else:
        with pytest.raises(ConfigError, match="names no cheapest route: its rows were too few"):
            transferkit.load(run.folder, cheapest=True)
    assert run.model("baseline").folder == transferkit.load(run.folder / "models" / "baseline").folder


def test_a_loaded_model_answers_what_the_trained_one_answered(run: transferkit.Run) -> None:
    model, test = run.model("feature_transfer"), run.result.splits.test
    probabilities = model.predict_proba(list(test["text"]))
    assert model.labels == ("bad", "good") == run.result.task.labels
    assert np.allclose(probabilities, run.result.route("feature_transfer").outputs, atol=1e-5)
    assert model.predict(list(test["text"])) == [model.labels[i] for i in probabilities.argmax(axis=1)]
    assert model.predict([]) == []
    assert model.predict([" ", test["text"][0]])[0] is None
    assert repr(model) == f"Model(folder={model.folder!r}, columns={model.columns!r})"


def test_one_bare_text_has_one_answer(run: transferkit.Run) -> None:
    assert [run.model().predict("a good film")] == run.model().predict(["a good film"])


def test_gaps_in_a_column_have_no_answer(run: transferkit.Run) -> None:
    found = run.model().predict(["a good film", None, float("nan")])
    assert found[0] is not None and found[1:] == [None, None]
    given = run.model().predict_proba(["a good film", None])
    assert np.isfinite(given[0]).all() and np.isnan(given[1]).all()


class Undecided:
    """Finds two labels equally likely."""

    labels, shape, parameters = ("a", "b"), Shape.LABEL, 0

    def predict(self, rows: Rows) -> Predictions:
        return Predictions(np.full((len(rows), 2), 0.5, dtype=np.float32))

    def save(self, folder: Path) -> None:
        raise NotImplementedError


def test_pairs_without_a_second_text_are_told(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    task = replace(tasks.get("text-classification"), labels=("a", "b"))
    model = Model(tmp_path, Undecided(), task, {"text": "text", "text_pair": "text_pair"})
    gaps: Any = [("one", "two"), ("one", None), (None, "two"), None]
    assert model.predict(gaps) == ["a", "a", None, None]
    assert "1 row has no second text (row 2)" in caplog.text


def test_mistakes_are_explained(run: transferkit.Run) -> None:
    with pytest.raises(DataError, match="single texts, not pairs"):
        run.model().predict([("a good film", "a bad one")])
    with pytest.raises(DataError, match="a list of texts, found None"):
        run.model().predict(None)  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match=r"expected data: .*; found None"):
        transferkit.fit(None)
    with pytest.raises(ConfigError, match="routes: input should be a list"):
        transferkit.fit("trec", routes=5)  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="generation: "):
        transferkit.fit("trec", generation="num_beams=2")  # type: ignore[arg-type]


def test_splits_may_be_tables(run: transferkit.Run, tiny_model: Path, small_file: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(small_file)
    where = {"output_dir": tmp_path / "run", "cache_dir": tmp_path / "cache"}
    learn, test = frame[:50], frame[50:]
    given = transferkit.fit(learn, test=test, model=str(tiny_model), routes="baseline", offline=True, **where)
    assert len(given.result.splits.test) == 10
    assert sorted(given.result.splits.test["text"]) == sorted(test["text"])


def test_a_refusal_names_the_argument() -> None:
    with pytest.raises(transferkit.TransferkitError, match=r'pass label="a" or label="b"$'):
        transferkit.fit({"text": ["a", "b"] * 9, "a": list("xy") * 9, "b": list("xxy") * 6}, offline=True)


@pytest.mark.parametrize("function", [transferkit.fit, transferkit.read, transferkit.load], ids=lambda f: f.__name__)
def test_every_parameter_is_described_with_its_default(function: Callable[..., Any]) -> None:
    described = dict(re.findall(r"^(\w[\w, ]*) : (.+)$", inspect.getdoc(function) or "", re.MULTILINE))
    described = {name: words for names, words in described.items() for name in names.split(", ")}
    parameters = inspect.signature(function).parameters
    assert set(parameters) <= set(described)
    for name, parameter in parameters.items():
        default = parameter.default
        shown = f'"{default}"' if isinstance(default, str) else repr(default).replace("'", '"')
        assert default is inspect.Parameter.empty or f"default={shown}" in described[name], name


def test_an_overview_is_printed_in_the_language_asked_for() -> None:
    table = {"text": ["a good film", "a bad meal"] * 5, "label": ["good", "bad"] * 5}
    english, chinese = transferkit.look(table), transferkit.look(table, language="zh")
    assert "label from 'label'" in str(english) and "取自 'text'" in str(chinese) and chinese.columns == english.columns
    assert dict(chinese.facts).keys() != dict(english.facts).keys()
    with pytest.raises(ConfigError, match="language"):
        transferkit.look(table, language="xx")
