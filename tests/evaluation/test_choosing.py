"""Choosing a route, and what may be said of the chosen one."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from transferkit import tasks
from transferkit.errors import ConfigError
from transferkit.evaluation import choosing, shares
from transferkit.evaluation.choosing import Candidate, choose
from transferkit.evaluation.results import FOLDS, VALIDATION, Choice

TASK = replace(tasks.get("text-classification"), labels=("no", "yes"))
Right = np.ndarray[tuple[int], np.dtype[np.bool_]]


def answers(right: Right) -> np.ndarray:
    """Predictions for rows of label 0, right where `right`."""
    return np.where(right[:, None], [0.9, 0.1], [0.1, 0.9]).astype(np.float32)


def candidate(name: str, right: Right, speed: float = 100.0, route: str = "parameter_transfer") -> Candidate:
    return Candidate(name, route, speed, [answers(right)])


def missing(rows: int, wrong: Sequence[int]) -> Right:
    return ~np.isin(np.arange(rows), wrong)


def chosen(candidates: Sequence[Candidate], margin: float = 1.0) -> Choice:
    rows = len(candidates[0].outputs[0])
    return choose(TASK, candidates, np.zeros(rows, dtype=int), VALIDATION, margin)


def test_the_best_by_the_mean_over_seeds() -> None:
    lucky = Candidate("lucky", "full", 1, [answers(missing(100, range(1))), answers(missing(100, range(10)))])
    steady = Candidate("steady", "full", 1, [answers(missing(100, range(4))), answers(missing(100, range(3)))])
    found = chosen([lucky, steady])
    assert found.best == "steady" and found.scores["steady"].value == pytest.approx(0.965)


def test_the_interval_of_several_seeds_is_that_of_their_mean() -> None:
    def seeds(*wrong: int) -> Candidate:
        return Candidate(str(wrong), "full", 1, [answers(missing(100, range(many))) for many in wrong])

    for wrong in ((4, 0, 0), (0, 8, 8), (10, 3, 3)):
        found = chosen([seeds(*wrong)]).scores[str(wrong)]
        share = 1 - sum(wrong) / 300
        assert (found.value, found.low, found.high) == pytest.approx((share, *shares.wilson(share, 100)))


def test_the_interval_of_several_seeds_of_another_metric_keeps_its_ends() -> None:
    task, truth = replace(TASK, metrics=("macro_f1",), main_metric="macro_f1"), np.tile([0, 1], 50)

    def given(wrong: int) -> np.ndarray:
        right = np.arange(100) >= wrong
        return np.eye(2)[np.where(right, truth, 1 - truth)]

    for many in ((5, 0, 0), (0, 8, 8)):
        route = Candidate("full", "full", 1, [given(wrong) for wrong in many])
        found = choose(task, [route], truth, VALIDATION, 1.0).scores["full"]
        assert found.low < found.value - 0.01 and found.value + 0.005 < found.high <= 1


def test_a_route_that_several_seeds_choose_is_not_quoted_with_the_luck_of_another() -> None:
    steady = Candidate("steady", "full", 1, [answers(missing(100, range(many))) for many in (12, 2, 2)])
    lucky = Candidate("lucky", "lora", 1, [answers(missing(100, range(60, 60 + many))) for many in (4, 10, 10)])
    assert chosen([steady, lucky]).best == "steady"
    found = choosing.quoted(TASK, [steady, lucky], np.zeros(100, dtype=int), "steady")
    assert found.value == pytest.approx(0.88, abs=0.02) and found.high < 1


def test_a_tie_goes_to_the_baseline_unless_the_other_is_better_by_a_second_measure() -> None:
    same = missing(1000, range(50))
    baseline, full = candidate("tf-idf", same, 9e4, "baseline"), candidate("full", same, 400)
    for candidates in ([baseline, full], [full, baseline]):
        assert (chosen(candidates).best, chosen(candidates).tie_by) == ("tf-idf", "")

    def sure(share: float) -> Candidate:  # right in the same rows, and so sure of itself
        outputs = np.where(same[:, None], [share, 1 - share], [0.1, 0.9]).astype(np.float32)
        return replace(full, outputs=[outputs], size=10**8)

    assert (chosen([baseline, sure(0.99)]).best, chosen([baseline, sure(0.99)]).tie_by) == ("full", "log_loss")
    assert chosen([baseline, sure(0.8)]).best == "tf-idf"
    worse = replace(sure(0.8), name="small", size=10)
    assert chosen([worse, baseline, sure(0.99)]).best == "full"
    assert chosen([candidate("tf-idf", missing(1000, range(51)), 9e4, "baseline"), full]).tie_by == ""


def test_a_tie_with_the_baseline_without_a_second_measure_goes_to_it() -> None:
    task = replace(TASK, metrics=("accuracy",))
    same = missing(100, range(5))
    pair = [candidate("full", same, 400), candidate("tf-idf", same, 9e4, "baseline")]
    assert choose(task, pair, np.zeros(100, dtype=int), VALIDATION, 1.0).best == "tf-idf"


def test_a_tie_goes_to_the_smaller_model_then_to_the_faster_one() -> None:
    same = missing(100, range(5))

    def sized(name: str, size: int, speed: float) -> Candidate:
        return replace(candidate(name, same, speed), size=size)

    large, small = sized("large", 470_000_000, 900), sized("small", 91_000_000, 400)
    assert chosen([large, small]).best == chosen([small, large]).best == "small"
    quick = sized("quick", 91_000_900, 800)  # of the same size but for its settings
    assert chosen([large, small, quick]).best == chosen([quick, small, large]).best == "quick"
    # Speeds that differ by chance choose nothing: the one asked for first is taken.
    again = sized("again", 91_000_000, 810)
    assert chosen([quick, again]).best == "quick" and chosen([again, quick]).best == "again"
    better = replace(candidate("better", missing(100, range(4)), 1), size=10**9)
    assert chosen([small, better]).best == "better"


def test_a_tie_of_means_is_no_matter_of_how_they_were_summed() -> None:
    shares = (range(10), range(20), range(31))
    seeds = [[answers(missing(97, shares[i])) for i in order] for order in ((0, 1, 2), (2, 1, 0), (1, 2, 0))]
    found = chosen([Candidate(f"of{i}", "full", 1, outputs, size=3 - i) for i, outputs in enumerate(seeds)])
    assert found.best == "of2"


def test_twelve_rows_name_no_cheapest_route() -> None:
    nothing = np.zeros(12, dtype=bool)
    found = chosen([candidate("tf-idf", nothing, 9e4, "baseline"), candidate("full", missing(12, range(11)), 400)])
    assert (found.best, found.cheapest) == ("full", None)
    alike = chosen([candidate("tf-idf", nothing, 9e4, "baseline"), candidate("full", nothing, 400)])
    assert (alike.best, alike.cheapest) == ("tf-idf", "tf-idf")  # and nothing is faster
    assert alike.losses["full"].low == pytest.approx(-0.2425, abs=1e-4)  # Z^2 / (12 + Z^2)


def test_cheapest_is_shown_to_be_no_worse_by_more_than_the_margin() -> None:
    best, nearly = candidate("full", missing(2000, range(40))), candidate("static", missing(2000, range(42)), 9e3)
    found = chosen([best, nearly])
    assert found.cheapest == "static" and -0.01 < found.losses["static"].low < found.losses["static"].value == -0.001
    # The same difference on a tenth of the rows could hide a loss of more than a point, but not of five.
    few = [candidate("full", missing(200, range(4))), candidate("static", missing(200, range(5)), 9e3)]
    assert chosen(few).cheapest is None and chosen(few, margin=5.0).cheapest == "static"


def test_best_is_cheapest_where_all_faster_routes_are_shown_to_lose() -> None:
    found = chosen([candidate("full", missing(400, range(9))), candidate("tf-idf", missing(400, range(90)), 9e4)])
    assert found.cheapest == "full"


def test_a_baseline_that_some_route_beats_is_never_the_cheapest() -> None:
    baseline = candidate("tf-idf", missing(4000, range(100)), 9e4, "baseline")
    better = candidate("full", missing(4000, range(80)), 400)
    assert chosen([baseline, better]).cheapest == "full"  # within a point for sure, and yet beaten
    assert chosen([baseline, candidate("full", missing(4000, range(1, 100)), 400)]).cheapest == "tf-idf"


def test_metrics_of_which_less_is_better(monkeypatch: pytest.MonkeyPatch) -> None:
    task = replace(tasks.get("text-regression"), main_metric="mae")
    truth = np.linspace(0, 1, 400)
    near, far = (Candidate(str(off), "full", off, [truth[:, None] + off]) for off in (0.001, 0.5))
    found = choose(task, [far, near], truth, VALIDATION, 1.0)
    assert found.best == "0.001" and found.losses["0.5"].value == pytest.approx(-0.499)
    assert found.losses["0.5"].high < -found.margin == -0.01


def test_nothing_to_choose_from_is_refused() -> None:
    with pytest.raises(ConfigError):
        choose(TASK, [], np.zeros(3, dtype=int), VALIDATION, 1.0)
    with pytest.raises(ConfigError):
        chosen([candidate("full", np.zeros(0, dtype=bool))])


# Simulations: routes of known accuracy

TRIALS, ROWS = 400, 500


def simulated(
    accuracies: Sequence[float], quote: Callable[[list[Candidate], np.random.Generator], float], trials: int = TRIALS
) -> list[float]:
    found = []
    for trial in range(trials):
        random = np.random.default_rng(trial)
        routes = [candidate(str(i), random.random(ROWS) < share) for i, share in enumerate(accuracies)]
        found.append(quote(routes, random))
    return found


def test_the_quoted_score_of_eight_equal_routes_is_what_they_are_worth(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the rows that chose, it would be 0.016 too high."""
    monkeypatch.setattr(choosing, "_between", lambda *_: None)  # differences are not looked at here
    monkeypatch.setattr(choosing, "_cheapest", lambda *_: None)
    flattered: list[float] = []

    def on_test(routes: list[Candidate], random: np.random.Generator) -> float:
        best = chosen(routes)
        flattered.append(best.scores[best.best].value)
        return float((random.random(ROWS) < 0.9).mean())  # the test rows of whichever was chosen

    assert np.mean(simulated([0.9] * 8, on_test)) == pytest.approx(0.9, abs=0.002)
    assert np.mean(flattered) > 0.914


