"""What may be claimed from a run."""

from collections.abc import Callable

import numpy as np
import pytest

from transferkit.errors import ConfigError
from transferkit.evaluation.ranking import rank
from transferkit.evaluation.results import RouteResult, RunResult, p_words
from transferkit.evaluation.verdict import listed

MakeRoute = Callable[..., RouteResult]
TRUTH = np.arange(400) % 2


def test_best_and_cheapest(result: RunResult) -> None:
    assert (result.best, result.cheapest) == ("full", "static")
    # static misses 4 rows more, none fewer: p = 2 / 2^4 before correction, and it is the largest of three.
    against = result.route("static").against_best
    assert against is not None and against.p_value == pytest.approx(0.125)
    assert result.route("full").against_best is None and result.route("tf-idf").against_baseline is None


def test_p_values_are_holm_corrected(result: RunResult) -> None:
    # lora and tf-idf differ on 5 rows: 2 / 2^5 = 0.0625, the largest of three, so times one.
    against = result.route("lora").against_baseline
    assert against is not None and against.p_value == pytest.approx(0.0625)
    assert "Holm-corrected for 3 comparisons" in against.test
    better = result.route("static").against_baseline
    assert better is not None and better.p_value == pytest.approx(2 * 2 / 2**46)


def test_one_pair_has_one_p_value(result: RunResult) -> None:
    best, baseline = result.route("full").against_baseline, result.route("tf-idf").against_best
    assert best is not None and baseline is not None
    assert best.p_value == baseline.p_value and best.difference == -baseline.difference


def test_verdict_words(result: RunResult) -> None:
    words = result.verdict
    assert words.startswith("full is best: accuracy 0.975 [0.9")
    assert "static is the fastest route not significantly worse than it: 0.965 (p = 0.12) at 50 times the" in words
    assert "full and static significantly beat the baseline (tf-idf, 0.850), lora (p = 0.062) does not." in words
    assert words.endswith("400 test rows (exact McNemar, Holm-corrected for 3 comparisons, at 5 %).")


def test_verdict_when_nothing_beats_the_baseline(result: RunResult, make_route: MakeRoute) -> None:
    transfers = [make_route("full", 19, 500), make_route("lora", 60, 400)]
    routes = [make_route("tf-idf", 20, 9000, route="baseline"), *transfers]
    words = rank(result.task, routes, TRUTH).verdict
    assert "full (p = 1.00) and lora (significantly worse, p < 0.001) do not significantly beat the baseline" in words
    assert "no route does." in words
    assert "tf-idf is the fastest route not significantly worse" in words


def test_a_baseline_that_some_route_beats_is_not_as_good(result: RunResult, make_route: MakeRoute) -> None:
    baseline = make_route("tf-idf", range(60), 9000, route="baseline")
    better = make_route("full", [*range(40), 399], 500)  # errs where the baseline does, but less often
    best = make_route("lora", range(100, 140), 300)  # a row better still, but on other rows than both
    ranked = rank(result.task, [baseline, better, best], TRUTH)
    compared = {route.name: route for route in ranked.routes}
    against_best, against_baseline = compared["tf-idf"].against_best, compared["full"].against_baseline
    assert against_best is not None and against_best.p_value > 0.05
    assert against_baseline is not None and against_baseline.p_value < 0.05
    assert (ranked.best, ranked.cheapest) == ("lora", "full")
    assert "full significantly beats the baseline (tf-idf, 0.850), lora (p = " in ranked.verdict
    assert "full is the fastest route but for the baseline not significantly worse than it" in ranked.verdict


def test_verdict_when_all_faster_routes_are_worse(result: RunResult, make_route: MakeRoute) -> None:
    ranked = rank(result.task, [make_route("tf-idf", 80, 9000, route="baseline"), make_route("full", 9, 500)], TRUTH)
    assert ranked.cheapest == "full"
    assert "Every faster route is significantly worse." in ranked.verdict
    assert "Every other route significantly beats the baseline (tf-idf, 0.800)." in ranked.verdict


def test_verdict_when_the_best_is_the_fastest(result: RunResult, make_route: MakeRoute) -> None:
    ranked = rank(result.task, [make_route("tf-idf", 9, 9000, route="baseline"), make_route("full", 80, 500)], TRUTH)
    assert (ranked.best, ranked.cheapest) == ("tf-idf", "tf-idf")
    assert "No route is faster." in ranked.verdict and "Every faster" not in ranked.verdict


def test_best_goes_by_the_mean_over_seeds(result: RunResult, make_route: MakeRoute) -> None:
    routes = [make_route("lucky", 4, 500, seeds=(0.99, 0.90)), make_route("steady", 8, 500, seeds=(0.98, 0.97))]
    ranked = rank(result.task, routes, TRUTH)
    assert ranked.best == "steady"
    assert "0.975 on average over 2 seeds" in ranked.verdict and "the first seed's predictions" in ranked.verdict


def test_one_route_alone(result: RunResult, make_route: MakeRoute) -> None:
    ranked = rank(result.task, [make_route("only", 4, 500)], TRUTH)
    assert (ranked.best, ranked.cheapest) == ("only", "only") and ranked.verdict.count("best") == 1
    with pytest.raises(ConfigError):
        rank(result.task, [], TRUTH)


def test_words() -> None:
    assert [p_words(p) for p in (0.00001, 0.0012, 0.049, 0.3, 1.0)] == [
        "p < 0.001",
        "p = 0.0012",
        "p = 0.049",
        "p = 0.30",
        "p = 1.00",
    ]
    assert listed(["a"]) == "a" and listed(["a", "b", "c"]) == "a, b and c"
