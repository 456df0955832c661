"""Every metric against scikit-learn or a figure worked out by hand."""

import numpy as np
import pytest
from scipy.stats import pearsonr, spearmanr
from sklearn import metrics as sk

from transferkit import metrics
from transferkit.errors import ConfigError
from transferkit.tasks import Shape

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
    assert metrics.compute(name, probabilities, references) == pytest.approx(expected)


def of_shape(shape: str) -> list[str]:
    return [name for name in metrics.names() if shape in metrics.get(name).SHAPES]


def labels_case(seed: int, labels: int = 4, rows: int = 60) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    references = (random.random((rows, labels)) < 0.3).astype(int)
    return np.clip(np.round(references * 0.3 + random.random((rows, labels)) * 0.7, 1), 0, 1), references


def value_case(seed: int, rows: int = 60) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    references = np.round(random.normal(size=rows), 1)
    return (references + random.normal(size=rows))[:, None], references


CASES = {"LABEL": case, "LABELS": labels_case, "VALUE": value_case}
LABELS_REFERENCE = {
    "precision": lambda y, p: sk.precision_score(y, p >= 0.5, average="macro", zero_division=0),
    "recall": lambda y, p: sk.recall_score(y, p >= 0.5, average="macro", zero_division=0),
    "macro_f1": lambda y, p: sk.f1_score(y, p >= 0.5, average="macro", zero_division=0),
    "micro_f1": lambda y, p: sk.f1_score(y, p >= 0.5, average="micro"),
    "average_precision": lambda y, p: sk.average_precision_score(y, p, average="macro"),
    "label_ranking": sk.label_ranking_average_precision_score,
}
VALUE_REFERENCE = {
    "mae": lambda y, p: sk.mean_absolute_error(y, p[:, 0]),
    "rmse": lambda y, p: sk.root_mean_squared_error(y, p[:, 0]),
    "r2": lambda y, p: sk.r2_score(y, p[:, 0]),
    "pearson": lambda y, p: pearsonr(y, p[:, 0]).statistic,
    "spearman": lambda y, p: spearmanr(y, p[:, 0]).statistic,
}


@pytest.mark.parametrize("name", sorted(LABELS_REFERENCE))
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_metric_of_sets_of_labels_agrees_with_scikit_learn(name: str, seed: int) -> None:
    scores, references = labels_case(seed)
    assert metrics.compute(name, scores, references) == pytest.approx(LABELS_REFERENCE[name](references, scores))


@pytest.mark.parametrize("name", sorted(VALUE_REFERENCE))
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_metric_of_numbers_agrees_with_scikit_learn_and_scipy(name: str, seed: int) -> None:
    values, references = value_case(seed)
    assert metrics.compute(name, values, references) == pytest.approx(VALUE_REFERENCE[name](references, values))


@pytest.mark.parametrize(("shape", "name"), [(shape, name) for shape in CASES for name in of_shape(shape)])
def test_resampled_is_the_metric_of_the_repeated_rows(shape: str, name: str) -> None:
    if name == "spearman":
        pytest.skip("keeps the ranks among all rows")
    predictions, references = CASES[shape](3)
    drawn = np.random.default_rng(0).integers(len(references), size=(4, len(references)))
    counts = np.stack([np.bincount(row, minlength=len(references)) for row in drawn]).astype(float)
    expected = [metrics.compute(name, predictions[row], references[row]) for row in drawn]
    assert metrics.get(name).resampled(predictions, references, counts) == pytest.approx(expected)


def test_calibration_error_by_hand() -> None:
    # Confidences 0.9, 0.9, 0.6, 0.6: bin (13/15, 14/15] has gap |1 - 0.9| on 2 rows, bin (8/15, 9/15] |0.5 - 0.6|.
    probabilities = np.array([[0.9, 0.1], [0.1, 0.9], [0.6, 0.4], [0.6, 0.4]])
    references = np.array([0, 1, 0, 1])
    assert metrics.compute("calibration_error", probabilities, references) == pytest.approx(0.1)


def test_calibration_error_of_sure_misses_is_one() -> None:
    assert metrics.compute("calibration_error", np.array([[1.0, 0.0]] * 3), np.ones(3, dtype=int)) == 1.0


def test_log_loss_by_hand_and_finite() -> None:
    halves = np.full((4, 2), 0.5)
    assert metrics.compute("log_loss", halves, np.array([0, 1, 0, 1])) == pytest.approx(0.6931471805599453)
    sure = np.array([[1.0, 0.0]], dtype=np.float32)
    assert metrics.compute("log_loss", sure, np.array([1])) == pytest.approx(15.942385)


@pytest.mark.parametrize("name", metrics.names())
def test_member_says_what_it_is(name: str) -> None:
    metric = metrics.get(name)
    assert metric.TITLE and "\n" not in metric.TITLE
    assert isinstance(metric.HIGHER_IS_BETTER, bool)
    assert set(metric.SHAPES) <= {shape.name for shape in Shape} and metric.SHAPES
    perfect = {
        "LABEL": (np.eye(3)[[0, 1, 2]], np.arange(3)),
        "LABELS": (np.eye(3)[[0, 1, 2]], np.eye(3, dtype=int)),
        "VALUE": (np.arange(3.0)[:, None], np.arange(3.0)),
        "SPAN": (["The cat!", ""], [["dog", "cat"], []]),
        "TEXT": (["a b c d", "c d"], [["a b c d"], ["c d", "d"]]),
        "TAGS": ([["B-A", "I-A", "O"], ["O", "B-B"]], [["B-A", "I-A", "O"], ["O", "B-B"]]),
    }
    for shape in metric.SHAPES:
        value = metrics.compute(name, *perfect[shape])
        best = 100.0 if name in ("bleu", "chrf") else 0.0 if metrics.compares_inputs(name) else 1.0
        assert value == pytest.approx(best if metric.HIGHER_IS_BETTER else 0.0)


@pytest.mark.parametrize(
    ("given", "right", "f1", "exact"),
    [
        ("the Cat.", ["cat"], 1, 1),
        ("black cat", ["a cat", "dog"], 2 / 3, 0),
        ("cat cat", ["cat"], 2 / 3, 0),
        ("cat", [], 0, 0),
        ("the", [], 1, 1),
        ("", ["cat"], 0, 0),
        ("cat", ["the", "cat"], 1, 1),
    ],
)
def test_answers_by_the_rules_of_squad(given: str, right: list[str], f1: float, exact: float) -> None:
    assert metrics.compute("token_f1", [given], [right]) == pytest.approx(f1)
    assert metrics.compute("exact_match", [given], [right]) == exact


def test_unknown_metric_names_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=r"unknown metric 'meteor'.*accuracy, .*calibration_error"):
        metrics.get("meteor")


def test_novelty_by_hand() -> None:
    # the-cat and cat-sat stand in the first input, sat-down does not; b-a does not stand in the second.
    assert metrics.compute("novelty", ["The cat sat down", "b a"], [["the cat sat"], ["a b", "c"]]) == 0.5
    assert metrics.compute("novelty", ["cat"], [["dog"]]) == 0


def test_figures_of_texts_say_what_they_are() -> None:
    given = ["a b", "c"], [["a b"], ["c", "d"]]
    assert str(metrics.signature("bleu", *given)).startswith("nrefs:var|case:mixed|eff:no|tok:13a|smooth:exp|version:")
    assert "stemmer" in str(metrics.signature("rouge_l", *given))
    assert metrics.signature("token_f1", *given) is None
