"""Intervals of shares and of paired differences."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.stats import binomtest

from transferkit.evaluation.differences import agreeing, difference, tango
from transferkit.evaluation.shares import Z, exact, wilson


@pytest.mark.parametrize(("right", "rows"), [(0, 7), (1, 12), (50, 100), (99, 100), (100, 100), (430, 500)])
def test_shares_are_those_of_scipy(right: int, rows: int) -> None:
    for ours, method in ((wilson, "wilson"), (exact, "exact")):
        theirs = binomtest(right, rows).proportion_ci(method=method)
        assert ours(right / rows, rows) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


def test_one_wrong_row_never_narrows_an_interval_upwards() -> None:
    assert wilson(1.0, 100)[0] > wilson(0.99, 100)[0] > wilson(0.98, 100)[0]


def test_tango_by_its_definition() -> None:
    """At the ends of the interval the score statistic, with the shares that are likeliest there, is Z."""
    for only_a, only_b, rows in ((1, 7, 21), (14, 2, 100), (3, 9, 400), (0, 5, 60)):
        found = tango(only_a, only_b, rows)
        for end, wanted in ((found.low, Z), (found.high, -Z)):
            assert _score(only_a, only_b, rows, end) == pytest.approx(wanted, abs=1e-4)
    # Airway responsiveness before and after transplantation (Newcombe 1998): 1 and 7 of 21.
    assert tango(1, 7, 21).low == pytest.approx(-0.517, abs=5e-4)


def _score(only_a: int, only_b: int, rows: int, delta: float) -> float:
    def surprise(share: float) -> float:
        other, rest = share + delta, 1 - 2 * share - delta
        if min(share, other, rest) <= 0:
            return 1e9
        return -(only_a * np.log(other) + only_b * np.log(share) + (rows - only_a - only_b) * np.log(rest))

    bounds = (max(1e-12, 1e-12 - delta), (1 - delta) / 2)
    share = minimize_scalar(surprise, bounds=bounds, method="bounded", options={"xatol": 1e-13}).x
    return float((only_a - only_b - rows * delta) / np.sqrt(rows * (2 * share + delta - delta**2)))


def test_tango_without_any_difference() -> None:
    found = tango(0, 0, 12)
    assert (-found.low, found.high) == pytest.approx((agreeing(12), agreeing(12)))
    assert tango(5, 0, 5).high == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("accuracy", [0.5, 0.9, 0.99])
def test_paired_intervals_hold_the_difference(accuracy: float) -> None:
    held, rows, trials = 0, 200, 400
    for trial in range(trials):
        random = np.random.default_rng(trial)
        a, b = random.random((2, rows)) < accuracy
        found = tango(int((a & ~b).sum()), int((b & ~a).sum()), rows)
        held += found.low <= 0 <= found.high
    assert 0.92 <= held / trials <= 0.99


def test_differences_of_other_metrics_are_bootstrapped_and_have_width() -> None:
    same = ["a cat sat", "the dog"] * 6
    references = [["a cat sat"], ["the dog"]] * 6
    found = difference("rouge_l", same, same, references)
    assert (found.value, -found.low, found.high) == pytest.approx((0, agreeing(12), agreeing(12)))
    worse = difference("rouge_l", ["no"] * 12, same, references)
    assert worse.value == pytest.approx(-1.0) and worse.high < -0.5
    bleu = difference("ter", same, ["no such thing"] * 12, references)
    assert bleu.value > 0 and bleu.high - bleu.low >= 2 * 100 * agreeing(12) - 1e-9
