"""What may be claimed from a run."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from evaluation.known_routes import TRUTH, chosen
from transferkit import locales
from transferkit.errors import ConfigError
from transferkit.evaluation.ranking import compared
from transferkit.evaluation.results import RouteResult, RunResult, p_words
from transferkit.evaluation.verdict import cheapest, verdict

MakeRoute = Callable[..., RouteResult]


def words_of(result: RunResult, routes: Sequence[RouteResult]) -> str:
    choice = chosen(routes)
    judged = compared(result.task, routes, choice.best, TRUTH)
    best = next(route for route in judged if route.name == choice.best)
    baseline = next((route.name for route in judged if route.route == "baseline"), None)
    return verdict(result.task, judged, choice, best.scores.metrics["accuracy"], baseline)


def test_best_and_cheapest(result: RunResult) -> None:
    # static misses 4 of 400 rows more, none fewer: what may be hidden there is more than a point.
    assert (result.best, result.cheapest) == ("full", None)
    against = result.route("static").against_best
    # p = 2 / 2^4 before correction, and it is the largest of three.
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
    assert words.startswith("full is best on 400 validation rows. On the test rows, which were not used to choose it: ")
    assert "it: accuracy 0.975 (95% confidence interval 0.955 to 0.986). No faster" in words
    assert "recommended: 400 validation rows are too few to show that one loses less than 1 point (a diff" in words
    assert "(a difference below 1.5 points would not show)" in words
    assert "full and static significantly beat the baseline (tf-idf, 0.850); lora (p = 0.062) does not." in words
    assert words.endswith("400 test rows (exact McNemar, Holm-corrected for 3 comparisons, at the 5% level).")


def test_verdict_when_nothing_beats_the_baseline(result: RunResult, make_route: MakeRoute) -> None:
    transfers = [make_route("full", 19, 500), make_route("lora", 60, 400)]
    words = words_of(result, [make_route("tf-idf", 20, 9000, route="baseline"), *transfers])
    assert "full (p = 1.00) and lora (significantly worse, p < 0.001) do not significantly beat the baseline" in words
    assert "no route does." in words


def test_verdict_names_a_cheaper_route_that_is_as_good(result: RunResult, make_route: MakeRoute) -> None:
    full, static = make_route("full", 10, 500), make_route("static", 11, 25_000)
    assert "No faster route is recommended" in words_of(result, [full, static])  # a point and more may hide there
    choice = chosen([full, static], margin=2.0)
    words = cheapest(result.task, [full, static], choice)
    assert words == (
        "static is the fastest route shown to lose less than 2 points against it (95% confidence interval of the "
        "difference -1.4 to +0.7), at 50 times the speed."
    )


def test_verdict_when_all_faster_routes_are_worse(result: RunResult, make_route: MakeRoute) -> None:
    words = words_of(result, [make_route("tf-idf", 80, 9000, route="baseline"), make_route("full", 9, 500)])
    assert "tf-idf, the only faster route, loses more than 1 point." in words
    assert "full significantly beats the baseline (tf-idf, 0.800)." in words


def test_verdict_when_the_best_is_the_fastest(result: RunResult, make_route: MakeRoute) -> None:
    words = words_of(result, [make_route("tf-idf", 9, 9000, route="baseline"), make_route("full", 80, 500)])
    assert words.startswith("tf-idf is best") and "No route is faster." in words and "Every faster" not in words


def test_verdict_of_a_tie(result: RunResult, make_route: MakeRoute) -> None:
    equal = [make_route("tf-idf", 20, 9000, route="baseline"), make_route("full", 20, 500), make_route("lora", 40, 400)]
    words = words_of(result, equal)
    assert words.startswith("full is best on 400 validation rows, tied with tf-idf. On the test rows")


def test_verdict_of_seeds(result: RunResult, make_route: MakeRoute) -> None:
    words = words_of(result, [make_route("a", 4, 500, seeds=(0.99, 0.90)), make_route("b", 8, 400, seeds=(0.9, 0.9))])
    assert "mean over 2 seeds 0.945" in words and "by the first seed's predictions" in words


def test_one_route_alone(result: RunResult, make_route: MakeRoute) -> None:
    (alone,) = compared(result.task, [make_route("only", 4, 500)], "only", TRUTH)
    assert alone.against_best is None and alone.against_baseline is None
    with pytest.raises(ConfigError):
        compared(result.task, [], "only", TRUTH)


def test_words() -> None:
    assert [p_words(p) for p in (0.00001, 0.0012, 0.049, 0.3, 1.0)] == [
        "p < 0.001",
        "p = 0.0012",
        "p = 0.049",
        "p = 0.30",
        "p = 1.00",
    ]
    say = locales.get("en")
    assert [say.listed("abc"[:n]) for n in range(4)] == ["", "a", "a and b", "a, b and c"]


def test_many_routes_are_counted(result: RunResult, make_route: MakeRoute) -> None:
    won = [make_route(f"full-{i}", i, 500) for i in range(1, 7)]
    lost = [make_route(f"lora-{i}", 80, 400) for i in range(6)]
    words = words_of(result, [make_route("tf-idf", 80, 9000, route="baseline"), *won, *lost])
    assert "6 of 12 other routes significantly beat the baseline (tf-idf, 0.800); 6 others do not." in words


def test_truth_is_what_the_routes_are_made_from() -> None:
    assert TRUTH.shape == (400,) and np.bincount(TRUTH).tolist() == [200, 200]


def test_a_zero_of_every_route_is_said(result: RunResult, make_route: MakeRoute) -> None:
    rows, baseline = len(TRUTH), make_route("tf-idf", len(TRUTH), 9_000, route="baseline")
    assert "Every route has accuracy 0" in words_of(result, [make_route("full", rows, 100), baseline])
    assert "Every route has" not in words_of(result, [make_route("full", rows - 1, 100), baseline])
