"""Several labels per text: the form in which they are given is the one in which they come back."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from sklearn.metrics import f1_score
from sklearn.model_selection import cross_validate

from tiny_reviews import BAD, GOOD, NOUNS, examples
from transferkit import TransferClassifier

TEXTS = [text for text, _ in examples()]
WORDS = {"kind": GOOD, "unkind": BAD, "art": NOUNS[:2]}
LISTS = [[name for name, words in WORDS.items() if set(words) & set(text.split(" "))] for text in TEXTS]
FLAGS = np.array([[int(name in labels) for name in WORDS] for labels in LISTS])
FRAME = pd.DataFrame(FLAGS, columns=list(WORDS), index=range(7, 67))


@pytest.fixture
def classifier(how: dict[str, Any]) -> TransferClassifier:
    return TransferClassifier(route="baseline", **how)


@pytest.mark.parametrize("given", [FLAGS, FLAGS.tolist(), FLAGS.astype(bool), FRAME, csr_matrix(FLAGS)])
def test_a_matrix_in_a_matrix_out(classifier: TransferClassifier, given: Any) -> None:
    fitted = classifier.fit(TEXTS, given)
    found = fitted.predict(TEXTS)
    assert found.dtype == np.int64 and np.array_equal(found, FLAGS)
    assert fitted.score(TEXTS, FLAGS) == 1.0
    assert [each.tolist() for each in fitted.classes_] == [[0, 1]] * 3
    assert fitted.labels_.tolist() == (list(WORDS) if given is FRAME else [0, 1, 2])


@pytest.mark.parametrize("container", [list, pd.Series, lambda cells: [set(cell) for cell in cells]])
def test_lists_in_lists_out(classifier: TransferClassifier, container: Any) -> None:
    fitted = classifier.fit(TEXTS, container(LISTS))
    assert [sorted(labels) for labels in fitted.predict(TEXTS)] == [sorted(labels) for labels in LISTS]
    assert fitted.classes_.tolist() == ["art", "kind", "unkind"]
    assert fitted.score(TEXTS, container(LISTS)) == 1.0
    assert fitted.score(TEXTS[:2], [LISTS[0], ["never seen"]]) == 0.5


def test_labels_keep_their_type(classifier: TransferClassifier) -> None:
    numbers = [[len(name) for name in labels] for labels in LISTS]
    found = classifier.fit(TEXTS, numbers).predict(TEXTS[:1])[0]
    assert found == sorted(numbers[0]) and all(type(label) is int for label in found)


def test_scores_of_labels_are_in_the_order_of_what_is_predicted(how: dict[str, Any]) -> None:
    fitted = TransferClassifier(**how).fit(TEXTS, FLAGS)
    shares, scores = fitted.predict_proba(TEXTS), fitted.decision_function(TEXTS)
    assert shares.shape == scores.shape == FLAGS.shape and shares.min() >= 0 and shares.max() <= 1
    assert np.array_equal(scores >= 0, fitted.predict(TEXTS) == 1)
    for share, score in zip(shares.T, scores.T, strict=True):
        assert (np.diff(share[np.argsort(score, kind="stable")]) >= -1e-7).all()
    assert np.allclose(fitted.predict_log_proba(TEXTS), np.log(shares))


@pytest.mark.parametrize("labels", [2, 3])
def test_several_scores_by_cross_validation(classifier: TransferClassifier, labels: int) -> None:
    scoring = ["accuracy", "f1_micro", "roc_auc", "average_precision"]
    found = cross_validate(classifier, TEXTS, FLAGS[:, :labels], cv=3, scoring=scoring, error_score="raise")
    assert all(found[f"test_{name}"].mean() > 0.7 for name in scoring)


@pytest.mark.parametrize("route", ["baseline", "feature_transfer", "full"])
def test_labels_that_no_text_has_are_never_given(how: dict[str, Any], route: str) -> None:
    never = np.column_stack([FLAGS, np.zeros(60, dtype=int)])
    options = {"epochs": 3, "learning_rate": 3e-3} if route == "full" else None
    fitted = TransferClassifier(route=route, options=options, **how).fit(TEXTS, never)
    assert not fitted.predict(TEXTS)[:, 3].any()
    assert f1_score(never, fitted.predict(TEXTS), average="micro") > 0.5


def test_weights_count(classifier: TransferClassifier) -> None:
    twice, wrong = [*TEXTS, *TEXTS], np.vstack([FLAGS, 1 - FLAGS])
    right = classifier.set_params(validation_size=0).fit(twice, wrong, sample_weight=[3] * 60 + [0.5] * 60)
    assert right.score(TEXTS, FLAGS) > 0.8


def test_one_label_after_several_is_one_label(classifier: TransferClassifier) -> None:
    fitted = classifier.fit(TEXTS, FLAGS).fit(TEXTS, FLAGS[:, 0])
    assert fitted.predict(TEXTS).ndim == 1 and not hasattr(fitted, "labels_")


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ([["a"], [], ["a", float("nan")]], "found nan for item 3"),
        ([["a"], "b", []], "a list of labels for every text, .* found 'b' for item 2"),
        ([["a"], ["b", 1], []], "of one type"),
        ([[], [], []], "labels in some row, found none"),
        ([["a"], ["a"], ["a"]], "rows without a, found it in all"),
        (np.array([[0, 1], [0, 3], [1, 1]]), "0 or 1 for every label of a text, found 3 in row 2"),
        (np.array([[0, 1], [0, np.nan], [1, 1]]), "found nan in row 2"),
        (pd.DataFrame([[0, 1], [1, 0], [1, 1]], columns=["a", "a"]), "two of one name"),
        (np.zeros((3, 2, 2)), r"an array of shape \(3, 2, 2\)"),
    ],
)
def test_what_is_no_set_of_labels_is_refused(classifier: TransferClassifier, labels: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        classifier.fit(["a", "b", "c"], labels)


def test_a_route_of_one_label_says_so(how: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"contrastive does not apply here: .* need one label per row"):
        TransferClassifier(route="contrastive", **how).fit(TEXTS, FLAGS)
