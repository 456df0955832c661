"""Costs of a predictor whose speed is known."""

from pathlib import Path

import numpy as np
import pytest

from transferkit.errors import DataError
from transferkit.evaluation import cost
from transferkit.evaluation.cost import measure_cost
from transferkit.predictors import Predictions
from transferkit.table.rows import Rows, from_texts


class Clock:
    """Time that passes only where somebody works."""

    def __init__(self) -> None:
        self.now = 100.0

    def perf_counter(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(cost, "time", found)
    return found


class Worker:
    """Takes `each` seconds a text."""

    labels = ("a", "b")
    parameters = 42

    def __init__(self, clock: Clock, each: float) -> None:
        self.clock, self.each = clock, each
        self.asked: list[int] = []

    def predict(self, rows: Rows) -> Predictions:
        self.asked.append(len(rows))
        self.clock.now += self.each * len(rows)
        return Predictions(np.full((len(rows), 2), 0.5, dtype=np.float32))

    def save(self, folder: Path) -> None:
        raise NotImplementedError


def test_speed_size_and_facts(clock: Clock, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "weights").write_bytes(b"x" * 1000)
    (tmp_path / "facts.json").write_bytes(b"x" * 24)
    rows = from_texts([f"text {i}" for i in range(10)])
    found = measure_cost(Worker(clock, 0.0005), tmp_path, rows, trained_parameters=7, train_seconds=1.5)
    assert (found.bytes, found.parameters, found.trained_parameters, found.train_seconds) == (1024, 42, 7, 1.5)
    assert (found.texts_per_second, found.milliseconds_one) == pytest.approx((2000, 0.5))


@pytest.mark.parametrize("each", [1e-4, 1e-3, 0.02, 0.04])
def test_measuring_takes_bounded_time(clock: Clock, tmp_path: Path, each: float) -> None:
    began = clock.now
    rows = from_texts(["x"] * 500)
    found = measure_cost(Worker(clock, each), tmp_path, rows, trained_parameters=0, train_seconds=0)
    assert clock.now - began < 5
    assert found.texts_per_second == pytest.approx(1 / each)


def test_what_takes_seconds_is_asked_once(clock: Clock, tmp_path: Path) -> None:
    slow = Worker(clock, 0.06)
    found = measure_cost(slow, tmp_path, from_texts(["x"] * 50), trained_parameters=0, train_seconds=0)
    assert slow.asked[:2] == [8, 32] and set(slow.asked[2:]) == {1}
    assert found.texts_per_second == pytest.approx(1 / 0.06)


def test_no_rows_no_speed(clock: Clock, tmp_path: Path) -> None:
    with pytest.raises(DataError):
        measure_cost(Worker(clock, 0), tmp_path, from_texts([]), trained_parameters=0, train_seconds=0)
