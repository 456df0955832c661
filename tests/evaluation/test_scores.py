"""Scores: values, intervals, classes and bins."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import beta

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


def test_intervals_hold_the_true_accuracy_about_95_times_in_100() -> None:
    random, held = np.random.default_rng(0), 0
    references = np.zeros(300, dtype=int)
    for trial in range(200):
        right = random.random(300) < 0.8
        probabilities = np.where(right[:, None], [0.9, 0.1], [0.1, 0.9])
        found = intervals(["accuracy"], probabilities, references, 400, trial)["accuracy"]
        held += found.low <= 0.8 <= found.high
    assert 0.90 <= held / 200 <= 0.985


def test_interval_width_is_that_of_the_binomial() -> None:
    probabilities = np.eye(2)[[0] * 900 + [1] * 100]
    found = intervals(["accuracy"], probabilities, np.zeros(1000, dtype=int), 4000)["accuracy"]
    half = 1.96 * (0.9 * 0.1 / 1000) ** 0.5
    assert [found.low, found.high] == pytest.approx([0.9 - half, 0.9 + half], abs=0.003)


def test_an_interval_without_spread_is_the_exact_one_of_a_share() -> None:
    rows = np.zeros(12, dtype=int)
    right, wrong = (score(replace(TASK, labels=("a", "b")), np.eye(2)[rows + i], rows).metrics for i in (0, 1))
    low = beta.ppf(0.025, 12, 1)
    assert (right["accuracy"].low, right["accuracy"].high) == (pytest.approx(low), 1.0)
    assert right["macro_f1"].low == pytest.approx(low)
    assert (wrong["accuracy"].low, wrong["accuracy"].high) == (0.0, pytest.approx(1 - low))
    assert right["log_loss"].low == right["log_loss"].high
    written = intervals(["rouge_l", "length_ratio"], ["a cat"] * 12, [["a cat"]] * 12)
    assert (written["rouge_l"].low, written["rouge_l"].high) == (pytest.approx(low), 1.0)
    assert written["length_ratio"].low == written["length_ratio"].high == 1.0


def test_nothing_to_score_is_refused() -> None:
    with pytest.raises(ConfigError, match="at least one labelled row"):
        score(TASK, np.zeros((0, 3)), [])
