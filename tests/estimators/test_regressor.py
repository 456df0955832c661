"""`TransferRegressor`: numbers of texts."""

import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import StackingRegressor
from sklearn.exceptions import DataConversionWarning
from sklearn.model_selection import cross_val_score, cross_validate

from tiny_reviews import examples
from transferkit import TransferRegressor

TEXTS = [text for text, _ in examples()]
VALUES = np.array([2.5 if label == "good" else -1.0 for _, label in examples()])


@pytest.fixture(params=["baseline", "feature_transfer", "full"])
def regressor(request: pytest.FixtureRequest, how: dict[str, Any]) -> TransferRegressor:
    options = {"epochs": 20, "learning_rate": 3e-3, "batch_size": 8} if request.param == "full" else None
    return TransferRegressor(route=request.param, options=options, **how)


def test_numbers_are_learned(regressor: TransferRegressor) -> None:
    fitted = regressor.fit(TEXTS, VALUES)
    found = fitted.predict(TEXTS)
    assert found.dtype == np.float64 and found.shape == (60,)
    assert fitted.score(TEXTS, VALUES) > 0.6
    assert not hasattr(fitted, "classes_") and not hasattr(fitted, "decision_function")


def test_heavier_texts_count_more(regressor: TransferRegressor) -> None:
    own = [3.0] * 60 + [0.5] * 60
    fitted = regressor.set_params(validation_size=0).fit(
        [*TEXTS, *TEXTS], [*VALUES, *(1.5 - VALUES)], sample_weight=own
    )
    assert np.corrcoef(fitted.predict(TEXTS), VALUES)[0, 1] > 0.5


@pytest.mark.parametrize(
    "container", [list, pd.Series, lambda y: pd.Series(y, dtype="Float64"), lambda y: [*map(str, y)]]
)
def test_numbers_come_in_any_container(how: dict[str, Any], container: Any) -> None:
    fitted = TransferRegressor(route="baseline", **how).fit(TEXTS, container(VALUES))
    assert np.array_equal(fitted.predict(TEXTS), clone(fitted).fit(TEXTS, VALUES).predict(TEXTS))


def test_a_column_is_a_list_with_scikit_learn_s_warning(how: dict[str, Any]) -> None:
    with pytest.warns(DataConversionWarning):
        fitted = TransferRegressor(route="baseline", **how).fit(TEXTS, VALUES[:, None])
    assert fitted.predict(TEXTS).shape == (60,)


@pytest.mark.parametrize("route", ["baseline", "feature_transfer"])
@pytest.mark.parametrize(("texts", "values"), [(TEXTS, np.ones(60)), (TEXTS[:1], [1.0])])
def test_of_one_value_that_is_learned(how: dict[str, Any], route: str, texts: list[str], values: Any) -> None:
    assert np.allclose(TransferRegressor(route=route, **how).fit(texts, values).predict(TEXTS), 1.0, atol=1e-3)


def test_it_stands_in_scikit_learn_s_ensembles(how: dict[str, Any]) -> None:
    one = TransferRegressor(**how)
    scoring = ["r2", "neg_mean_absolute_error"]
    found = cross_validate(one, TEXTS, VALUES, cv=3, scoring=scoring, error_score="raise")
    assert found["test_r2"].mean() > 0.3
    stacked = StackingRegressor([("features", one), ("words", clone(one).set_params(route="baseline"))], cv=2)
    assert stacked.fit(TEXTS, VALUES).score(TEXTS, VALUES) > 0.5
    logs = TransformedTargetRegressor(one, func=np.arcsinh, inverse_func=np.sinh, check_inverse=False)
    assert logs.fit(TEXTS, VALUES).predict(TEXTS).shape == (60,)


def test_weights_and_groups_reach_fit_through_scikit_learn(how: dict[str, Any]) -> None:
    with sklearn.config_context(enable_metadata_routing=True):
        routed = TransferRegressor(route="baseline", **how).set_fit_request(sample_weight=True)
        routed = routed.set_score_request(sample_weight=True)
        given = {"sample_weight": np.arange(1, 61)}
        assert len(cross_val_score(routed, TEXTS, VALUES, cv=2, params=given, error_score="raise")) == 2


def test_a_fitted_one_survives_pickling(how: dict[str, Any]) -> None:
    fitted = TransferRegressor(**how).fit(TEXTS, VALUES)
    assert np.array_equal(pickle.loads(pickle.dumps(fitted)).predict(TEXTS), fitted.predict(TEXTS))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([1, 2, None], r"found none for item 3 \(NaN\)"),
        ([1, 2, float("inf")], "item 3: expected a finite number"),
        ([1, 2, "many"], "item 3: expected a number such as 1234.5, found 'many'"),
        ([1, 2], "for each of 3 texts, found 2"),
        (np.ones((3, 2)), r"found an array of shape \(3, 2\)"),
        (None, "the target y is None"),
        ("one", "expected a list with a number for every text"),
    ],
)
def test_what_are_no_numbers_is_refused(how: dict[str, Any], values: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        TransferRegressor(**how).fit(["a", "b", "c"], values)


@pytest.mark.parametrize("route", ["contrastive", "zero_shot"])
def test_a_route_of_labels_says_so(how: dict[str, Any], route: str) -> None:
    with pytest.raises(ValueError, match=f"{route} does not apply here"):
        TransferRegressor(route=route, **how).fit(TEXTS, VALUES)
