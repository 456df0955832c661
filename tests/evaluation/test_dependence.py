"""Scores of cross-validated answers: what they claim, and how often that is true."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from scipy.stats import binom, norm, t

from transferkit import metrics, tasks
from transferkit.evaluation.choosing import Candidate, choose, quoted
from transferkit.evaluation.dependence import INDEPENDENT, Dependence, of_groups, widened
from transferkit.evaluation.differences import difference, tango
from transferkit.evaluation.paired import compare, least_significant, mcnemar, paired_randomization
from transferkit.evaluation.results import Interval
from transferkit.evaluation.scores import intervals, mean_interval
from transferkit.evaluation.shares import wilson

Floats = npt.NDArray[np.float64]
TASK = replace(tasks.get("text-classification"), labels=("a", "b"))
FOLDS = 5
FOLDED = Dependence(FOLDS)
EFFECT = FOLDED.effect


def test_five_parts_make_as_many_rows_worth_five_ninths() -> None:
    assert [Dependence(folds).effect for folds in (0, 2, 5, 10)] == pytest.approx([1, 1.5, 1.8, 1.9])
    found = widened(Interval(0.5, 0.4, 0.7), 4.0)
    assert (found.low, found.value, found.high) == pytest.approx((0.3, 0.5, 0.9))


def test_a_share_is_as_of_fewer_rows() -> None:
    answers, truth = np.eye(2)[[0] * 160 + [1] * 20], np.zeros(180, dtype=int)
    found = intervals(["accuracy"], answers, truth, dependence=FOLDED)["accuracy"]
    assert (found.low, found.high) == pytest.approx(wilson(160 / 180, 100))
    assert mean_interval("accuracy", [(answers, truth)] * 2, FOLDED) == found
    loss = difference("accuracy", answers, answers[::-1], truth, dependence=FOLDED)
    assert loss == tango(20 / EFFECT, 20 / EFFECT, 100)


@pytest.mark.parametrize("metric", ["macro_f1", "log_loss"])
def test_what_is_resampled_is_wider_by_the_root(metric: str) -> None:
    random = np.random.default_rng(0)
    truth = random.integers(2, size=200)
    answers = random.dirichlet([2, 2], size=200)
    plain, wide = (intervals([metric], answers, truth, dependence=each)[metric] for each in (INDEPENDENT, FOLDED))
    assert wide.value - wide.low == pytest.approx(EFFECT**0.5 * (plain.value - plain.low))
    plain, wide = (difference(metric, answers, answers[::-1], truth, dependence=each) for each in (INDEPENDENT, FOLDED))
    assert wide.high - wide.value == pytest.approx(EFFECT**0.5 * (plain.high - plain.value))


@pytest.mark.parametrize("metric", ["mae", "rmse", "pearson", "spearman"])
def test_no_end_lies_beyond_those_of_the_metric(metric: str) -> None:
    truth = np.array([0.0, 1.0, 2.0, 3.0, 40.0])
    for answers in (truth[::-1], np.array([0.0, 1.0, 2.0, 3.0, 49.0])):
        found = intervals([metric], answers[:, None], truth, dependence=FOLDED)[metric]
        least, most = metrics.ends(metric)
        assert (-1 if metric in ("pearson", "spearman") else 0) == least <= found.low <= found.high <= most


def test_mid_p_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Dependence, "effect", property(lambda dependence: 2.0 if dependence.folds else 1.0))
    truth = np.zeros(20, dtype=int)
    right, wrong = np.eye(2)[truth], np.eye(2)[1 - truth]
    ours, theirs = np.vstack([right[:18], wrong[:2]]), np.vstack([wrong[:18], right[:2]])
    p_value = 2 * (binom.cdf(0, 10, 0.5) + binom.pmf(1, 10, 0.5) / 2)
    assert mcnemar(ours, theirs, truth, FOLDED) == (pytest.approx(0.8), pytest.approx(p_value))
    assert mcnemar(ours, ours, truth, FOLDED) == (0.0, 1.0)
    found = compare(TASK, ("ours", ours), ("theirs", theirs), truth, FOLDED)
    assert (found.test, found.p_value) == ("mid-p McNemar", pytest.approx(p_value))


def test_what_chance_does_is_larger_by_the_root() -> None:
    random = np.random.default_rng(0)
    truth = random.normal(size=(60, 1))
    ours, theirs = truth + 0.5, truth + random.normal(0.3, 0.7, size=(60, 1))
    plain, wide = (
        paired_randomization("mae", ours, theirs, truth[:, 0], dependence=each)[1] for each in (INDEPENDENT, FOLDED)
    )
    assert plain < wide < 1


@pytest.mark.parametrize("rows", [1, 6, 12])
def test_rows_that_tell_nothing_are_more(rows: int) -> None:
    least = least_significant(300, rows, EFFECT)
    truth = np.zeros(300, dtype=int)
    for differing, shown in ((least, True), (least - 1, False)):
        ours, theirs = np.eye(2)[truth], np.eye(2)[[1] * differing + [0] * (300 - differing)]
        assert (mcnemar(ours, theirs, truth, FOLDED)[1] * rows < 0.05) is shown


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
        found = choose(TASK, candidates, targets, "folds", 1.0, FOLDED).scores["full"]
        held += found.low <= worth <= found.high
    assert naive / trials < 0.93 <= held / trials <= 0.985


def test_the_quoted_interval_is_that_of_fewer_rows() -> None:
    answers, truth = np.eye(2)[[0] * 160 + [1] * 20], np.zeros(180, dtype=int)
    candidates = [Candidate("full", "full", 1.0, [answers])]
    plain, wide = (quoted(TASK, candidates, truth, "full", dependence=each) for each in (INDEPENDENT, FOLDED))
    assert plain.value == wide.value and wide.high - wide.low > 1.3 * (plain.high - plain.low)


def test_rows_of_one_group_and_rows_alone_are_as_independent_as_can_be_known() -> None:
    assert of_groups(None).groups is of_groups(["a"] * 9).groups is of_groups(list("abc")).groups is None
    found = of_groups(["b", "a", "b"], 5)
    assert found.groups is not None and found.groups.tolist() == [0, 1, 0] and found.folds == 5
    assert [each.there for each in (of_groups(None), Dependence(3), found)] == [False, True, True]


def test_the_design_effect_of_groups_by_hand() -> None:
    """30 pairs of rows, of which both or none is right: 60 rows that say as much as 30, and 30 groups are few."""
    right = np.repeat([1.0] * 20 + [0.0] * 10, 2)
    pairs = of_groups(np.repeat(np.arange(30), 2).tolist())
    few = (t.ppf(0.975, 29) / norm.ppf(0.975)) ** 2
    assert pairs.of_mean(right - right.mean()) == pytest.approx(30 / 29 * 2 * few)
    assert replace(pairs, folds=5).of_mean(right - right.mean()) == pytest.approx(1.8 * 30 / 29 * 2 * few)
    mixed = np.tile([0.5, -0.5], 30)
    assert pairs.of_mean(mixed) == pairs.of_mean(np.zeros(60)) == pytest.approx(few)
    answers, truth = np.eye(2)[(1 - right).astype(int)], np.zeros(60, dtype=int)
    found = intervals(["accuracy"], answers, truth, dependence=pairs)["accuracy"]
    assert (found.low, found.high) == pytest.approx(wilson(2 / 3, 60 / (30 / 29 * 2 * few)))


GROUPS = 40


def clustered(random: np.random.Generator, size: int = 10) -> tuple[Floats, Floats]:
    """Chances of being right, of two routes equally good, that hang on the group: (rows,) each."""
    chances = random.beta(4, 1, size=(2, GROUPS))
    return chances[0].repeat(size), chances[1].repeat(size)


@pytest.mark.parametrize("metric", ["accuracy", "micro_f1"])
def test_intervals_of_rows_in_groups_hold_the_truth(metric: str) -> None:
    random, trials = np.random.default_rng(1), 300 if metric == "accuracy" else 150
    names, truth = np.repeat(np.arange(GROUPS), 10).tolist(), np.zeros(10 * GROUPS, dtype=int)
    grouped, held = of_groups(names), {True: 0, False: 0}
    for trial in range(trials):
        answers = np.eye(2)[(random.random(len(truth)) > clustered(random)[0]).astype(int)]
        for known in held:
            given = grouped if known else INDEPENDENT
            found = intervals([metric], answers, truth, 300, trial, dependence=given)[metric]
            held[known] += found.low <= 0.8 <= found.high
    assert held[False] / trials < 0.85 and 0.92 <= held[True] / trials <= 0.985


@pytest.mark.parametrize("test", ["mcnemar", "randomization"])
def test_routes_that_are_equally_good_on_new_groups_seldom_differ(test: str) -> None:
    random, trials = np.random.default_rng(2), 300 if test == "mcnemar" else 100
    grouped = of_groups(np.repeat(np.arange(GROUPS), 10).tolist())
    truth, found = np.zeros(10 * GROUPS, dtype=int), {True: 0, False: 0}
    for trial in range(trials):
        wrong = [(random.random(len(truth)) > chances).astype(int) for chances in clustered(random)]
        for known in found:
            given = grouped if known else INDEPENDENT
            if test == "mcnemar":
                p_value = mcnemar(np.eye(2)[wrong[0]], np.eye(2)[wrong[1]], truth, given)[1]
            else:
                ours, theirs = (each[:, None].astype(float) for each in wrong)
                zeros = np.zeros(len(truth))
                p_value = paired_randomization("mae", ours, theirs, zeros, resamples=300, seed=trial, dependence=given)[
                    1
                ]
            found[known] += p_value < 0.05
    assert found[False] / trials > 0.1 >= 0.09 > found[True] / trials


def test_differences_of_rows_in_groups_hold_the_truth() -> None:
    random, held, naive, trials = np.random.default_rng(3), 0, 0, 200
    grouped = of_groups(np.repeat(np.arange(GROUPS), 10).tolist())
    truth = np.zeros(10 * GROUPS, dtype=int)
    for _ in range(trials):
        ours, theirs = (np.eye(2)[(random.random(len(truth)) > chances).astype(int)] for chances in clustered(random))
        found = difference("accuracy", ours, theirs, truth, dependence=grouped)
        plain = difference("accuracy", ours, theirs, truth)
        held, naive = held + (found.low <= 0 <= found.high), naive + (plain.low <= 0 <= plain.high)
    assert naive / trials < 0.9 < 0.92 <= held / trials <= 0.99


def test_few_groups_can_be_exchanged_in_few_ways() -> None:
    grouped = of_groups(["a", "a", "b", "b", "c"])
    _, p_value = paired_randomization("mae", np.zeros((5, 1)), np.ones((5, 1)), np.zeros(5), dependence=grouped)
    assert p_value == 2 / 2**3
