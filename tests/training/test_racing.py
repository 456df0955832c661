"""The race of candidates, and the linear machines it runs."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.sparse import csr_matrix

from transferkit.training import linear, racing
from transferkit.training.folds import folds
from transferkit.training.objectives import label, labels, value
from transferkit.training.racing import Race

Floats = npt.NDArray[np.float32]
RANDOM = np.random.default_rng(0)
TRUTH = RANDOM.integers(0, 3, 300)


def vectors(noise: float, truth: npt.NDArray[Any] = TRUTH) -> csr_matrix:
    made = np.eye(3)[truth] + noise * np.random.default_rng(1).standard_normal((len(truth), 3))
    return csr_matrix(made.astype(np.float32))


def race(inputs: dict[str, csr_matrix], strengths: Sequence[float] = (0.3, 1.0)) -> Race:
    return Race(inputs, TRUTH, TRUTH, label, 3, folds(TRUTH, 0), strengths)


def test_the_best_candidate_wins_wherever_it_stands() -> None:
    good, bad = vectors(0.3), vectors(3.0)
    assert race({"bad": bad, "good": good}).winner()[0] == "good"
    assert race({"good": good, "bad": bad}).winner()[0] == "good"


def test_of_equals_the_first_wins() -> None:
    same = vectors(0.5)
    assert race({"b": same, "a": same}).winner()[0] == "b"


def test_what_lags_behind_is_not_run_with_every_strength(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[int, float]] = []
    fitted = linear.fitted

    def spied(inputs: csr_matrix, targets: Any, count: int, strength: float, own: Any) -> linear.Weights:
        ran.append((inputs.shape[1], strength))
        return fitted(inputs, targets, count, strength, own)

    monkeypatch.setattr(racing.linear, "fitted", spied)
    wide = csr_matrix(np.hstack([vectors(5.0).toarray()] * 2))
    race({"good": vectors(0.1), "bad": wide}, (0.1, 0.3, 1.0, 3.0)).winner()
    assert {strength for columns, strength in ran if columns == 6} == {1.0}
    assert len({strength for columns, strength in ran if columns == 3}) > 1


def test_scores_are_those_of_machines_that_have_not_seen_the_row() -> None:
    given = race({"a": vectors(1.0)})
    scores, rows = given.held_out(("a", 1.0), len(given.folds))
    fold = given.folds[0]
    rest = np.setdiff1d(np.arange(300), fold)
    weights, bias = linear.fitted(given.inputs["a"][rest], TRUTH[rest], 3, 1.0)
    assert np.allclose(scores[: len(fold)], given.inputs["a"][fold] @ weights + bias, atol=1e-5)
    assert sorted(rows.tolist()) == list(range(300))


def test_without_folds_the_first_wins() -> None:
    alone = Race({"a": vectors(1.0), "b": vectors(0.1)}, TRUTH, TRUTH, label, 3, [], (0.1, 2.0))
    assert alone.winner() == ("a", 2.0)


def test_a_label_that_no_row_has_is_never_the_likeliest() -> None:
    two = np.where(TRUTH == 1, 2, TRUTH)
    weights, bias = linear.fitted(vectors(0.3, two), two, 4, 1.0)
    found = (vectors(0.3, two) @ weights + bias).argmax(axis=1)
    assert weights.shape == (3, 4) and set(found.tolist()) == {0, 2} and (found == two).mean() > 0.9
    weights, bias = linear.fitted(vectors(0.3), np.ones(300, dtype=np.int64), 3, 1.0)
    assert set((vectors(0.3) @ weights + bias).argmax(axis=1).tolist()) == {1}


def test_label_sets_and_numbers() -> None:
    sets = np.eye(3, dtype=np.float32)[TRUTH]
    sets[:, 2] = 0
    weights, bias = linear.fitted(vectors(0.2), sets, 3, 1.0)
    scores = np.asarray(vectors(0.2) @ weights + bias, dtype=np.float32)
    assert (scores[:, 2] == -1).all() and labels.quality(scores, sets) > 0.95
    numbers = TRUTH.astype(np.float32)
    standard = value.regressed(numbers)[:, 0]
    weights, bias = linear.fitted(vectors(0.1), standard, 0, 10.0)
    assert value.quality(np.asarray(vectors(0.1) @ weights + bias, dtype=np.float32), numbers) > 0.9
