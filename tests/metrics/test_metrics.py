"""Every metric against scikit-learn or a figure worked out by hand."""

import numpy as np
import pytest
from sklearn import metrics as sk

from transferkit import metrics
from transferkit.errors import ConfigError

REFERENCE = {
    "accuracy": lambda y, p: sk.accuracy_score(y, p.argmax(1)),
    "precision": lambda y, p: sk.precision_score(y, p.argmax(1), average="macro", zero_division=0),
    "recall": lambda y, p: sk.recall_score(y, p.argmax(1), average="macro", zero_division=0),
    "macro_f1": lambda y, p: sk.f1_score(y, p.argmax(1), average="macro"),
    "micro_f1": lambda y, p: sk.f1_score(y, p.argmax(1), average="micro"),
    "log_loss": lambda y, p: sk.log_loss(y, p, labels=range(p.shape[1])),
}


def case(seed: int, classes: int = 5, rows: int = 80) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    references = random.integers(classes - 1, size=rows)  # the last class never occurs
    logits = random.normal(size=(rows, classes)) + 1.5 * (references[:, None] == np.arange(classes))
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return probabilities, references


@pytest.mark.parametrize("name", sorted(REFERENCE))
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_metric_agrees_with_scikit_learn(name: str, seed: int) -> None:
    probabilities, references = case(seed)
    expected = REFERENCE[name](references, probabilities)
    assert metrics.get(name).compute(probabilities, references) == pytest.approx(expected)


@pytest.mark.parametrize("name", metrics.names())
def test_resampled_is_compute_on_the_repeated_rows(name: str) -> None:
    probabilities, references = case(3)
    drawn = np.random.default_rng(0).integers(len(references), size=(4, len(references)))
    counts = np.stack([np.bincount(row, minlength=len(references)) for row in drawn]).astype(float)
    metric = metrics.get(name)
    expected = [metric.compute(probabilities[row], references[row]) for row in drawn]
    assert metric.resampled(probabilities, references, counts) == pytest.approx(expected)


def test_calibration_error_by_hand() -> None:
    # Confidences 0.9, 0.9, 0.6, 0.6: bin (13/15, 14/15] has gap |1 - 0.9| on 2 rows, bin (8/15, 9/15] |0.5 - 0.6|.
    probabilities = np.array([[0.9, 0.1], [0.1, 0.9], [0.6, 0.4], [0.6, 0.4]])
    references = np.array([0, 1, 0, 1])
    assert metrics.get("calibration_error").compute(probabilities, references) == pytest.approx(0.1)


def test_calibration_error_of_sure_misses_is_one() -> None:
    assert metrics.get("calibration_error").compute(np.array([[1.0, 0.0]] * 3), np.ones(3, dtype=int)) == 1.0


def test_log_loss_by_hand_and_finite() -> None:
    halves = np.full((4, 2), 0.5)
    assert metrics.get("log_loss").compute(halves, np.array([0, 1, 0, 1])) == pytest.approx(0.6931471805599453)
    sure = np.array([[1.0, 0.0]], dtype=np.float32)
    assert metrics.get("log_loss").compute(sure, np.array([1])) == pytest.approx(15.942385)


@pytest.mark.parametrize("name", metrics.names())
def test_member_says_what_it_is(name: str) -> None:
    metric = metrics.get(name)
    assert metric.TITLE and "\n" not in metric.TITLE
    assert isinstance(metric.HIGHER_IS_BETTER, bool)
    perfect = np.eye(3)[[0, 1, 2]]
    assert metric.compute(perfect, np.arange(3)) == pytest.approx(1.0 if metric.HIGHER_IS_BETTER else 0.0)


def test_unknown_metric_names_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=r"unknown metric 'bleu'.*accuracy, calibration_error"):
        metrics.get("bleu")