def test_out_of_fold_the_quoted_score_is_freed_of_choosing() -> None:
    truth, held = np.zeros(ROWS, dtype=int), []

    def quoted(routes: list[Candidate], _random: np.random.Generator) -> float:
        best = max(routes, key=lambda route: float((route.outputs[0].argmax(axis=1) == truth).mean()))
        found = choosing.quoted(TASK, routes, truth, best.name)
        held.append(found.low <= 0.9 <= found.high)
        return found.value

    assert np.mean(simulated([0.9] * 8, quoted, 150)) == pytest.approx(0.9, abs=0.002)
    assert np.mean(held) > 0.93


def test_the_better_of_two_is_chosen_as_often_as_by_test_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three points apart: as often as the same number of test rows would have told them apart."""
    monkeypatch.setattr(choosing, "_between", lambda *_: None)
    monkeypatch.setattr(choosing, "_cheapest", lambda *_: None)

    def right(routes: list[Candidate], random: np.random.Generator) -> float:
        before = (random.random(ROWS) < 0.93).sum() > (random.random(ROWS) < 0.90).sum()
        return float(chosen(routes).best == "0") - float(before)

    assert np.mean(simulated([0.93, 0.90], right)) == pytest.approx(0.0, abs=0.03)


def test_without_rows_the_first_route_stands_and_none_is_cheapest() -> None:
    alone, several = (choosing.unchosen(TASK, names, FOLDS, 1.0) for names in (["baseline"], ["full", "baseline"]))
    assert (alone.best, alone.cheapest, alone.rows) == ("baseline", "baseline", 0)
    assert (several.best, several.cheapest, several.losses) == ("full", None, {})
    assert alone.margin == pytest.approx(0.01)
