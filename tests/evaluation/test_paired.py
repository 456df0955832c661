"""Paired tests against binomial sums worked out by hand."""

from dataclasses import replace
from math import comb

import numpy as np
import pytest
from scipy.stats import ttest_rel

from transferkit import metrics, tasks
from transferkit.errors import ConfigError
from transferkit.evaluation.paired import compare, holm, paired_randomization
from transferkit.evaluation.results import Comparison

TASK = tasks.get("text-classification")


def answers(right: list[int]) -> np.ndarray:
    """Probabilities over two labels that are right (label 0) where `right` is 1."""
    return np.where(np.array(right)[:, None] == 1, [0.9, 0.1], [0.2, 0.8])


def test_mcnemar_by_hand() -> None:
    # 2 rows only a has right, 10 only b: p = 2 (C(12,0) + C(12,1) + C(12,2)) / 2^12 = 158 / 4096.
    a = answers([1] * 2 + [0] * 10 + [1] * 20)
    b = answers([0] * 2 + [1] * 10 + [1] * 20)
    found = compare(TASK, ("a", a), ("b", b), np.zeros(32, dtype=int))
    assert found.p_value == pytest.approx(2 * sum(comb(12, k) for k in range(3)) / 2**12)
    assert found.p_value == pytest.approx(158 / 4096)
    assert found.difference == pytest.approx(-8 / 32)
    assert found.significant and found.words == "significantly worse than b (p = 0.039)"
    assert replace(found, p_value=2.8e-11).words == "significantly worse than b (p < 0.001)"
    assert replace(found, p_value=0.3).words == "not significantly different from b (p = 0.30)"


def test_equal_predictions_are_not_different() -> None:
    same = answers([1, 0, 1])
    found = compare(TASK, ("a", same), ("b", same), [0, 0, 0])
    assert (found.difference, found.p_value, found.significant) == (0.0, 1.0, False)


def test_predictions_on_other_rows_are_refused() -> None:
    with pytest.raises(ConfigError, match="on the same 3 rows, found 3 and 2"):
        compare(TASK, ("a", answers([1, 0, 1])), ("b", answers([1, 0])), [0, 0, 0])


def test_holm_by_hand() -> None:
    # Holm (1979): 0.01 x 4, 0.03 x 2 capped from below by 0.04 x 1 ..., see the example in R's p.adjust.
    raw = [0.01, 0.04, 0.03, 0.005]
    found = holm([Comparison("x", "y", 0.1, p, "exact McNemar") for p in raw])
    assert [comparison.p_value for comparison in found] == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert found[0].test == "exact McNemar, Holm-corrected for 4 comparisons"
    assert holm([]) == []


def test_randomization_is_close_to_the_t_test_and_right_under_the_null() -> None:
    random = np.random.default_rng(0)
    a = np.abs(random.normal(size=200))
    b = np.abs(a + random.normal(0.03, 0.3, size=200))
    truth = np.zeros(200)
    difference, p_value = paired_randomization("mae", a[:, None], b[:, None], truth)
    assert difference == pytest.approx(b.mean() - a.mean())
    assert p_value == pytest.approx(ttest_rel(a, b).pvalue, abs=0.02)
    assert paired_randomization("mae", a[:, None], a[:, None], truth) == (0.0, 1.0)
    assert paired_randomization("mae", a[:, None], a[:, None] + 1, truth)[1] == pytest.approx(1 / 2001)
    null = [np.abs(random.normal(size=(2, 100, 1))) for _ in range(200)]
    rejected = sum(
        paired_randomization("mae", *pair, np.zeros(100), resamples=400, seed=i)[1] < 0.05
        for i, pair in enumerate(null)
    )
    assert rejected <= 20


def test_anything_but_one_label_is_tested_by_exchanging() -> None:
    random = np.random.default_rng(0)
    truth = random.normal(size=100)
    near, far = ((truth + noise * random.normal(size=100))[:, None] for noise in (0.1, 2.0))
    found = compare(tasks.get("text-regression"), ("near", near), ("far", far), truth)
    assert found.significant and found.difference > 0 and found.test == "approximate randomization"


@pytest.mark.parametrize("metric", ["pearson", "spearman"])
def test_another_scale_is_no_difference(metric: str) -> None:
    random = np.random.default_rng(0)
    truth = random.normal(size=300)
    a = (truth + random.normal(size=300))[:, None]
    difference, p_value = paired_randomization(metric, a, 0.3 * a + 5, truth)
    assert difference == pytest.approx(0, abs=1e-9) and p_value == 1.0
    worse = (truth + 1.3 * random.normal(size=300))[:, None]
    expected = metrics.compute(metric, a, truth) - metrics.compute(metric, worse, truth)
    difference, p_value = paired_randomization(metric, a, 100 + 50 * worse, truth)
    assert difference == pytest.approx(expected, abs=1e-9)
    assert p_value == pytest.approx(paired_randomization(metric, a, worse, truth)[1], abs=1e-9)


@pytest.mark.parametrize("unit", [1e-30, 1e-10, 1e-8, 1e10])
@pytest.mark.parametrize("metric", ["mae", "rmse"])
def test_the_unit_of_a_target_is_no_matter(metric: str, unit: float) -> None:
    random = np.random.default_rng(0)
    truth = random.normal(size=60)
    a, b = ((truth + noise * random.normal(size=60))[:, None] for noise in (0.5, 0.7))
    difference, p_value = paired_randomization(metric, a, b, truth)
    found = paired_randomization(metric, unit * a, unit * b, unit * truth)
    assert 0.0005 < p_value < 0.1
    assert found == (pytest.approx(unit * difference, rel=1e-6, abs=0), pytest.approx(p_value, abs=0.001))


def test_what_compares_inputs_is_not_tested() -> None:
    with pytest.raises(ConfigError, match="novelty"):
        paired_randomization("novelty", ["a"], ["b"], [["a"]])


def test_five_rows_tell_nothing_apart() -> None:
    # 32 ways to exchange them, of which two differ as much.
    _, p_value = paired_randomization("mae", np.zeros((5, 1)), np.ones((5, 1)), np.zeros(5), resamples=20_000)
    assert p_value == 2 / 32
    right, wrong = (np.array([text] * 5) for text in ("a b", "c"))
    _, p_value = paired_randomization("rouge_l", right, wrong, [("a b",)] * 5)
    assert p_value > 0.05
