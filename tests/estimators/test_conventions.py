"""What scikit-learn's own checks say of the estimators.

They give rows of numbers, which no estimator of texts takes: as they are, `check_estimator` skips them with a warning,
as it does scikit-learn's own text vectorizers. Here every number is written as a word, so that they all run.
"""

from pathlib import Path
from typing import Any

import pytest
from sklearn.exceptions import SkipTestWarning
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.utils import estimator_checks

from numbers_as_texts import Classifier, Features, Regressor
from transferkit import TransferClassifier, TransferFeatures, TransferRegressor

if not hasattr(estimator_checks, "estimator_checks_generator"):
    pytest.skip("checks that may be expected to fail are of scikit-learn 1.6", allow_module_level=True)

CANNOT = {
    "check_n_features_in": "n_features_in_ counts columns of texts: 1, or 2 of pairs",
    "check_n_features_in_after_fitting": "n_features_in_ counts columns of texts: 1, or 2 of pairs",
    "check_estimators_nan_inf": "in a text there is no NaN and no infinity; a missing text is refused",
    "check_estimators_empty_data_messages": "a text without any word is a text, not a row without columns",
}
"""What no estimator of texts passes, and why."""
LEARNING = {
    **CANNOT,
    "check_sample_weight_equivalence_on_dense_data": "the head, or the terms, are chosen by cross-validation, where "
    "copies of a text stand in one fold: a weight of 2 gives other folds than two copies",
}
CASES: dict[str, tuple[type[Any], str, dict[str, str]]] = {
    "terms": (Classifier, "baseline", LEARNING),
    "features and head": (
        Classifier,
        "feature_transfer",
        {**LEARNING, "check_classifiers_train": "0.83 of three clouds of points is more than a random model knows"},
    ),
    "regressor": (Regressor, "baseline", LEARNING),
    "features": (Features, "", {**CANNOT, "check_complex_data": "a text is no complex number"}),
}


@pytest.mark.filterwarnings("ignore")  # of words that the tiny model does not know, and of what the checks try
@pytest.mark.parametrize("case", CASES)
def test_scikit_learn_s_checks_pass_but_those_that_cannot(case: str, tiny_model: Path, tmp_path: Path) -> None:
    kind, route, cannot = CASES[case]
    estimator = kind(model=str(tiny_model), cache_dir=tmp_path, offline=True, **({"route": route} if route else {}))
    found = estimator_checks.check_estimator(estimator, expected_failed_checks=cannot, on_fail=None, on_skip=None)
    failed = {each["check_name"]: str(each["exception"]) for each in found if each["status"] == "failed"}
    assert failed == {}
    assert {each["check_name"] for each in found if each["status"] == "xfail"} == set(cannot)
    assert sum(each["status"] == "passed" for each in found) > 35


@pytest.mark.parametrize("kind", [TransferClassifier, TransferRegressor, TransferFeatures])
def test_as_they_are_they_are_skipped_like_text_vectorizers(kind: type[Any]) -> None:
    for estimator in (kind(), CountVectorizer()):
        with pytest.warns(SkipTestWarning, match="requires input"):
            estimator_checks.check_estimator(estimator)
