"""Classifiers of texts inside scikit-learn's: ensembles, calibration, scores, processes."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import StackingClassifier, VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict, cross_val_score, cross_validate
from sklearn.pipeline import make_pipeline

from tiny_reviews import examples
from transferkit import TransferClassifier, TransferFeatures

TEXTS, LABELS = (list(column) for column in zip(*examples(), strict=True))
THREE = [f"{label} {i % 4 == 0}" if label == "good" else label for i, label in enumerate(LABELS[:40])] + ["odd"] * 20


@pytest.fixture
def classifier(how: dict[str, Any]) -> TransferClassifier:
    return TransferClassifier(**how)


def test_several_scores_by_cross_validation(classifier: TransferClassifier) -> None:
    scoring = ["accuracy", "f1_macro", "roc_auc", "neg_log_loss", "average_precision"]
    found = cross_validate(classifier, TEXTS, np.array(LABELS) == "good", cv=3, scoring=scoring, error_score="raise")
    assert found["test_roc_auc"].mean() > 0.7 and np.isfinite(found["test_neg_log_loss"]).all()


def test_probabilities_decisions_and_answers_agree(classifier: TransferClassifier) -> None:
    two, three = clone(classifier).fit(TEXTS, LABELS), classifier.fit(TEXTS, THREE)
    assert two.decision_function(TEXTS).shape == (60,)
    assert np.array_equal(two.decision_function(TEXTS) > 0, two.predict(TEXTS) == "good")
    shares = two.predict_proba(TEXTS)
    assert shares.dtype == np.float64 and np.allclose(shares.sum(axis=1), 1, rtol=0, atol=1e-15)
    assert np.allclose(two.decision_function(TEXTS), np.log(shares[:, 1] / shares[:, 0]))
    decisions = three.decision_function(TEXTS)
    assert decisions.shape == three.predict_proba(TEXTS).shape == (60, len(set(THREE)))
    assert np.array_equal(three.classes_[decisions.argmax(axis=1)], three.predict(TEXTS))
    assert np.allclose(np.exp(three.predict_log_proba(TEXTS)), three.predict_proba(TEXTS))


def test_they_vote_and_are_stacked(classifier: TransferClassifier) -> None:
    both = [("features", classifier), ("words", clone(classifier).set_params(route="baseline"))]
    for together in (VotingClassifier(both, voting="soft"), StackingClassifier(both, cv=2)):
        assert together.fit(TEXTS, LABELS).score(TEXTS, LABELS) > 0.8


def test_they_are_calibrated(classifier: TransferClassifier) -> None:
    found = CalibratedClassifierCV(classifier, cv=3).fit(TEXTS, LABELS).predict_proba(TEXTS)
    assert found.shape == (60, 2) and np.allclose(found.sum(axis=1), 1)


def test_texts_in_a_table_are_validated_across(classifier: TransferClassifier) -> None:
    table = pd.DataFrame({"review": TEXTS}, index=range(5, 65))
    found = cross_val_predict(classifier, table, pd.Series(LABELS, index=table.index), cv=3, method="decision_function")
    assert found.shape == (60,) and np.mean((found > 0) == (np.array(LABELS) == "good")) > 0.7


@pytest.mark.parametrize("kind", ["U", object, "category", "string"])
def test_labels_of_any_type_come_back(classifier: TransferClassifier, kind: Any) -> None:
    given = pd.Series(LABELS, dtype=kind) if kind in ("category", "string") else np.array(LABELS, dtype=kind)
    assert classifier.fit(TEXTS, given).score(TEXTS, given) > 0.8
    assert (classifier.predict(TEXTS).dtype == object) == (kind is object)


@pytest.mark.parametrize("values", [[False, True], [-1, 1], [2.0, 3.0], np.array([1, 2], dtype=np.int8)])
def test_numbers_as_labels_come_back(classifier: TransferClassifier, values: Any) -> None:
    given = np.asarray(values)[(np.array(LABELS) == "good").astype(int)]
    fitted = classifier.fit(TEXTS, given)
    assert fitted.classes_.dtype == fitted.predict(TEXTS).dtype == given.dtype
    assert fitted.score(TEXTS, given) > 0.8


def test_folds_in_other_processes(how: dict[str, Any]) -> None:
    """What they are given, and what a vote gets back from them, is pickled."""
    piped = make_pipeline(TransferFeatures(**how), LogisticRegression())
    words = TransferClassifier(route="baseline", **how)
    scores = cross_val_score(piped, TEXTS, LABELS, cv=2, error_score="raise")
    assert np.allclose(cross_val_score(piped, TEXTS, LABELS, cv=2, n_jobs=2, error_score="raise"), scores)
    votes = VotingClassifier([("features", piped), ("words", words)], voting="soft", n_jobs=2).fit(TEXTS, LABELS)
    assert votes.score(TEXTS, LABELS) > 0.8
