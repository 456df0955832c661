"""Scores of cross-validated answers: what they claim, and how often that is true."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from scipy.stats import binom

from transferkit import metrics, tasks
from transferkit.evaluation.choosing import Candidate, choose, quoted
from transferkit.evaluation.differences import difference, tango
from transferkit.evaluation.out_of_fold import design_effect, widened
from transferkit.evaluation.paired import compare, least_significant, mcnemar, paired_randomization
from transferkit.evaluation.results import Interval
from transferkit.evaluation.scores import intervals, mean_interval
from transferkit.evaluation.shares import wilson

Floats = npt.NDArray[np.float64]
TASK = replace(tasks.get("text-classification"), labels=("a", "b"))
FOLDS = 5
EFFECT = design_effect(FOLDS)


def test_five_parts_make_as_many_rows_worth_five_ninths() -> None:
    assert [design_effect(folds) for folds in (0, 2, 5, 10)] == pytest.approx([1, 1.5, 1.8, 1.9])
    found = widened(Interval(0.5, 0.4, 0.7), 4.0)
    assert (found.low, found.value, found.high) == pytest.approx((0.3, 0.5, 0.9))


def test_a_share_is_as_of_fewer_rows() -> None:
    answers, truth = np.eye(2)[[0] * 160 + [1] * 20], np.zeros(180, dtype=int)
    found = intervals(["accuracy"], answers, truth, effect=EFFECT)["accuracy"]
    assert (found.low, found.high) == pytest.approx(wilson(160 / 180, 100))
    assert mean_interval("accuracy", [(answers, truth)] * 2, EFFECT) == found
    loss = difference("accuracy", answers, answers[::-1], truth, effect=EFFECT)
    assert loss == tango(20 / EFFECT, 20 / EFFECT, 100)


@pytest.mark.parametrize("metric", ["macro_f1", "log_loss"])
def test_what_is_resampled_is_wider_by_the_root(metric: str) -> None:
    random = np.random.default_rng(0)
    truth = random.integers(2, size=200)
    answers = random.dirichlet([2, 2], size=200)
    plain, wide = (intervals([metric], answers, truth, effect=effect)[metric] for effect in (1.0, EFFECT))
    assert wide.value - wide.low == pytest.approx(EFFECT**0.5 * (plain.value - plain.low))
    plain, wide = (difference(metric, answers, answers[::-1], truth, effect=effect) for effect in (1.0, EFFECT))
    assert wide.high - wide.value == pytest.approx(EFFECT**0.5 * (plain.high - plain.value))


@pytest.mark.parametrize("metric", ["mae", "rmse", "pearson", "spearman"])
def test_no_end_lies_beyond_those_of_the_metric(metric: str) -> None:
    truth = np.array([0.0, 1.0, 2.0, 3.0, 40.0])
    for answers in (truth[::-1], np.array([0.0, 1.0, 2.0, 3.0, 49.0])):
        found = intervals([metric], answers[:, None], truth, effect=EFFECT)[metric]
        least, most = metrics.ends(metric)
        assert (-1 if metric in ("pearson", "spearman") else 0) == least <= found.low <= found.high <= most


def test_mid_p_by_hand() -> None:
    truth = np.zeros(20, dtype=int)
    right, wrong = np.eye(2)[truth], np.eye(2)[1 - truth]
    ours, theirs = np.vstack([right[:18], wrong[:2]]), np.vstack([wrong[:18], right[:2]])
    p_value = 2 * (binom.cdf(0, 10, 0.5) + binom.pmf(1, 10, 0.5) / 2)
    assert mcnemar(ours, theirs, truth, 2.0) == (pytest.approx(0.8), pytest.approx(p_value))
    assert mcnemar(ours, ours, truth, 2.0) == (0.0, 1.0)
    found = compare(TASK, ("ours", ours), ("theirs", theirs), truth, 2.0)
    assert (found.test, found.p_value) == ("mid-p McNemar", pytest.approx(p_value))


def test_what_chance_does_is_larger_by_the_root() -> None:
    random = np.random.default_rng(0)
    truth = random.normal(size=(60, 1))
    ours, theirs = truth + 0.5, truth + random.normal(0.3, 0.7, size=(60, 1))
    plain, wide = (paired_randomization("mae", ours, theirs, truth[:, 0], effect=e)[1] for e in (1.0, EFFECT))
    assert plain < wide < 1


@pytest.mark.parametrize("rows", [1, 6, 12])
def test_rows_that_tell_nothing_are_more(rows: int) -> None:
    least = least_significant(300, rows, EFFECT)
    truth = np.zeros(300, dtype=int)
    for differing, shown in ((least, True), (least - 1, False)):
        ours, theirs = np.eye(2)[truth], np.eye(2)[[1] * differing + [0] * (300 - differing)]
        assert (mcnemar(ours, theirs, truth, EFFECT)[1] * rows < 0.05) is shown


def learned(rows: Floats, targets: npt.NDArray[np.int64]) -> Floats:
    """A linear classifier by ridge regression."""
    return np.linalg.solve(rows.T @ rows + np.eye(rows.shape[1]), rows.T @ (2.0 * targets - 1))


def drawn(random: np.random.Generator, count: int, width: int) -> tuple[Floats, npt.NDArray[np.int64]]:
    targets = random.integers(2, size=count)
    rows = random.normal(size=(count, width)) + 0.25 * (2 * targets - 1)[:, None]
    return rows, targets


def out_of_fold(rows: Floats, targets: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    parts = np.arange(len(rows)) % FOLDS
    answers = np.zeros(len(rows), dtype=np.int64)
    for part in range(FOLDS):
        weights = learned(rows[parts != part], targets[parts != part])
        answers[parts == part] = rows[parts == part] @ weights > 0
    return answers


@pytest.mark.parametrize(("count", "width"), [(60, 12), (120, 24), (300, 16)])
def test_intervals_of_cross_validated_accuracy_hold_what_the_kept_model_is_worth(count: int, width: int) -> None:
    random, held, naive, trials = np.random.default_rng(count), 0, 0, 400
    others, theirs = drawn(random, 5_000, width)
    for _ in range(trials):
        rows, targets = drawn(random, count, width)
        worth = float(((others @ learned(rows, targets) > 0) == theirs).mean())
        answers = np.eye(2)[out_of_fold(rows, targets)]
        candidates = [Candidate("full", "full", 1.0, [answers])]
        low, high = wilson(float((answers.argmax(axis=1) == targets).mean()), count)
        naive += low <= worth <= high
        found = choose(TASK, candidates, targets, "folds", 1.0, EFFECT).scores["full"]
        held += found.low <= worth <= found.high
    assert naive / trials < 0.93 <= held / trials <= 0.985


def test_the_quoted_interval_is_that_of_fewer_rows() -> None:
    answers, truth = np.eye(2)[[0] * 160 + [1] * 20], np.zeros(180, dtype=int)
    candidates = [Candidate("full", "full", 1.0, [answers])]
    plain, wide = (quoted(TASK, candidates, truth, "full", effect=effect) for effect in (1.0, EFFECT))
    assert plain.value == wide.value and wide.high - wide.low > 1.3 * (plain.high - plain.low)
