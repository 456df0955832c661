"""`TransferClassifier` keeps scikit-learn's conventions and gives what `fit` gives."""

import copy
import inspect
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sklearn
from scipy.sparse import csr_matrix
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_val_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.validation import _check_sample_weight

from tiny_reviews import examples
from transferkit import TransferClassifier, TransferkitError
from transferkit.cache import features
from transferkit.data import Rows
from transferkit.errors import DataError
from transferkit.fitting import training

TEXTS, LABELS = (list(column) for column in zip(*examples(), strict=True))


@pytest.fixture
def classifier(tiny_model: Path, tmp_path: Path) -> TransferClassifier:
    return TransferClassifier(str(tiny_model), cache_dir=tmp_path / "cache", offline=True)


def lowered(texts: Any) -> list[str]:
    return [text.lower() for text in texts]


def test_init_only_stores(classifier: TransferClassifier) -> None:
    given = inspect.signature(TransferClassifier.__init__).parameters
    values = {name: object() for name in given if name != "self"}
    made = TransferClassifier(**values)
    assert vars(made) == values == made.get_params() == made.get_params(deep=False)
    assert set(vars(classifier)) == set(values)


def test_clone_and_set_params(classifier: TransferClassifier) -> None:
    copied = clone(classifier.set_params(route="full", options={"epochs": 2}))
    assert copied.get_params() == classifier.get_params() and copied is not classifier
    with pytest.raises(NotFittedError):
        copied.predict(["a film"])


@pytest.mark.parametrize("container", [list, np.array, pd.Series, lambda x: np.array(x, dtype=object)])
def test_texts_come_in_any_container(classifier: TransferClassifier, container: Any) -> None:
    answers = classifier.fit(container(TEXTS), container(LABELS)).predict(container(TEXTS[:5]))
    assert isinstance(answers, np.ndarray) and answers.shape == (5,)
    assert set(answers) <= {"good", "bad"}


def test_classes_keep_their_type_and_order(classifier: TransferClassifier) -> None:
    numbers = np.array([10 if label == "good" else 9 for label in LABELS])
    fitted = classifier.fit(TEXTS, numbers)
    assert fitted.classes_.tolist() == [9, 10] and fitted.predict(TEXTS).dtype == numbers.dtype
    probabilities = fitted.predict_proba(TEXTS)
    assert probabilities.shape == (60, 2) and np.allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert (fitted.predict(TEXTS) == fitted.classes_[probabilities.argmax(axis=1)]).all()
    assert fitted.score(TEXTS, numbers) > 0.8


def test_the_same_seed_gives_the_same_answers(classifier: TransferClassifier) -> None:
    tuned = classifier.set_params(route="full", options={"epochs": 2})
    first = tuned.fit(TEXTS, LABELS).predict_proba(TEXTS)
    assert np.array_equal(clone(tuned).fit(TEXTS, LABELS).predict_proba(TEXTS), first)
    other = clone(tuned).set_params(random_state=1).fit(TEXTS, LABELS).predict_proba(TEXTS)
    assert not np.array_equal(other, first)


def test_pairs_of_texts(classifier: TransferClassifier) -> None:
    pairs = [(text, "the song") for text in TEXTS]
    fitted = classifier.fit(pairs, LABELS)
    assert np.array_equal(fitted.predict_proba(pairs[:4]), fitted.predict_proba(np.array(pairs[:4])))


