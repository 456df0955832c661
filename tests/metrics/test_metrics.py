"""Every metric against scikit-learn or a figure worked out by hand."""

from collections import Counter
from typing import Any

import numpy as np
import pytest
from rouge_score.rouge_scorer import RougeScorer
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF
from sacrebleu.metrics.ter import TER
from scipy.stats import pearsonr, spearmanr
from sklearn import metrics as sk
from sklearn.metrics import r2_score

from transferkit import metrics, tasks
from transferkit.errors import ConfigError
from transferkit.evaluation import paired, scores
from transferkit.shapes import Shape

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


EPS = np.finfo(np.float32).eps
CASES = {"LABEL": case, "LABELS": labels_case, "VALUE": value_case}
LABELS_REFERENCE = {
    "precision": lambda y, p: sk.precision_score(y, p >= 0.5, average="macro", zero_division=0),
    "recall": lambda y, p: sk.recall_score(y, p >= 0.5, average="macro", zero_division=0),
    "macro_f1": lambda y, p: sk.f1_score(y, p >= 0.5, average="macro", zero_division=0),
    "micro_f1": lambda y, p: sk.f1_score(y, p >= 0.5, average="micro"),
    "average_precision": lambda y, p: sk.average_precision_score(y, p, average="macro"),
    "label_ranking": sk.label_ranking_average_precision_score,
    "log_loss": lambda y, p: np.mean([sk.log_loss(y[:, i], np.clip(p[:, i], EPS, 1 - EPS)) for i in range(y.shape[1])]),
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


@pytest.mark.parametrize("name", of_shape("LABELS"))
def test_labels_are_given_from_the_probability_in_the_last_column_on(name: str) -> None:
    scores, references = labels_case(1)
    moved = np.column_stack([scores * 0.6, np.full(len(scores), 0.3)])
    given = (scores * 0.6 >= 0.3).astype(float)
    decided = name in ("precision", "recall", "macro_f1", "micro_f1")
    assert metrics.compute(name, moved, references) == metrics.compute(
        name, given if decided else scores * 0.6, references
    )


def test_calibration_error_of_sets_of_labels_by_hand() -> None:
    # Of eight pairs four have 0.9, three of them hold; four have 0.2, one of them holds: (0.15 + 0.05) / 2.
    probabilities = np.array([[0.9, 0.2], [0.9, 0.2], [0.2, 0.9], [0.9, 0.2]])
    references = np.array([[1, 0], [1, 1], [0, 1], [0, 0]])
    assert metrics.compute("calibration_error", probabilities, references) == pytest.approx(0.1)


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
    assert metric.HIGHER_IS_BETTER in (True, False, None)
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
        # What is copied is not new.
        best = {"bleu": 100.0, "chrf": 100.0, "length_ratio": 1.0}
        assert value == pytest.approx(best.get(name, 1.0 if metric.HIGHER_IS_BETTER else 0.0))


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


ANSWERS = ["the cat sat on the mat", "a dog", "", "people went home early today", "the cat"]
RIGHT = [["the cat sat on a mat", "cats sit"], ["a small dog"], ["nothing"], ["people went home early"], ["the dog"]]
OF_TEXTS = [name for name in metrics.names() if "TEXT" in metrics.get(name).SHAPES]


@pytest.mark.parametrize("name", OF_TEXTS)
def test_figures_of_texts_come_from_what_is_counted_once_per_row(name: str) -> None:
    counts = np.random.default_rng(0).multinomial(5, np.ones(5) / 5, size=20).astype(float)
    weigh = metrics.weighing(name, ANSWERS, RIGHT)
    drawn = [[i for i, count in enumerate(line) for _ in range(int(count))] for line in counts]
    again = [metrics.compute(name, [ANSWERS[i] for i in rows], [RIGHT[i] for i in rows]) for rows in drawn]
    assert weigh(counts) == pytest.approx(again, abs=1e-8)


@pytest.mark.parametrize(("name", "scorer"), [("bleu", BLEU()), ("chrf", CHRF()), ("ter", TER())])
def test_sums_over_rows_are_what_sacrebleu_says_of_the_corpus(name: str, scorer: Any) -> None:
    assert metrics.compute(name, ANSWERS, RIGHT) == pytest.approx(
        scorer.corpus_score(ANSWERS, metrics.streams(RIGHT)).score, abs=1e-8
    )
    signed = metrics.signature(name, ANSWERS, RIGHT)
    assert signed == str(scorer.get_signature())


def test_every_row_is_compared_once_however_many_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: Counter[str] = Counter()
    score = RougeScorer.score

    def counted(self: Any, target: str, prediction: str) -> Any:
        calls["rouge"] += 1
        return score(self, target, prediction)

    monkeypatch.setattr(RougeScorer, "score", counted)
    monkeypatch.setattr(scores, "CHUNK_CELLS", 20)  # four resamples in a block
    monkeypatch.setattr(paired, "CHUNK_CELLS", 20)
    single = [given[:1] for given in RIGHT]
    scores.intervals(["rouge_l"], ANSWERS, single, resamples=100)
    assert calls["rouge"] == len(ANSWERS)
    paired.paired_randomization("rouge_l", ANSWERS, ANSWERS[::-1], single, resamples=20)
    assert calls["rouge"] == 3 * len(ANSWERS)  # both predictions of every row


@pytest.mark.parametrize("name", ["length_ratio", "novelty"])
def test_what_describes_answers_has_no_better_direction(name: str) -> None:
    assert metrics.get(name).HIGHER_IS_BETTER is None
    with pytest.raises(ConfigError, match=r"cannot be tested|to be tested for"):
        paired.paired_randomization(name, ANSWERS, ANSWERS, RIGHT)


@pytest.mark.parametrize("offset", [0.0, 0.1, 1e6 + 0.1, -3e14])
@pytest.mark.parametrize("name", ["r2", "pearson", "spearman"])
def test_numbers_that_do_not_vary(name: str, offset: float) -> None:
    truth, guess = np.full(7, offset), np.linspace(0, 1, 7)[:, None] + offset
    assert metrics.compute(name, guess, truth) == 0
    assert metrics.compute(name, np.full((7, 1), offset), truth) == (name == "r2")
    varied = metrics.compute(name, np.full((7, 1), offset), guess[:, 0])
    assert varied == pytest.approx(-2.25, abs=2.25) if name == "r2" else varied == 0


@pytest.mark.parametrize("name", ["r2", "pearson", "spearman"])
def test_a_resample_of_one_value(name: str) -> None:
    truth, guess = np.array([0.1, 0.1, 0.1, 5.3, 0.1]), np.array([[0.3], [0.1], [0.2], [0.7], [0.4]])
    counts = np.array([[2, 1, 1, 0, 1], [0, 0, 0, 5, 0], [1, 1, 1, 1, 1]], dtype=float)
    found = metrics.get(name).resampled(guess, truth, counts)
    assert found[:2].tolist() == [0, 0] and found[2] == pytest.approx(metrics.compute(name, guess, truth))


def test_a_large_mean_costs_no_digits() -> None:
    random = np.random.default_rng(0)
    truth = random.normal(size=200)
    guess = truth + random.normal(size=200)
    for name, right in (("r2", r2_score(truth, guess)), ("pearson", np.corrcoef(truth, guess)[0, 1])):
        assert metrics.compute(name, guess[:, None] + 1e8, truth + 1e8) == pytest.approx(right, abs=1e-6)


def test_a_constant_has_the_scale_nought() -> None:
    scaled = metrics.on_one_scale("pearson", np.column_stack([np.full(9, 0.1), np.arange(9.0)]))
    assert scaled[:, 0].tolist() == [0] * 9 and scaled[:, 1].std() == pytest.approx(1)


SUMMARIES = [
    ("The cat sat on the mat.\nIt was very happy.", "It was happy.\nThe cat sits on a mat."),
    ("one line only", "only one line"),
    ("a b c\nd e f\na b", "d e\na c b\nf"),
    ("", "nothing"),
]


@pytest.mark.parametrize(("text", "true"), SUMMARIES)
def test_rouge_lsum_is_googles(text: str, true: str) -> None:
    expected = RougeScorer(["rougeLsum"], use_stemmer=True).score(true, text)["rougeLsum"].fmeasure
    assert metrics.compute("rouge_lsum", [text], [[true]]) == pytest.approx(expected, abs=1e-12)


def test_rouge_lsum_of_chinese_sentences() -> None:
    assert metrics.compute("rouge_lsum", ["天气很好\n我们出门"], [["我们出门\n天气很好"]]) == 1.0
    assert metrics.compute("rouge_l", ["天气很好\n我们出门"], [["我们出门\n天气很好"]]) == 0.5


def test_answerable_and_unanswerable_questions_apart() -> None:
    """As the script of SQuAD 2 counts them: three questions with an answer, two without."""
    answers = ["the cat sat", "", "a dog", "", "nonsense"]
    references = [["cat sat", "cat"], ["Paris"], ["big dog"], [], []]
    found = {name: metrics.compute(name, answers, references) for name in SPLIT}
    assert found == {
        "has_answer_f1": pytest.approx((1 + 0 + 2 / 3) / 3),
        "has_answer_exact": pytest.approx(1 / 3),
        "no_answer_exact": pytest.approx(1 / 2),
    }
    weighted = 3 * found["has_answer_f1"] + 2 * found["no_answer_exact"]
    assert metrics.compute("token_f1", answers, references) == pytest.approx(weighted / 5)


SPLIT = ("has_answer_f1", "has_answer_exact", "no_answer_exact")


def test_they_are_left_out_where_all_questions_are_alike() -> None:
    task = tasks.get("question-answering")
    found = np.array([("x", 0, 1, 0.5)] * 3, dtype=[("answer", "<U1"), ("start", int), ("end", int), ("score", "f4")])
    both = scores.score(task, found, [["x"], ["y"], []], resamples=10).metrics
    assert set(both) == {"token_f1", "exact_match", *SPLIT}
    assert both["has_answer_exact"].value == 0.5 and both["no_answer_exact"].value == 0.0
    assert set(scores.score(task, found, [["x"], ["y"], ["x"]], resamples=10).metrics) == {"token_f1", "exact_match"}
    assert both["no_answer_exact"].high > 0.9, "one row says next to nothing"
