"""Scores: values, intervals, classes and bins."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import beta, binom

from transferkit import tasks
from transferkit.errors import ConfigError
from transferkit.evaluation.scores import intervals, score

TASK = replace(tasks.get("text-classification"), labels=("a", "b", "c"))


def test_classes_and_confusion_by_hand() -> None:
    probabilities = np.eye(3)[[0, 0, 1, 1, 2]]
    found = score(TASK, probabilities, [0, 1, 1, 1, 2], resamples=50)
    assert found.confusion.tolist() == [[1, 0, 0], [1, 2, 0], [0, 0, 1]]
    assert found.per_class["b"] == pytest.approx({"precision": 1.0, "recall": 2 / 3, "f1": 0.8, "support": 3})
    assert found.metrics["accuracy"].value == pytest.approx(0.8)
    assert [found.reliability[0].confidence, found.reliability[0].accuracy] == pytest.approx([1.0, 0.8])
    assert sum(found.count for found in found.reliability) == 5


def test_same_seed_same_interval() -> None:
    probabilities = np.random.default_rng(0).dirichlet([1, 1, 1], size=60)
    references = np.random.default_rng(1).integers(3, size=60)
    first, second = (score(TASK, probabilities, references, resamples=200, seed=7) for _ in range(2))
    assert first.metrics == second.metrics
    for found in first.metrics.values():
        assert found.low <= found.value <= found.high


@pytest.mark.parametrize(("accuracy", "rows"), [(0.5, 60), (0.8, 300), (0.95, 100), (0.99, 100), (0.9, 12)])
def test_intervals_hold_the_true_accuracy_about_95_times_in_100(accuracy: float, rows: int) -> None:
    """Exactly: the chance of every number of right rows whose interval holds the truth."""
    held = 0.0
    for right in range(rows + 1):
        probabilities = np.eye(2)[[0] * right + [1] * (rows - right)]
        found = intervals(["accuracy"], probabilities, np.zeros(rows, dtype=int))["accuracy"]
        held += float(binom.pmf(right, rows, accuracy)) * (found.low <= accuracy <= found.high)
    assert 0.92 <= held <= 0.99


@pytest.mark.parametrize("accuracy", [0.7, 0.97])
def test_bootstrapped_intervals_hold_the_truth_near_one_too(accuracy: float) -> None:
    random, held, kinds = np.random.default_rng(0), 0, ("O", "B-X")
    for trial in range(200):
        right = random.random((120, 2)) < accuracy
        given = [[kinds[word] for word in row] for row in right.astype(int)]
        found = intervals(["entity_recall"], given, [["B-X"] * 2] * 120, 300, trial)["entity_recall"]
        held += found.low <= accuracy <= found.high
    assert 0.91 <= held / 200 <= 0.995


def test_interval_width_is_that_of_the_binomial() -> None:
    probabilities = np.eye(2)[[0] * 900 + [1] * 100]
    found = intervals(["accuracy"], probabilities, np.zeros(1000, dtype=int))["accuracy"]
    half = 1.96 * (0.9 * 0.1 / 1000) ** 0.5
    assert [found.low, found.high] == pytest.approx([0.9 - half, 0.9 + half], abs=0.003)


def test_intervals_of_shares_never_lack_width() -> None:
    rows = np.zeros(12, dtype=int)
    right, wrong = (score(replace(TASK, labels=("a", "b")), np.eye(2)[rows + i], rows).metrics for i in (0, 1))
    low, wilsons = beta.ppf(0.025, 12, 1), 12 / (12 + 1.959963984540054**2)
    assert (right["accuracy"].low, right["accuracy"].high) == (pytest.approx(wilsons), 1.0)
    assert right["micro_f1"] == right["accuracy"]
    assert right["macro_f1"].low == pytest.approx(low)
    assert (wrong["accuracy"].low, wrong["accuracy"].high) == (0.0, pytest.approx(1 - wilsons))
    assert right["log_loss"].low == right["log_loss"].high
    written = intervals(["rouge_l", "length_ratio", "exact_match"], ["a cat"] * 12, [["a cat"]] * 12)
    assert (written["rouge_l"].low, written["rouge_l"].high) == (pytest.approx(low), 1.0)
    assert written["exact_match"].low == pytest.approx(wilsons)
    assert written["length_ratio"].low == written["length_ratio"].high == 1.0


def test_one_wrong_row_in_a_hundred_lowers_the_interval() -> None:
    truth = [["B-X"]] * 100
    all_right, one_wrong = (intervals(["entity_f1"], [["B-X"]] * n + [["O"]] * (100 - n), truth) for n in (100, 99))
    assert one_wrong["entity_f1"].low < all_right["entity_f1"].low < 1


def test_nothing_to_score_is_refused() -> None:
    with pytest.raises(ConfigError, match="at least one labelled row"):
        score(TASK, np.zeros((0, 3)), [])
