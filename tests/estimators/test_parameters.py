"""Options of a route are parameters of their own, and parameters are scikit-learn's."""

import logging
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from tiny_reviews import examples
from transferkit import TransferClassifier, TransferFeatures, TransferkitError, TransferRegressor, messages, options
from transferkit.errors import SourceError
from transferkit.fitting import training

TEXTS, LABELS = (list(column) for column in zip(*examples(), strict=True))


@pytest.mark.parametrize("kind", [TransferClassifier, TransferRegressor])
@pytest.mark.parametrize("route", options.names())
def test_every_option_of_a_route_is_a_parameter(kind: type[Any], route: str) -> None:
    estimator = kind(route=route)
    own = set(estimator.get_params(deep=False))
    names = {f"options__{name}" for name in options.get(route).Options.model_fields}
    assert set(estimator.get_params()) == own | names


def test_options_are_set_one_by_one() -> None:
    given = {"epochs": 3}
    estimator = TransferClassifier(route="full", options=given)
    assert estimator.get_params()["options__epochs"] == 3 and estimator.get_params()["options__batch_size"] == 32
    estimator.set_params(options__batch_size=8)
    assert estimator.options == {"epochs": 3, "batch_size": 8} and given == {"epochs": 3}
    assert clone(estimator).options == estimator.options
    assert estimator.set_params(route="lora", options=None, options__rank=2).options == {"rank": 2}
    piped = make_pipeline(FunctionTransformer(), estimator).set_params(transferclassifier__options__rank=4)
    assert piped[-1].options == {"rank": 4}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"options__epoch": 3}, "unknown option of full 'epoch'; did you mean 'epochs'"),
        ({"route": "ful", "options__epochs": 3}, "unknown route 'ful'; did you mean 'full'"),
        ({"options": [1], "options__epochs": 3}, "options: expected a dict"),
        ({"epochs": 3}, "Invalid parameter 'epochs'"),
    ],
)
def test_parameters_that_there_are_not_are_refused(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        TransferClassifier(route="full").set_params(**given)


def test_a_search_goes_over_routes_and_their_options(how: dict[str, Any]) -> None:
    grid = [
        {"route": ["baseline"], "options__strengths": [(0.1,), (1.0,)]},
        {"route": ["feature_transfer"], "options__pooling": np.array(["cls", "mean"])},
        {"route": ["full"], "options__epochs": np.array([1]), "options__gradual_unfreezing": [np.True_]},
    ]
    search = GridSearchCV(TransferClassifier(**how), grid, cv=2, error_score="raise").fit(TEXTS, LABELS)
    assert len(search.cv_results_["params"]) == 5
    best = search.best_estimator_
    assert {f"options__{name}": value for name, value in best.options.items()}.items() <= search.best_params_.items()
    assert best.outcome_.settings


def test_random_states_are_scikit_learn_s(how: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    seeds: list[int] = []
    run = training.run
    monkeypatch.setattr(training, "run", lambda plan, at: seeds.append(at.seed) or run(plan, at))
    estimator = TransferClassifier(route="baseline", **how)

    def seed(state: Any) -> int:
        estimator.set_params(random_state=state).fit(TEXTS, LABELS)
        return seeds[-1]

    assert [seed(7), seed(np.int64(7))] == [7, 7]
    assert seed(np.random.RandomState(0)) == np.random.RandomState(0).randint(2**31 - 1)
    state = np.random.RandomState(0)
    assert seed(state) != seed(state)
    np.random.seed(3)
    first = seed(None)
    assert first != seed(None)
    np.random.seed(3)
    assert seed(None) == first


def test_nothing_is_shown_unless_asked_for(how: dict[str, Any], capfd: pytest.CaptureFixture[str]) -> None:
    how["route"], how["options"] = "full", {"epochs": 1}
    TransferClassifier(**how).fit(TEXTS, LABELS).predict(TEXTS)
    TransferFeatures(how["model"], cache_dir=how["cache_dir"]).fit_transform(TEXTS)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("shown", [0, 1])
def test_progress_is_shown_where_it_is_asked_for(
    how: dict[str, Any], shown: int, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from transferkit.displays import lines

    monkeypatch.setattr(lines, "_FIRST_LINE_SECONDS", 0.0)
    monkeypatch.setattr(messages, "_reached", list)  # pytest's own handlers show what they get
    monkeypatch.setattr(messages.log, "level", logging.NOTSET)  # another test may have asked for quiet
    messages.log.manager._clear_cache()  # type: ignore[attr-defined]
    TransferFeatures(**how, verbose=shown).fit_transform(TEXTS)
    assert ("reading features: " in capfd.readouterr().err) == bool(shown)


def test_a_notebook_shows_the_parameters_that_are_set() -> None:
    page = TransferClassifier(route="full", options={"epochs": 7})._repr_html_()
    assert "TransferClassifier" in page and "7" in page and "gradual_unfreezing" not in page


def test_what_is_refused_is_a_value_error_and_ours(how: dict[str, Any]) -> None:
    for kind in (ValueError, TransferkitError):
        with pytest.raises(kind, match=r"layers: .*found 9"):
            TransferFeatures(layers=9, **how).fit(TEXTS)


ESTIMATORS = [TransferFeatures, TransferClassifier, TransferRegressor]


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("all-MiniLM-L6-v3", "did you mean 'all-MiniLM-L6-v2'"),
        ("minilm", "did you mean 'all-MiniLM-L6-v2'"),
        ("nope", "The catalogue has all-MiniLM-L6-v2, all-mpnet-base-v2, .*, which need no hub"),
        ("trec", "expected a model, found the name of a data set"),
        ("./no-such-folder", "no-such-folder"),
    ],
)
def test_a_model_that_there_is_not_is_a_value_error(how: dict[str, Any], estimator: Any, name: str, words: str) -> None:
    made = estimator(**{**how, "model": name})
    with pytest.raises(ValueError, match=words) as found:
        made.fit(["a fine film", "a bad film"] * 5, [0, 1] * 5)
    assert isinstance(found.value, SourceError)