def test_folds_share_their_features(classifier: TransferClassifier, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    true_batches = features.batches

    def counted(model: Any, source: Any, positions: Any, forward: Any) -> Any:
        read.append(len(positions))
        return true_batches(model, source, positions, forward)

    monkeypatch.setattr(features, "batches", counted)
    scores = cross_val_score(classifier, TEXTS, LABELS, cv=3)
    assert len(scores) == 3 and scores.mean() > 0.7
    assert sum(read) == len(TEXTS)


def test_groups_are_not_parted(classifier: TransferClassifier, monkeypatch: pytest.MonkeyPatch) -> None:
    groups = [f"g{i // 4}" for i in range(len(TEXTS))]
    parts = _parts_of_fit(classifier, monkeypatch, groups=groups)
    train, validation = (set(part["group"]) for part in parts)
    assert train and validation and not train & validation


def test_validation_rows_are_the_latest(classifier: TransferClassifier, monkeypatch: pytest.MonkeyPatch) -> None:
    times = [f"2024-01-{i % 28 + 1:02}" for i in range(len(TEXTS))]
    train, validation = _parts_of_fit(classifier, monkeypatch, times=times)
    assert len(validation) and max(train["time"]) < min(validation["time"])
    assert len(train) + len(validation) == len(TEXTS)


def _parts_of_fit(classifier: TransferClassifier, monkeypatch: pytest.MonkeyPatch, **given: Any) -> list[Rows]:
    found: list[Rows] = []
    run = training.run
    monkeypatch.setattr(training, "run", lambda plan, at: found.extend((at.train, at.validation)) or run(plan, at))
    classifier.fit(TEXTS, LABELS, **given)
    return found


def test_groups_reach_fit_through_scikit_learn(classifier: TransferClassifier) -> None:
    groups = [f"g{i // 4}" for i in range(len(TEXTS))]
    with sklearn.config_context(enable_metadata_routing=True):
        routed = clone(classifier).set_fit_request(groups=True)
        found = cross_val_score(routed, TEXTS, LABELS, cv=GroupKFold(2), params={"groups": groups}, error_score="raise")
    assert len(found) == 2
    with pytest.raises(DataError, match=f"expected groups for each of {len(TEXTS)} texts, found 1"):
        classifier.fit(TEXTS, LABELS, groups=["one"])


def contradicted() -> tuple[list[str], list[str], list[float]]:
    """Every text twice, under both labels; the true one weighs more."""
    other = {"good": "bad", "bad": "good"}
    return [*TEXTS, *TEXTS], [*LABELS, *(other[label] for label in LABELS)], [3.0] * 60 + [0.5] * 60


@pytest.mark.parametrize(
    ("route", "options"),
    [
        ("baseline", None),
        ("feature_transfer", None),
        ("full", {"epochs": 12, "learning_rate": 3e-3, "batch_size": 16}),
        ("contrastive", {"epochs": 2}),
    ],
)
@pytest.mark.parametrize("more", [3.0, 0.5])
def test_a_row_counts_as_its_weight_says(
    classifier: TransferClassifier, route: str, options: dict[str, Any] | None, more: float
) -> None:
    texts, labels, _ = contradicted()
    own = [more] * 60 + [3.5 - more] * 60
    fitted = classifier.set_params(route=route, options=options, validation_size=0).fit(
        texts, labels, sample_weight=own
    )
    right = fitted.score(TEXTS, LABELS)
    assert right > 0.85 if more == 3.0 else right < 0.15


def test_equal_weights_change_nothing_and_only_ratios_matter(classifier: TransferClassifier) -> None:
    texts, labels, own = contradicted()

    def answers(given: Any) -> Any:
        return classifier.fit(texts, labels, sample_weight=given).predict_proba(TEXTS)

    plain, weighted = answers(None), answers(own)
    assert np.array_equal(answers([4] * 120), plain) and np.array_equal(answers(2.5), plain)
    assert np.array_equal(answers(2 * np.array(own)), weighted) and not np.allclose(weighted, plain, atol=0.1)


@pytest.mark.parametrize("route", ["baseline", "feature_transfer"])
def test_texts_of_weight_0_are_as_if_they_were_not_there(classifier: TransferClassifier, route: str) -> None:
    texts, labels = [*TEXTS, "a third kind of thing", "and more of it"], [*LABELS, "odd", "odd"]
    found = classifier.set_params(route=route).fit(texts, labels, sample_weight=[1] * 60 + [0] * 2)
    expected = clone(classifier).fit(TEXTS, LABELS)
    assert found.classes_.tolist() == ["bad", "good"]
    assert np.array_equal(found.predict_proba(TEXTS), expected.predict_proba(TEXTS))


@pytest.mark.parametrize("container", [list, tuple, np.array, pd.Series, lambda x: np.array(x, dtype=np.float16)])
def test_weights_come_in_any_container(classifier: TransferClassifier, container: Any) -> None:
    texts, labels, own = contradicted()
    given = container(own)
    assert len(_check_sample_weight(given, texts)) == 120
    found = classifier.fit(texts, labels, sample_weight=given)
    assert found.score(TEXTS, LABELS) > 0.85


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([1] * 59, "expected a weight for each of 60 texts, found 59"),
        (np.ones((60, 1)), r"expected a weight for each of 60 texts, found an array of shape \(60, 1\)"),
        ([-1] + [1] * 59, r"'sample_weight': expected a weight in every row.*found -1 \(row 1\)"),
        ([1] * 59 + [float("nan")], r"an empty cell \(row 60\)"),
        ([1] * 59 + [float("inf")], r"found inf \(row 60\)"),
        (["heavy"] + [1] * 59, r"found 'heavy' \(row 1\)"),
        ("heavy", "expected a weight for each of 60 texts, found 'heavy'"),
        (np.array(2.0), r"expected a weight for each of 60 texts, found an array of shape \(\)"),
        ({"a": 1}, "expected a weight for each of 60 texts, found {'a': 1}"),
    ],
)
def test_what_is_no_weight_is_refused_as_by_scikit_learn(
    classifier: TransferClassifier, given: Any, words: str
) -> None:
    with pytest.raises((ValueError, TypeError)):
        _check_sample_weight(given, TEXTS, ensure_non_negative=True)
    with pytest.raises(DataError, match=words):
        classifier.fit(TEXTS, LABELS, sample_weight=given)


