"""What may be claimed from a run."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from evaluation.known_routes import TASK, TRUTH, chosen, make_route
from transferkit import locales, tasks
from transferkit.errors import ConfigError
from transferkit.evaluation.choosing import Candidate, choose
from transferkit.evaluation.guessing import Guess, guess
from transferkit.evaluation.paired import least_significant, mcnemar
from transferkit.evaluation.ranking import compared
from transferkit.evaluation.results import FOLDS, VALIDATION, RouteResult, RunResult, p_words
from transferkit.evaluation.scores import score
from transferkit.evaluation.verdict import cheapest, verdict, warning
from transferkit.table.rows import Rows

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
    ours = "No route significantly beats the baseline (tf-idf, 0.950): full (p = 1.00) and lora (significantly worse, "
    assert f"{ours}p < 0.001)." in words
    one = words_of(result, [make_route("tf-idf", 20, 9000, route="baseline"), make_route("lora", 60, 400)])
    assert "lora is significantly worse than the baseline (tf-idf, 0.950; p < 0.001)." in one


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
    ours = "tf-idf is best on 400 validation rows, tied with full: no transferred route does better. On the test rows"
    assert words.startswith(ours)


def test_verdict_of_a_tie_that_a_second_measure_decides(result: RunResult, make_route: MakeRoute) -> None:
    full = make_route("full", 20, 500)
    surer = replace(full, outputs=np.where(full.outputs > 0.5, 0.95, 0.05).astype(np.float32))
    words = words_of(result, [make_route("tf-idf", 20, 9000, route="baseline"), surer])
    assert words.startswith(
        "full is best on 400 validation rows: tied with tf-idf, it has a better log loss than the baseline. "
    )


def test_verdict_says_what_to_ship_where_nothing_separates(result: RunResult, make_route: MakeRoute) -> None:
    unshown = (
        "These rows do not show that full is better than the baseline, which is the cheaper choice until more rows "
        "show it."
    )
    words = words_of(result, [make_route("tf-idf", 21, 9000, route="baseline"), make_route("full", 20, 500)])
    assert words.startswith("full is best") and unshown in words
    beaten = words_of(result, [make_route("tf-idf", 80, 9000, route="baseline"), make_route("full", 20, 500)])
    assert "These rows do not show" not in beaten
    first = words_of(result, [make_route("tf-idf", 20, 9000, route="baseline"), make_route("full", 20, 500)])
    assert "These rows do not show" not in first  # the baseline is best


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
    assert "6 of 12 other routes significantly beat the baseline (tf-idf, 0.800)." in words
    # Of full-2 to full-6, full-1 differs on 1 to 5 rows: 2 / 2^5 at best, before any correction.
    assert ". 5 of 12 other routes do not differ significantly from it. " in words
    assert not any(route.name in words for route in (*won[1:], *lost)) and len(words) < 700
    assert "No route significantly beats the baseline (tf-idf, 0.800)." in words_of(
        result, [make_route("tf-idf", 80, 9000, route="baseline"), *lost]
    )


def test_a_tie_of_many_is_counted(result: RunResult, make_route: MakeRoute) -> None:
    words = words_of(result, [make_route(f"full-{i}", 4, 500) for i in range(6)])
    assert words.startswith("full-0 is best on 400 validation rows, tied with 5 others. ")
    assert "5 of 5 other routes do not differ significantly from it." in words


def of_rows(count: int, *wrong: int) -> str:
    """The verdict on a baseline and other routes, the first `wrong` of so many rows being missed by each."""
    truth = TRUTH[:count]
    made = [
        make_route("tf-idf" if not i else f"full-{i}", n, 100, "parameter_transfer" if i else "baseline")
        for i, n in enumerate(wrong)
    ]
    short = [
        replace(route, outputs=route.outputs[:count], scores=score(TASK, route.outputs[:count], truth))
        for route in made
    ]
    candidates = [Candidate(route.name, route.route, 100, [route.outputs]) for route in short]
    choice = choose(TASK, candidates, truth, VALIDATION, 1.0)
    judged = compared(TASK, short, choice.best, truth)
    best = next(route for route in judged if route.name == choice.best)
    return verdict(TASK, judged, choice, best.scores.metrics["accuracy"], "tf-idf")


def test_too_few_rows_are_said_first_with_what_they_could_show_and_what_to_do() -> None:
    # Two routes: 2 / 2^6 is the first p-value below 0.05, and six of twelve rows are 50 points.
    assert of_rows(12, 5, 1).startswith(
        "Warning: 12 test rows are too few to tell these routes apart: only a difference of at least 50 points could "
        "be significant. Test on more rows, or give no test rows and cross-validate all rows with --folds 5. full-1 is "
        "best on 12 validation rows."
    )
    # Four comparisons: 4 x 2 / 2^8.
    words = of_rows(12, 5, 1, 2, 3, 2)
    assert "only a difference of at least 67 points could be significant" in words
    assert "Tests are paired" not in words and "beat the baseline" not in words
    assert "no difference could be significant" in of_rows(5, 4, 1)
    assert "Warning" not in of_rows(12, 10, 1)  # p = 2 / 2^9: these rows do tell something
    assert "Warning" not in of_rows(100, 5, 1)  # they would show 6 points


@pytest.mark.parametrize(
    "rows, comparisons, least", [(12, 1, 6), (12, 4, 8), (12, 12, 9), (400, 1, 6), (5, 1, 6), (1, 1, 2)]
)
def test_least_significant_difference(rows: int, comparisons: int, least: int) -> None:
    assert least_significant(rows, comparisons) == least
    if least <= rows:
        right = np.arange(rows) < least
        a, b = (np.where(right[:, None], pair, [0.9, 0.1]) for pair in ([0.9, 0.1], [0.1, 0.9]))
        assert mcnemar(a, b, np.zeros(rows, dtype=int))[1] * comparisons < 0.05


def guessed(wrong: Sequence[int] | int, learned: Sequence[int] = (0, 1, 1)) -> str:
    """The warning about a route that misses the rows `wrong` and has learned from rows of these labels."""
    route = make_route("full", wrong, 100)
    rows = Rows({"text": ["x"] * len(learned), "label": [TASK.labels[i] for i in learned]}, np.arange(len(learned)))
    choice = choose(TASK, [Candidate("full", "full", 1, [route.outputs])], TRUTH, VALIDATION, 1.0)
    return warning(TASK, [route], choice, guess=guess(TASK, rows, route, TRUTH))


def test_a_route_no_better_than_the_commonest_label_is_warned_of() -> None:
    words = "full is no better than always answering 'yes': accuracy 0.500 against 0.500."
    assert guessed(range(200)) == f"Warning: {words}"
    assert guessed(range(210)).endswith("'yes': accuracy 0.475 against 0.500.")
    # Of ten rows that only one of both gets right, six and four: no evidence.
    none_but = [i for i in range(400) if not TRUTH[i]][4:]
    assert guessed([*none_but, *range(1, 5, 2)]) == (
        "Warning: full is not shown to be better than always answering 'yes': accuracy 0.505 against 0.500."
    )
    assert guessed(range(50)) == ""
    assert "always answering 'no'" in guessed(range(200), (0, 0, 1))


def test_a_route_no_better_than_the_mean_is_warned_of() -> None:
    task, truth = tasks.get("text-regression"), np.arange(40.0)
    learned = Rows({"text": ["x", "x"], "value": [10.0, 29.0]}, np.arange(2))  # on average 19.5, as the truth

    def about(answers: np.ndarray) -> Guess:
        outputs = answers[:, None]
        route = replace(make_route("full", 0, 100), outputs=outputs, scores=score(task, outputs, truth))
        found = guess(task, learned, route, truth)
        assert found is not None and found.answer is None and found.metric == "rmse"
        assert found.value == pytest.approx(truth.std())
        return found

    assert about(truth + 1).beaten
    flat = about(np.full(40, 19.5))
    assert flat.as_good and not flat.beaten
    assert about(3 * truth).as_good  # goes together with the truth, and yet is farther from it than its mean
    choice = choose(TASK, [Candidate("full", "full", 1, [make_route("full", 0, 1).outputs])], TRUTH, VALIDATION, 1.0)
    said = warning(
        task, [replace(make_route("full", 0, 1), scores=score(task, truth[:, None], truth))], choice, guess=flat
    )
    assert said == (
        "Warning: full is no better than always answering the mean of the training rows: root mean squared error 11.5 "
        "against 11.5."
    )


def test_answers_that_are_no_labels_and_no_numbers_are_not_guessed() -> None:
    for name in ("token-classification", "question-answering", "translation"):
        assert tasks.get(name).shape.form.guess([], 3) is None
    several = tasks.get("multi-label-classification").shape.form.guess([[0, 1], [1, 1], [0, 0]], 2)
    assert several.tolist() == [[0, 1, 0.5]] * 2


def test_truth_is_what_the_routes_are_made_from() -> None:
    assert TRUTH.shape == (400,) and np.bincount(TRUTH).tolist() == [200, 200]


def test_a_zero_of_every_route_is_said(result: RunResult, make_route: MakeRoute) -> None:
    rows, baseline = len(TRUTH), make_route("tf-idf", len(TRUTH), 9_000, route="baseline")
    assert "Every route has accuracy 0" in words_of(result, [make_route("full", rows, 100), baseline])
    assert "Every route has" not in words_of(result, [make_route("full", rows - 1, 100), baseline])


def test_labels_without_a_test_row_are_counted(result: RunResult) -> None:
    task = replace(TASK, labels=("no", "yes", "perhaps", "never"))
    route = make_route("full", 20, 500)
    wide = np.hstack([route.outputs, np.zeros((len(TRUTH), 2), dtype=np.float32)])
    judged = [replace(route, outputs=wide, scores=score(task, wide, TRUTH, resamples=50))]

    def words(by: str) -> str:
        choice = replace(choose(task, [Candidate("full", "full", 1, [wide])], TRUTH, VALIDATION, 1.0), by=by)
        return verdict(task, judged, choice, judged[0].scores.metrics["accuracy"], None)

    assert "2 of 4 labels have no test row, so these scores say nothing about them." in words(VALIDATION)
    assert "2 of 4 labels have no cross-validated row, so" in words(FOLDS)
    assert "labels have no" not in result.verdict
