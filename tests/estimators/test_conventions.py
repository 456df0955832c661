"""What scikit-learn's own checks say of the estimators.

They give rows of numbers, which no estimator of texts takes: as they are, `check_estimator` skips them with a warning,
as it does scikit-learn's own text vectorizers. Here every number is written as a word, so that they all run.
"""

import warnings
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
    "check_complex_data": "a text is no complex number",
    "check_estimators_empty_data_messages": "a text without any word is a text, not a row without columns",
}
"""What holds of no estimator of texts, and why."""
CANNOT_LEARN = {
    **CANNOT,
    "check_sample_weight_equivalence_on_dense_data": "the head, or the terms, are chosen by cross-validation, and a "
    "repeated text stands in one fold: a weight of 2 gives other folds than two copies",
}


def ways(model: Path, cache: Path) -> list[tuple[Any, dict[str, str]]]:
    how = {"model": str(model), "cache_dir": cache, "offline": True}
    return [
        (Classifier(route="baseline", **how), CANNOT_LEARN),
        (Classifier(route="feature_transfer", **how), CANNOT_LEARN),
        (Regressor(route="baseline", **how), CANNOT_LEARN),
        (Features(**how), CANNOT),
    ]


@pytest.mark.filterwarnings("ignore::UserWarning")  # of words that the tiny model does not know
@pytest.mark.parametrize("number", range(4), ids=["classifier", "features and head", "regressor", "features"])
def test_scikit_learn_s_checks_pass(number: int, tiny_model: Path, tmp_path: Path) -> None:
    estimator, cannot = ways(tiny_model, tmp_path)[number]
    found = estimator_checks.check_estimator(estimator, expected_failed_checks=cannot, on_fail=None, on_skip=None)
    failed = {each["check_name"]: str(each["exception"]) for each in found if each["status"] == "failed"}
    assert failed == {}
    assert sum(each["status"] == "passed" for each in found) > 35


def test_every_check_that_is_excused_fails_somewhere(tiny_model: Path, tmp_path: Path) -> None:
    excused = set()
    for estimator, cannot in (ways(tiny_model, tmp_path)[2],):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for made, check in estimator_checks.estimator_checks_generator(estimator):
                name = estimator_checks._check_name(check)
                if name not in cannot:
                    continue
                try:
                    check(made)
                except Exception:
                    excused.add(name)
    assert excused == set(CANNOT_LEARN)


@pytest.mark.parametrize("kind", [TransferClassifier, TransferRegressor, TransferFeatures])
def test_as_they_are_they_are_skipped_like_text_vectorizers(kind: type[Any]) -> None:
    for estimator in (kind(), CountVectorizer()):
        with pytest.warns(SkipTestWarning, match="requires input"):
            estimator_checks.check_estimator(estimator)