def test_weights_of_nothing_but_zero_are_refused(classifier: TransferClassifier) -> None:
    with pytest.raises(DataError, match="expected a weight above zero in some row, found 0 in all 60"):
        classifier.fit(TEXTS, LABELS, sample_weight=np.zeros(60))


def test_weights_reach_fit_through_scikit_learn(classifier: TransferClassifier) -> None:
    texts, labels, own = contradicted()
    steps = Pipeline([("lower", FunctionTransformer(lowered)), ("clf", clone(classifier))])
    found = steps.fit(texts, labels, clf__sample_weight=own).predict_proba(TEXTS)
    lower = lowered(texts)
    assert np.array_equal(found, classifier.fit(lower, labels, sample_weight=own).predict_proba(lowered(TEXTS)))
    with sklearn.config_context(enable_metadata_routing=True):
        routed = clone(classifier).set_fit_request(sample_weight=True).set_score_request(sample_weight=False)
        given = {"sample_weight": np.array(own)}
        scores = cross_val_score(routed, texts, labels, cv=2, params=given, error_score="raise")
    assert len(scores) == 2


def test_pipeline_and_grid_search(classifier: TransferClassifier) -> None:
    steps = Pipeline([("lower", FunctionTransformer(lowered)), ("model", classifier)])
    grid = {"model__route": ["baseline", "feature_transfer"]}
    search = GridSearchCV(steps, grid, cv=2, error_score="raise").fit(TEXTS, LABELS)
    assert search.best_params_["model__route"] in grid["model__route"]
    assert set(search.predict(TEXTS)) == {"good", "bad"}


@pytest.mark.parametrize("route", ["baseline", "feature_transfer", "full"])
def test_a_fitted_one_survives_copying(classifier: TransferClassifier, route: str) -> None:
    options = {"epochs": 1} if route == "full" else None
    fitted = classifier.set_params(route=route, options=options).fit(TEXTS, LABELS)
    for again in (copy.deepcopy(fitted), pickle.loads(pickle.dumps(fitted))):
        assert np.allclose(again.predict_proba(TEXTS), fitted.predict_proba(TEXTS), atol=1e-6)


def test_pairs_are_not_asked_of_a_model_of_texts(classifier: TransferClassifier) -> None:
    fitted = classifier.fit(TEXTS, LABELS)
    with pytest.raises(TransferkitError, match="trained on single texts"):
        fitted.predict([("a", "b")])


@pytest.mark.parametrize(
    ("change", "texts", "labels", "words"),
    [
        ({}, "one text", ["a"], "a list of texts"),
        ({}, ["a", 3], ["a", "b"], "item 2 is 3"),
        ({}, ["a", None], ["a", "b"], "item 2 is None"),
        ({}, [("a", "b"), "c"], ["a", "b"], "item 2"),
        ({}, ["a", "b"], ["x", "x"], "two classes, found one class"),
        ({}, [], [], "texts to learn from, found none"),
        ({}, ["a", "b"], None, "the target y is None"),
        ({}, ["a", float("nan")], ["x", "y"], "item 2 is nan"),
        ({}, ["a", "b"], ["x", 1], "of one type, found text .'x'. and numbers .1."),
        ({"random_state": "odd"}, TEXTS, LABELS, "random_state"),
        ({"verbose": -1}, TEXTS, LABELS, "verbose"),
        ({}, ["a", "b"], ["x"], "found 1"),
        ({"route": "ful"}, TEXTS, LABELS, "unknown route"),
        ({"options": {"poling": "cls"}}, TEXTS, LABELS, "poling"),
        ({"max_length": 100}, TEXTS, LABELS, "at most 64"),
        ({"route": "full"}, ["a", "b"], ["x", "y"], "does not apply here"),
        ({}, ["a", "b", "c"], ["x", None, "y"], "none for item 2"),
        ({}, ["a", "b", "c"], ["x", pd.NA, "y"], "none for item 2"),
        ({}, ["a", "b", "c"], [0.5, 1.25, 3.75], "continuous"),
        ({}, ["a", "b"], np.array([[0, 1], [2, 0]]), "expected 0 or 1 for every label of a text, found 2 in row 2"),
        ({}, ["a", "b"], np.array("x"), "a list with one label"),
        ({}, pd.DataFrame({"a": ["a"], "b": ["b"], "c": ["c"]}), ["x"], "one column of texts, or two .*, found 3"),
        ({}, csr_matrix(np.eye(2)), ["x", "y"], "found a sparse matrix"),
    ],
)
def test_mistakes_are_explained(
    classifier: TransferClassifier, change: dict[str, Any], texts: Any, labels: list[str], words: str
) -> None:
    with pytest.raises(TransferkitError, match=words) as caught:
        classifier.set_params(**change).fit(texts, labels)
    assert isinstance(caught.value, ValueError)
